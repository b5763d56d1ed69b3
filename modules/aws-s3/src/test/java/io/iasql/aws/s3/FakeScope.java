package io.iasql.aws.s3;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** An account whose every region is served by one client. */
record FakeScope(String region, S3Client client) implements AwsScope {

  @Override
  public String accountId() {
    return "111122223333";
  }

  @Override
  public String partition() {
    return "aws";
  }

  @Override
  public String defaultRegion() {
    return "us-east-1";
  }

  @Override
  public List<String> regions() {
    return List.of("eu-west-1", "us-east-1");
  }

  @Override
  public AwsScope in(String other) {
    return new FakeScope(other, client);
  }

  @Override
  public <C> C client(Class<C> type) {
    return type.cast(client);
  }

  @Override
  public CloudFailure describe(RuntimeException thrown) {
    if (thrown instanceof S3Exception e) {
      return new CloudFailure(
          e.statusCode() >= 500 ? CloudFailure.Kind.UNAVAILABLE : CloudFailure.Kind.INVALID_INPUT,
          S3Calls.code(e),
          e.getMessage(),
          e.requestId());
    }
    return new CloudFailure(CloudFailure.Kind.INTERNAL, "", thrown.getMessage(), "");
  }

  @Override
  public Optional<String> lastRequestId() {
    return Optional.empty();
  }

  @Override
  public Optional<String> accessKeyHint() {
    return Optional.empty();
  }
}
