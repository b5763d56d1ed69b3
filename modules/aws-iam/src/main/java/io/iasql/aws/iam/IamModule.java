package io.iasql.aws.iam;

import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.ModuleFunction;
import java.util.List;
import java.util.Set;

/** Module {@code aws_iam}: users, access keys and roles. */
public final class IamModule implements CloudModule {
  @Override
  public String name() {
    return "aws_iam";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of("aws_account");
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(new IamUsers(), new AccessKeys(), new IamRoles());
  }

  @Override
  public List<ModuleFunction> functions() {
    return List.of(new AccessKeyRequest(), new SetUserPassword());
  }
}
