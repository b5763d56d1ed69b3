package io.iasql.aws.iam;

import io.iasql.spi.AwsScope;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.iam.model.ConcurrentModificationException;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.EntityTemporarilyUnmodifiableException;
import software.amazon.awssdk.services.iam.model.IamException;
import software.amazon.awssdk.services.iam.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

/**
 * What users and roles have in common. IAM answers from replicas, so that what was written a moment
 * ago may not be read yet (IAM User Guide, "Changes that I make are not always immediately
 * visible").
 */
final class Iam {
  /** How long a write may take to be seen everywhere. */
  static final Duration PROPAGATION = Duration.ofMinutes(3);

  // Long enough for a principal or a detachment to arrive, short for what never will.
  private static final Duration SETTLING = Duration.ofSeconds(30);
  private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(5);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_+=,.@-]{1,64}");
  private static final Pattern POLICY_ARN =
      Pattern.compile("arn:aws[a-z-]*:iam::(aws|\\d{12}):policy/[\\x21-\\x7e]+");

  private Iam() {}

  /** The answer, or empty where IAM says that there is no such thing. */
  static <T> Optional<T> present(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (NoSuchEntityException e) {
      return Optional.empty();
    }
  }

  /** Removes something that may be gone already. */
  static void remove(String what, Runnable call) {
    remove(what, SETTLING, call);
  }

  /** The same with another limit. */
  static void remove(String what, Duration limit, Runnable call) {
    settle(
        what,
        limit,
        () -> {
          try {
            call.run();
          } catch (NoSuchEntityException e) {
            // Gone is what was asked for.
          }
        });
  }

  /**
   * Repeats a call that meets another change on its way through IAM. Half a minute later IAM's own
   * refusal is thrown, as it says more than "still waiting".
   */
  static void settle(String what, Runnable call) {
    settle(what, SETTLING, call);
  }

  /** The same with another limit. */
  static void settle(String what, Duration limit, Runnable call) {
    Instant deadline = Instant.now().plus(limit);
    Polling.until(
        what,
        limit.multipliedBy(2),
        () -> {
          try {
            call.run();
            return Optional.of(true);
          } catch (IamException e) {
            if (!passes(e) || Instant.now().isAfter(deadline)) {
              throw e;
            }
            return Optional.empty();
          }
        });
  }

  private static boolean passes(IamException e) {
    return e instanceof ConcurrentModificationException
        || e instanceof EntityTemporarilyUnmodifiableException
        || e instanceof DeleteConflictException
        // A principal made a moment ago; the API has no code of its own for it.
        || (e instanceof MalformedPolicyDocumentException
            && String.valueOf(e.getMessage()).contains("Invalid principal"));
  }

  /**
   * Whether "exists already" speaks of what this very call made: a lost answer makes the client
   * repeat the call, and IAM has no client tokens.
   *
   * @param calledAt when the call began
   * @param madeAt when the thing that exists was made
   */
  static boolean madeByRepeatedCall(
      EntityAlreadyExistsException e, Instant calledAt, Supplier<Instant> madeAt) {
    return attempts(e) > 1 && madeAt.get().isAfter(calledAt.minus(CLOCK_DIFFERENCE));
  }

  private static int attempts(SdkException e) {
    return e.numAttempts() == null ? 1 : e.numAttempts();
  }

  /** Runs the rest of a creation; when it fails, takes back what it began. */
  static <T> T orUndo(AwsScope scope, Supplier<T> rest, Runnable undo) {
    try {
      return rest.get();
    } catch (RuntimeException e) {
      // With no answer from AWS the same call may go on later from what is there.
      if (!scope.describe(e).kind().isTransient()) {
        try {
          undo.run();
        } catch (RuntimeException second) {
          e.addSuppressed(second);
        }
      }
      throw e;
    }
  }

  static List<String> listOrEmpty(List<String> arns) {
    return arns == null ? List.of() : arns;
  }

  /** What is in {@code all} and not in {@code without}, each once. */
  static List<String> difference(List<String> all, List<String> without) {
    Set<String> rest = new HashSet<>(listOrEmpty(without));
    return listOrEmpty(all).stream().distinct().filter(arn -> !rest.contains(arn)).toList();
  }

  static boolean sameSet(List<String> one, List<String> other) {
    return difference(one, other).isEmpty() && difference(other, one).isEmpty();
  }

  static void checkName(String column, String name, List<Problem> problems) {
    if (name == null || !NAME.matcher(name).matches()) {
      problems.add(
          new Problem(
              column, "The name has 1 to 64 letters, digits and the characters _ + = , . @ -."));
    }
  }

  static void checkPolicies(List<String> arns, List<Problem> problems) {
    for (String arn : new ArrayList<>(listOrEmpty(arns))) {
      if (arn == null || !POLICY_ARN.matcher(arn).matches()) {
        problems.add(
            new Problem(
                "attached_policies_arns",
                "Not the ARN of a managed policy, such as"
                    + " arn:aws:iam::aws:policy/ReadOnlyAccess: "
                    + arn));
      }
    }
  }
}
