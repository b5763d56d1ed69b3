package io.iasql.aws.account;

import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import java.util.List;
import java.util.Set;

/** Module {@code aws_account}: the account's regions, and what may be shown of its credentials. */
public final class AccountModule implements CloudModule {
  @Override
  public String name() {
    return "aws_account";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of();
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(new AwsRegions(), new AwsCredentials());
  }
}
