package io.iasql.spi;

/** The role of resources some of whose columns can be changed in place. */
public interface Updates<R extends Record> extends CloudResource<R> {

  /**
   * Brings the resource from {@code current} to {@code desired} and returns it as the cloud has it
   * afterwards. Only components that differ cause calls; components that force a replacement or are
   * assigned are equal in both. Repeating an update that has taken effect changes nothing.
   *
   * @param current what the cloud has
   * @param desired the same with the changes applied; null where a value is to be removed
   */
  R update(AwsScope scope, R current, R desired);
}
