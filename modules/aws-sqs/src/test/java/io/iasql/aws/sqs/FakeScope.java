package io.iasql.aws.sqs;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** A scope whose every region has the same client. */
record FakeScope(Object client) implements AwsScope {
  @Override
  public String accountId() {
    return "111122223333";
  }

  @Override
  public String partition() {
    return "aws";
  }

  @Override
  public String region() {
    return defaultRegion();
  }

  @Override
  public String defaultRegion() {
    return "eu-west-1";
  }

  @Override
  public List<String> regions() {
    return List.of(defaultRegion());
  }

  @Override
  public AwsScope in(String region) {
    return this;
  }

  @Override
  public <C> C client(Class<C> type) {
    return type.cast(client);
  }

  @Override
  public CloudFailure describe(RuntimeException thrown) {
    String code =
        thrown instanceof AwsServiceException e ? e.awsErrorDetails().errorCode() : "Internal";
    return new CloudFailure(
        code.contains("NonExistent") ? Kind.NOT_FOUND : Kind.INTERNAL, code, "", "");
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
