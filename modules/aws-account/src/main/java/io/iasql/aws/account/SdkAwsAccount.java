package io.iasql.aws.account;

import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** One account with its clients, verified before the first scope is handed out. */
final class SdkAwsAccount implements AwsAccount {
  // People wait for the answer to "are these the right credentials", so it gives up early.
  private static final int IDENTITY_ATTEMPTS = 4;
  // How long a region that was opted in to may go unnoticed.
  private static final Duration REGIONS_AGE = Duration.ofMinutes(10);

  private final AwsAccountSettings settings;
  private final RequestIds requestIds = new RequestIds();
  private final ServiceClients clients;
  private final CredentialSource credentials;
  private final Failures failures;
  private final Object lock = new Object();
  private boolean verified;
  private volatile Regions regions;

  private record Regions(List<String> names, long readAt, boolean fixed) {
    boolean fresh() {
      return fixed || System.nanoTime() - readAt < REGIONS_AGE.toNanos();
    }
  }

  SdkAwsAccount(
      AwsAccountSettings settings,
      List<ExecutionInterceptor> interceptors,
      Optional<RetryStrategy> retry) {
    this.settings = settings;
    List<ExecutionInterceptor> all = new ArrayList<>(interceptors);
    all.add(requestIds);
    this.clients = new ServiceClients(settings.endpoint(), List.copyOf(all), retry);
    this.credentials =
        new CredentialSource(
            settings,
            base -> clients.build(StsClient.class, settings.region(), base, IDENTITY_ATTEMPTS));
    this.failures = Failures.hiding(settings.credentials());
  }

  @Override
  public AwsScope scope() {
    Regions now = regions;
    if (now == null || !now.fresh()) {
      synchronized (lock) {
        if (!verified) {
          verify();
          verified = true;
        }
        now = regions;
        if (now == null || !now.fresh()) {
          now = readRegions();
          regions = now;
        }
      }
    }
    return new SdkAwsScope(this, settings.region(), now.names());
  }

  private void verify() {
    GetCallerIdentityResponse identity;
    try (StsClient sts =
        clients.build(
            StsClient.class, settings.region(), credentials.provider(), IDENTITY_ATTEMPTS)) {
      identity = sts.getCallerIdentity();
    } catch (RuntimeException e) {
      throw failed("STS did not confirm the account", "", e);
    }
    if (!settings.accountId().equals(identity.account())) {
      throw new CloudException(
          new CloudFailure(
              Kind.DENIED,
              "WrongAccount",
              ("the connection is for account %s, but its credentials belong to account %s (%s)."
                      + " Nothing has been read or changed. Correct spec.accountId of the"
                      + " AwsConnection, or give it credentials of account %s")
                  .formatted(
                      settings.accountId(),
                      identity.account(),
                      identity.arn(),
                      settings.accountId()),
              identity.responseMetadata().requestId()),
          null);
    }
  }

  private Regions readRegions() {
    TreeSet<String> names = new TreeSet<>(settings.regions());
    names.add(settings.region());
    boolean fixed = !settings.regions().isEmpty();
    if (!fixed) {
      try {
        names.addAll(EnabledRegions.of(client(Ec2Client.class, settings.region())));
      } catch (RuntimeException e) {
        throw failed(
            "the regions in use are not known",
            ". Allow ec2:DescribeRegions, or list the regions in spec.regions of the"
                + " AwsConnection",
            e);
      }
    }
    return new Regions(List.copyOf(names), System.nanoTime(), fixed);
  }

  private CloudException failed(String what, String advice, RuntimeException cause) {
    CloudFailure f = failures.describe(cause);
    return new CloudException(
        new CloudFailure(f.kind(), f.code(), what + ": " + f.message() + advice, f.requestId()),
        cause);
  }

  String accountId() {
    return settings.accountId();
  }

  String defaultRegion() {
    return settings.region();
  }

  <C> C client(Class<C> type, String region) {
    return clients.shared(type, region, credentials.provider());
  }

  Failures failures() {
    return failures;
  }

  Optional<String> lastRequestId() {
    return requestIds.ofThisThread();
  }

  Optional<String> accessKeyHint() {
    return credentials.hint();
  }

  @Override
  public void close() {
    credentials.close();
    clients.close();
  }

  @Override
  public String toString() {
    return "AWS account " + settings.accountId();
  }
}
