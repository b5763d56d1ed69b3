package io.iasql.aws.account;

import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsConnector;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.retries.api.RetryStrategy;

/**
 * Opens AWS accounts with the AWS SDK for Java 2.
 *
 * <p>Without {@link AwsAccountSettings#endpoint()} the SDK's own resolution applies, {@code
 * AWS_ENDPOINT_URL} and the variables per service included (AWS SDKs and Tools Reference Guide,
 * "Service-specific endpoints"). Each account has one pool of at most {@value
 * ServiceClients#MAX_CONNECTIONS} connections for all of its clients.
 */
public final class SdkAwsConnector implements AwsConnector {
  private final List<ExecutionInterceptor> interceptors;
  private final Optional<RetryStrategy> retry;

  /** The connector for real work: adaptive retries, no interceptors. */
  public SdkAwsConnector() {
    this(List.of(), Optional.empty());
  }

  /**
   * A connector whose calls pass through interceptors, for tests that inject faults.
   *
   * @param interceptors run around every call of every client, in this order
   * @param retry replaces the adaptive strategy; one instance then serves all clients
   */
  public SdkAwsConnector(List<ExecutionInterceptor> interceptors, Optional<RetryStrategy> retry) {
    this.interceptors = List.copyOf(interceptors);
    this.retry = Objects.requireNonNull(retry);
  }

  @Override
  public AwsAccount open(AwsAccountSettings settings) {
    SettingsCheck.check(settings);
    return new SdkAwsAccount(settings, interceptors, retry);
  }
}
