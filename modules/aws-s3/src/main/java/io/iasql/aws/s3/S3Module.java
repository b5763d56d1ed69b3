package io.iasql.aws.s3;

import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import java.util.List;
import java.util.Set;

/** Amazon S3 general purpose buckets and what belongs to them. */
public final class S3Module implements CloudModule {

  @Override
  public String name() {
    return "aws_s3";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of("aws_account");
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(
        new Buckets(), new BucketWebsites(), new BucketObjects(), new PublicAccessBlocks());
  }
}
