package io.iasql.aws.vpc.ec2;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.Polling;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Calls to EC2: clients, filters, and what its error codes mean for a repeated call. */
public final class Ec2 {
  /** How many values one filter takes (API reference, "List and filter using the CLI and API"). */
  private static final int VALUES_PER_FILTER = 200;

  /** How long a resource may stay in use after what used it has gone: EC2 notices with a delay. */
  private static final Duration RELEASE_LIMIT = Duration.ofMinutes(2);

  private static final Set<String> IN_USE =
      Set.of("DependencyViolation", "InvalidIPAddress.InUse", "InvalidGroup.InUse");

  private Ec2() {}

  /** The client for the scope's region. */
  public static Ec2Client client(AwsScope scope) {
    return scope.client(Ec2Client.class);
  }

  /** The scope for a row's region; the scope itself where the row names none. */
  public static AwsScope at(AwsScope scope, String region) {
    return region == null || region.equals(scope.region()) ? scope : scope.in(region);
  }

  /** A filter of a Describe call. */
  public static Filter filter(String name, String... values) {
    return filter(name, List.of(values));
  }

  /** A filter of a Describe call. */
  public static Filter filter(String name, Collection<String> values) {
    return Filter.builder().name(name).values(values).build();
  }

  /** Asks for many values, as many at a time as one filter takes. */
  public static <T> Stream<T> filtered(
      String name, List<String> values, Function<Filter, Stream<T>> question) {
    return IntStream.iterate(0, from -> from < values.size(), from -> from + VALUES_PER_FILTER)
        .mapToObj(from -> values.subList(from, Math.min(from + VALUES_PER_FILTER, values.size())))
        .flatMap(some -> question.apply(filter(name, some)));
  }

  /** The error code of a refusal, such as {@code InvalidVpcID.NotFound}. */
  public static String code(Ec2Exception refusal) {
    if (refusal.awsErrorDetails() == null || refusal.awsErrorDetails().errorCode() == null) {
      return "";
    }
    return refusal.awsErrorDetails().errorCode();
  }

  /**
   * Makes a call that a repetition may find done already.
   *
   * @param done error codes that say so; {@code .NotFound} stands for every code that ends so
   */
  public static void unless(Set<String> done, Runnable call) {
    try {
      call.run();
    } catch (Ec2Exception e) {
      if (!done.contains(code(e)) && !(done.contains(".NotFound") && isNotFound(e))) {
        throw e;
      }
    }
  }

  /** The answer to a question by id, which EC2 refuses where there is nothing with that id. */
  public static <T> Optional<T> ifThere(Supplier<Optional<T>> question) {
    try {
      return question.get();
    } catch (Ec2Exception e) {
      if (isNotFound(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Whether EC2 says that the resource is not there. */
  public static boolean isNotFound(Ec2Exception refusal) {
    return code(refusal).endsWith("NotFound");
  }

  /**
   * Takes something away that others may still hold for a moment. What is gone already is fine;
   * what is still held after two minutes is refused in EC2's own words.
   */
  public static void release(String what, Runnable call) {
    whenFree(
        what + " to be out of use",
        () -> unless(Set.of(".NotFound"), call),
        refusal -> IN_USE.contains(code(refusal)));
  }

  /** Takes something back because of a failure; that it could not be is added to the failure. */
  public static void takeBack(RuntimeException failure, Runnable call) {
    try {
      call.run();
    } catch (Ec2Exception | CloudException kept) {
      failure.addSuppressed(kept);
    }
  }

  /**
   * Makes a call that EC2 refuses while something else, which is about to go, stands in its way. If
   * it still does after two minutes, EC2's own words are thrown.
   *
   * @param what is waited for, as an error says it: "gateway igw-1 to be out of use"
   * @param held whether a refusal says that it is not free yet
   */
  public static void whenFree(String what, Runnable call, Predicate<Ec2Exception> held) {
    AtomicReference<Ec2Exception> last = new AtomicReference<>();
    try {
      Polling.until(
          what,
          RELEASE_LIMIT,
          () -> {
            try {
              call.run();
              return Optional.of(true);
            } catch (Ec2Exception e) {
              if (!held.test(e)) {
                throw e;
              }
              last.set(e);
              return Optional.empty();
            }
          });
    } catch (CloudException timeout) {
      if (last.get() == null || Thread.currentThread().isInterrupted()) {
        throw timeout;
      }
      last.get().addSuppressed(timeout);
      throw last.get();
    }
  }
}
