package io.iasql.aws.vpc;

import io.iasql.spi.AwsScope;
import java.util.Optional;

/** The VPC that AWS makes in every region of an account, unless it has been deleted. */
public final class DefaultVpc {
  private DefaultVpc() {}

  /** A reference to the default VPC of the scope's region. */
  public static Optional<Vpc> of(AwsScope scope) {
    return Vpcs.defaultOf(scope);
  }
}
