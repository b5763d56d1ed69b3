package io.iasql.spi;

import java.util.List;

/**
 * The role of resources of which only the cloud can tell whether they can be created: a service, an
 * instance type or an engine version that a region may not have.
 */
public interface Checks<R extends Record> extends CloudResource<R> {

  /**
   * What is wrong with a resource that is to be created. A problem names the values that there are.
   * Runs while planning, after {@link #validate}, once for each creation and replacement.
   *
   * @param scope the region in which it is to be created
   * @return the problems, each an error of the plan; empty when there are none
   */
  List<Problem> check(AwsScope scope, R desired);
}
