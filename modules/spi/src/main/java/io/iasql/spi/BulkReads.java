package io.iasql.spi;

import java.util.List;
import java.util.Optional;

/**
 * The role of resources of which many can be looked up with few calls. The engine asks for many at
 * once when a plan touches many; for a few it uses {@link #read}.
 */
public interface BulkReads<R extends Record> extends CloudResource<R> {

  /**
   * What {@link #read} says of each.
   *
   * @param wanted all of {@code scope.region()}
   * @return as many answers as questions, in their order
   */
  List<Optional<R>> readAll(AwsScope scope, List<R> wanted);
}
