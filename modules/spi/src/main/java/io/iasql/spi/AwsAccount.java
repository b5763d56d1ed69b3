package io.iasql.spi;

/**
 * An open connection to one AWS account: owns the clients of all its scopes. Closing it closes
 * them.
 */
public interface AwsAccount extends AutoCloseable {

  /**
   * The account seen from its default region.
   *
   * @throws CloudException when STS names another account than the settings, or cannot be asked;
   *     nothing else has been read then
   */
  AwsScope scope();

  /** Closes every client; scopes of this account are of no use afterwards. */
  @Override
  void close();
}
