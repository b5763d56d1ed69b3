package io.iasql.aws.vpc.ec2;

import io.iasql.spi.AwsScope;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Polling;
import io.iasql.spi.Table;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * An EC2 resource with an id that EC2 assigns. One Describe call with filters serves listing,
 * reading, finding what an interrupted creation left, and waiting: filters, unlike lists of ids,
 * answer with nothing instead of an error when there is nothing.
 *
 * <p>Waits poll the Describe call instead of using the SDK's waiters: those look once in 15
 * seconds, throw away what they saw and fail without a cause.
 *
 * @param <R> the record of the table
 */
public abstract class Ec2Resource<R extends Record> implements Creates<R>, Deletes<R> {
  /** How long EC2 may take to show a change. */
  protected static final Duration SOON = Duration.ofMinutes(2);

  /**
   * The resources that pass all filters; deleted ones are left out. Calls go to the scope's region,
   * page by page as the stream is consumed.
   */
  protected abstract Stream<R> describe(AwsScope scope, List<Filter> filters);

  /** The filter that selects by id, such as {@code vpc-id}. */
  protected abstract String idFilter();

  /** The id that EC2 has assigned, or null. */
  protected abstract String id(R resource);

  /** The region of the resource, or null for the scope's. */
  protected abstract String region(R resource);

  /** Makes the call that deletes the resource; need not mind whether it is gone or still in use. */
  protected abstract void remove(AwsScope scope, R current);

  /** The resource with the identity that people chose; the default knows no identity. */
  protected Optional<R> byIdentity(AwsScope scope, R wanted) {
    return Optional.empty();
  }

  @Override
  public Stream<R> list(AwsScope scope) {
    return describe(scope, List.of());
  }

  @Override
  public Optional<R> read(AwsScope scope, R wanted) {
    AwsScope there = Ec2.at(scope, region(wanted));
    return id(wanted) == null ? byIdentity(there, wanted) : byId(there, id(wanted));
  }

  @Override
  public Optional<R> find(AwsScope scope, R desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, region(desired));
    // DescribeTags also shows what has been deleted a while ago, and companions of the creation.
    return Ec2Tags.markedWith(Ec2.client(there), token)
        .flatMap(id -> byId(there, id).stream())
        .findFirst();
  }

  @Override
  public void delete(AwsScope scope, R current) {
    AwsScope there = Ec2.at(scope, region(current));
    String id = id(current);
    Ec2.release(label(id), () -> remove(there, current));
    Polling.until(
        label(id) + " to be gone",
        deletionLimit(),
        () -> byId(there, id).isPresent() ? Optional.empty() : Optional.of(true));
  }

  /** How long a deletion may take. */
  protected Duration deletionLimit() {
    return SOON;
  }

  /** The resource with this id. */
  protected Optional<R> byId(AwsScope scope, String id) {
    // Some filters select the container that a resource is shown in.
    return describe(scope, List.of(Ec2.filter(idFilter(), id)))
        .filter(resource -> id.equals(id(resource)))
        .findFirst();
  }

  /** The first resource that passes the filters. */
  protected final Optional<R> first(AwsScope scope, Filter... filters) {
    return describe(scope, List.of(filters)).findFirst();
  }

  /** The resource as soon as EC2 shows it as expected. */
  protected final R await(AwsScope scope, String id, Duration limit, Predicate<R> expected) {
    return Polling.until(
        label(id) + " to be as asked for", limit, () -> byId(scope, id).filter(expected));
  }

  private String label(String id) {
    return type().getAnnotation(Table.class).value() + " " + id;
  }
}
