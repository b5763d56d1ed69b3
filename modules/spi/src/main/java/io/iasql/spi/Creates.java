package io.iasql.spi;

import java.util.Optional;

/** The role of resources that can be created. */
public interface Creates<R extends Record> extends CloudResource<R> {

  /**
   * Creates the resource with everything that {@code desired} says, waits until the cloud shows it,
   * and returns it as the cloud has it, assigned values and the cloud's defaults included. A
   * component that is null leaves the choice to the cloud.
   *
   * <p>The engine calls this at most once per action unless {@link #find} said that nothing had
   * been created.
   *
   * @param token the same for every try of one action: pass it as client token, or tag the resource
   *     with it at creation where the cloud has neither a client token nor a chosen name
   */
  R create(AwsScope scope, R desired, IdempotencyToken token);

  /**
   * What an earlier {@link #create} with this token left behind, if anything, when its answer was
   * lost. The default finds it by its identity, which is right where people choose it. What is
   * found and differs from what was desired is brought there with an update.
   */
  default Optional<R> find(AwsScope scope, R desired, IdempotencyToken token) {
    return read(scope, desired);
  }

  /**
   * Whether one that goes and one that comes in the same plan cannot exist at the same time, so
   * that the old one must go first, although their identities differ: two subnets with overlapping
   * addresses, two groups whose names differ in case. They may be the old and the new one of a
   * replacement. Two with the same identity never can and are not asked about. What the new one
   * refers to may not exist yet.
   */
  default boolean excludes(R current, R desired) {
    return false;
  }
}
