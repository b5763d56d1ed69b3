package io.iasql.engine.fake;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import java.util.List;
import java.util.Optional;

/** The fake account seen from a region, by a process that may die. */
record FakeScope(FakeAccount account, String region, Power power) implements AwsScope {
  static FakeScope of(AwsScope scope) {
    return (FakeScope) scope;
  }

  @Override
  public String accountId() {
    return account.id();
  }

  @Override
  public String partition() {
    return "aws";
  }

  @Override
  public String defaultRegion() {
    return FakeAccount.HOME;
  }

  @Override
  public List<String> regions() {
    return account.regions();
  }

  @Override
  public AwsScope in(String other) {
    return new FakeScope(account, other, power);
  }

  @Override
  public <C> C client(Class<C> type) {
    return type.cast(account);
  }

  @Override
  public CloudFailure describe(RuntimeException thrown) {
    if (thrown instanceof FakeFailure fake) {
      return fake.failure();
    }
    if (thrown instanceof CloudException described) {
      return described.failure();
    }
    return new CloudFailure(
        CloudFailure.Kind.INTERNAL,
        thrown.getClass().getSimpleName(),
        String.valueOf(thrown.getMessage()),
        "");
  }

  @Override
  public Optional<String> lastRequestId() {
    return Optional.of("req-" + account.calls().size());
  }

  @Override
  public Optional<String> accessKeyHint() {
    return Optional.empty();
  }
}
