package io.iasql.operator.connection;

import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsConnector;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** AWS that confirms every account but those it was told to refuse. */
final class FakeAws implements AwsConnector {
  final AtomicInteger asked = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();
  final Semaphore answers = new Semaphore(Integer.MAX_VALUE / 2);

  private final ConcurrentHashMap<String, CloudFailure> refusals = new ConcurrentHashMap<>();

  void refuse(String accountId, CloudFailure.Kind kind, String code) {
    refusals.put(accountId, new CloudFailure(kind, code, "no", "req-1"));
  }

  void accept(String accountId) {
    refusals.remove(accountId);
  }

  @Override
  public AwsAccount open(AwsAccountSettings settings) {
    open.incrementAndGet();
    return new Account(settings);
  }

  private final class Account implements AwsAccount {
    private final AwsAccountSettings settings;

    Account(AwsAccountSettings settings) {
      this.settings = settings;
    }

    @Override
    public AwsScope scope() {
      asked.incrementAndGet();
      answers.acquireUninterruptibly();
      answers.release();
      CloudFailure refusal = refusals.get(settings.accountId());
      if (refusal != null) {
        throw new CloudException(refusal, null);
      }
      return new Scope(settings);
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private record Scope(AwsAccountSettings settings) implements AwsScope {
    @Override
    public String accountId() {
      return settings.accountId();
    }

    @Override
    public String partition() {
      return "aws";
    }

    @Override
    public String region() {
      return settings.region();
    }

    @Override
    public String defaultRegion() {
      return settings.region();
    }

    @Override
    public List<String> regions() {
      return settings.regions();
    }

    @Override
    public AwsScope in(String region) {
      return this;
    }

    @Override
    public <C> C client(Class<C> type) {
      throw new AssertionError("nobody asks for a client here: " + type);
    }

    @Override
    public CloudFailure describe(RuntimeException thrown) {
      throw new AssertionError("nothing fails here", thrown);
    }

    @Override
    public Optional<String> lastRequestId() {
      return Optional.empty();
    }

    @Override
    public Optional<String> accessKeyHint() {
      return Optional.of("AKIA…WXYZ");
    }
  }
}
