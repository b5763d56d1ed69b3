package io.iasql.aws.sqs;

import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import java.util.List;
import java.util.Set;

/** Module {@code aws_sqs}: queues. */
public final class SqsModule implements CloudModule {
  @Override
  public String name() {
    return "aws_sqs";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of("aws_account");
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(new Queues());
  }
}
