package io.iasql.aws.securitygroup;

import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import java.util.List;
import java.util.Set;

/** Module {@code aws_security_group}: who may talk to whom in a VPC. */
public final class AwsSecurityGroupModule implements CloudModule {

  @Override
  public String name() {
    return "aws_security_group";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of("aws_account", "aws_vpc");
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(new SecurityGroups(), new SecurityGroupRules());
  }
}
