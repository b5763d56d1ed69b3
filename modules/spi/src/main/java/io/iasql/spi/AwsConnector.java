package io.iasql.spi;

/** Opens AWS accounts: the one place where clients are built. */
public interface AwsConnector {

  /**
   * Prepares a connection; asks nothing yet, so it does not fail for what only AWS can know.
   *
   * @throws CloudException of kind {@link CloudFailure.Kind#INVALID_INPUT} when the settings cannot
   *     be right, such as a role ARN that is none
   */
  AwsAccount open(AwsAccountSettings settings);
}
