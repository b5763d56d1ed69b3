package io.iasql.spi;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A kind of cloud resource mirrored by one table: how to find what is there. What can be done to it
 * is said by the roles {@link Creates}, {@link Updates} and {@link Deletes}; a table whose resource
 * lacks a role refuses that kind of change in the plan.
 *
 * <p>Methods make cloud calls only, are called from several threads at once and may block. They let
 * the client's exceptions through unless the contract here says otherwise, and never log.
 *
 * @param <R> the record of the table, annotated with {@link Table}
 */
public interface CloudResource<R extends Record> {

  /** The record type that carries the table's {@link Table} annotation. */
  Class<R> type();

  /**
   * Every resource of this kind in {@code scope.region()}; for {@link Reach#GLOBAL} tables, in the
   * account. Pages are fetched as the stream is consumed, to the end. Resources in transition
   * ({@code pending}, {@code modifying}) are listed; deleted ones that the cloud still shows are
   * not. A resource that vanishes between the listing and a detail call is left out.
   *
   * <p>A referenced record needs its {@link Key} components only.
   */
  Stream<R> list(AwsScope scope);

  /**
   * The resource as the cloud has it now, or empty when it is not there.
   *
   * @param wanted found by its {@link Key} components when they are all set, otherwise by its
   *     {@link Identity} components; when neither are all set the answer is empty
   */
  Optional<R> read(AwsScope scope, R wanted);

  /**
   * What may happen to this very resource. The default says that people may do as they please;
   * resources that come with the account or with a parent answer otherwise.
   */
  default Ownership ownership(R resource) {
    return Ownership.OWN;
  }

  /**
   * Record types whose resources must be in place before one of this kind is created, and still be
   * there when it is deleted, although no column refers to them: a public NAT gateway needs the
   * VPC's internet gateway. References need not be repeated here.
   */
  default Set<Class<? extends Record>> after() {
    return Set.of();
  }

  /**
   * What is wrong with a desired resource as far as can be known without the cloud: names,
   * addresses, documents, limits. Runs while planning, for creations and updates.
   *
   * @return the problems, each an error of the plan; empty when there are none
   */
  default List<Problem> validate(R desired, PlannedRows planned) {
    return List.of();
  }
}
