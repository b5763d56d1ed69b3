package io.iasql.spi;

/** The role of resources that can be deleted. */
public interface Deletes<R extends Record> extends CloudResource<R> {

  /**
   * Deletes the resource and waits until the cloud no longer shows it. One that is gone already is
   * a success.
   */
  void delete(AwsScope scope, R current);
}
