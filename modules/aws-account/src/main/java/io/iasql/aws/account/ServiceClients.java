package io.iasql.aws.account;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;

/** The clients of one account: one per service and region, built at first use. */
final class ServiceClients implements AutoCloseable {
  static final int MAX_CONNECTIONS = 64;

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration SOCKET = Duration.ofSeconds(60);
  // Longer than the socket's limit, so that it ends only answers that trickle.
  private static final Duration ATTEMPT = Duration.ofMinutes(2);
  private static final Duration CALL = Duration.ofMinutes(10);
  // With the SDK's jittered back-off of at most 20 s: about a minute of throttling.
  private static final int ATTEMPTS = 12;
  private static final String USER_AGENT = "iasql-operator";

  // Of its own accord each client would keep a pool of five threads for its time limits.
  private static final ScheduledExecutorService TIMERS = timers();

  private final Optional<URI> endpoint;
  private final List<ExecutionInterceptor> interceptors;
  private final Optional<RetryStrategy> retry;
  private final BlindRepeats blindRepeats = new BlindRepeats();
  private final SdkHttpClient http =
      ApacheHttpClient.builder()
          .maxConnections(MAX_CONNECTIONS)
          .connectionTimeout(CONNECT)
          .socketTimeout(SOCKET)
          .build();
  private final Map<Key, SdkClient> clients = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private record Key(Class<?> type, String region) {}

  ServiceClients(
      Optional<URI> endpoint,
      List<ExecutionInterceptor> interceptors,
      Optional<RetryStrategy> retry) {
    this.endpoint = endpoint;
    this.interceptors = interceptors;
    this.retry = retry;
  }

  /** The shared client of this type. */
  <C> C shared(Class<C> type, String region, AwsCredentialsProvider credentials) {
    if (closed) {
      throw new IllegalStateException("the account has been closed");
    }
    Key key = new Key(type, region);
    SdkClient known = clients.get(key);
    if (known == null) {
      known =
          clients.computeIfAbsent(key, k -> (SdkClient) build(type, region, credentials, ATTEMPTS));
    }
    return type.cast(known);
  }

  /** A client of the caller's own, which closes it; the connections are shared. */
  <C> C build(Class<C> type, String region, AwsCredentialsProvider credentials, int attempts) {
    Method factory = method(type, "builder");
    Object builder = invoke(factory, null);
    if (!(builder instanceof AwsClientBuilder<?, ?> aws)
        || !(builder instanceof AwsSyncClientBuilder<?, ?> sync)) {
      throw new IllegalArgumentException(type.getName() + " is no synchronous AWS client");
    }
    sync.httpClient(http);
    aws.region(Region.of(region));
    aws.credentialsProvider(credentials);
    aws.overrideConfiguration(overrides(attempts));
    endpoint.ifPresent(aws::endpointOverride);
    if (endpoint.isPresent() || isEndpointGivenToSdk()) {
      forcePathStyle(factory.getReturnType(), builder);
    }
    return type.cast(aws.build());
  }

  /** Whether the SDK itself finds an endpoint for S3 that is not AWS's public one. */
  private static boolean isEndpointGivenToSdk() {
    return Stream.of(
            System.getProperty("aws.endpointUrl"),
            System.getProperty("aws.endpointUrlS3"),
            System.getenv("AWS_ENDPOINT_URL"),
            System.getenv("AWS_ENDPOINT_URL_S3"))
        .anyMatch(url -> url != null && !url.isBlank());
  }

  /**
   * Emulators and private endpoints have no host name per bucket. Only S3's builder has the switch;
   * asking the builder keeps this module free of S3's artifact.
   */
  private static void forcePathStyle(Class<?> builderType, Object builder) {
    for (Method m : builderType.getMethods()) {
      if (m.getName().equals("forcePathStyle") && !m.isBridge()) {
        invoke(m, builder, true);
        return;
      }
    }
  }

  private ClientOverrideConfiguration overrides(int attempts) {
    ClientOverrideConfiguration.Builder config =
        ClientOverrideConfiguration.builder()
            .apiCallAttemptTimeout(ATTEMPT)
            .apiCallTimeout(CALL)
            .scheduledExecutorService(TIMERS)
            .retryStrategy(
                blindRepeats.guard(
                    retry.orElseGet(
                        () ->
                            AwsRetryStrategy.adaptiveRetryStrategy().toBuilder()
                                .maxAttempts(attempts)
                                .build())))
            .putAdvancedOption(SdkAdvancedClientOption.USER_AGENT_SUFFIX, USER_AGENT)
            .addExecutionInterceptor(blindRepeats);
    interceptors.forEach(config::addExecutionInterceptor);
    return config.build();
  }

  @Override
  public void close() {
    closed = true;
    List<SdkClient> all = new ArrayList<>(clients.values());
    clients.clear();
    all.forEach(SdkClient::close);
    http.close();
  }

  private static Method method(Class<?> type, String name) {
    try {
      return type.getMethod(name);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(type.getName() + " has no method " + name + "()", e);
    }
  }

  private static Object invoke(Method method, Object target, Object... arguments) {
    try {
      return method.invoke(target, arguments);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(method.toString(), e);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(method.toString(), e.getCause());
    }
  }

  private static ScheduledExecutorService timers() {
    ScheduledThreadPoolExecutor pool =
        new ScheduledThreadPoolExecutor(
            2,
            task -> {
              Thread thread = new Thread(task, "aws-timeouts");
              thread.setDaemon(true);
              return thread;
            });
    pool.setRemoveOnCancelPolicy(true);
    return pool;
  }
}
