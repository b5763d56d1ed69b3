package io.iasql.contract;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * A scope for unit tests of a module's calls: one hand-made client serves every region of account
 * 111122223333, whose default region is {@value #DEFAULT_REGION}.
 *
 * @param region the region of this scope
 * @param client the client, whatever class is asked for
 */
public record FakeScope(String region, Object client) implements AwsScope {
  /** The account's default region. */
  public static final String DEFAULT_REGION = "us-east-1";

  private static final int SERVER_ERROR = 500;

  /** A scope of the default region. */
  public static FakeScope of(Object client) {
    return new FakeScope(DEFAULT_REGION, client);
  }

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
    return DEFAULT_REGION;
  }

  @Override
  public List<String> regions() {
    return List.of("eu-west-1", DEFAULT_REGION);
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
    if (thrown instanceof AwsServiceException e) {
      String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
      return new CloudFailure(kind(e.statusCode(), code), code, e.getMessage(), e.requestId());
    }
    return new CloudFailure(Kind.INTERNAL, "", thrown.getMessage(), "");
  }

  private static Kind kind(int status, String code) {
    if (status >= SERVER_ERROR) {
      return Kind.UNAVAILABLE;
    }
    return code.contains("NoSuch") || code.contains("NonExistent")
        ? Kind.NOT_FOUND
        : Kind.INVALID_INPUT;
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
