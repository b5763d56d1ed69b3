package io.iasql.contract;

import io.iasql.aws.account.SdkAwsConnector;
import io.iasql.engine.Engine;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.EngineSettings;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.peers.PostgresPeer;
import io.iasql.peers.faults.Faults;
import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.postgresql.ds.PGSimpleDataSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;

/**
 * One life of an operator: an engine with its connections to PostgreSQL and AWS. It can be killed:
 * from then on nothing that it still does reaches either.
 */
final class Operator implements AutoCloseable {
  /** How often the SDK tries one call; it waits for nothing, as nothing gets better by waiting. */
  static final int ATTEMPTS = 5;

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final String name = "operator-" + UUID.randomUUID();
  private final Faults faults = Faults.seeded(42);
  private final CallLog calls = new CallLog(this::disconnect);
  private final LinkedBlockingQueue<String> moved = new LinkedBlockingQueue<>();
  private final ExecutorService executor;
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final PooledDatabase connections;
  private final AwsAccount account;
  private final Engine engine;

  Operator(String database, Modules modules, AwsAccountSettings settings) {
    executor =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    PGSimpleDataSource source = PostgresPeer.shared().dataSource(database);
    source.setApplicationName(name);
    connections = new PooledDatabase(source);
    List<ExecutionInterceptor> interceptors = new ArrayList<>(List.of(calls));
    interceptors.addAll(faults.interceptors());
    account = new SdkAwsConnector(interceptors, Optional.of(retry())).open(settings);
    engine =
        new Engine(
            new EngineContext(
                "contract",
                connections,
                modules,
                account::scope,
                executor,
                Clock.systemUTC(),
                new EngineSettings(Duration.ofMinutes(1), 8, PATIENCE)),
            new EngineListener() {
              @Override
              public void transactionMoved(String id) {
                moved.add(id);
              }

              @Override
              public void tablesMoved(Set<String> tables) {
                // Nobody waits for that here.
              }
            },
            timer);
  }

  private static RetryStrategy retry() {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder()
        .maxAttempts(ATTEMPTS)
        .backoffStrategy(BackoffStrategy.retryImmediately())
        .throttlingBackoffStrategy(BackoffStrategy.retryImmediately())
        .circuitBreakerEnabled(false)
        .build();
  }

  Engine engine() {
    return engine;
  }

  Faults faults() {
    return faults;
  }

  CallLog calls() {
    return calls;
  }

  /** Forgets faults and calls, so that the next test finds none of the last one's. */
  void forget() {
    faults.forget();
    calls.restart();
  }

  /** Hears of a transaction that moved; may hear of nothing for a while. */
  void awaitMove(Duration limit) throws InterruptedException {
    moved.poll(limit.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  /** Cuts the connections to PostgreSQL as the death of a process does, its locks included. */
  private void disconnect() {
    timer.shutdownNow();
    connections.close();
    PostgresPeer.shared()
        .administer(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '"
                + name
                + "'");
  }

  @Override
  public void close() {
    engine.close();
    timer.shutdownNow();
    executor.shutdown();
    account.close();
    connections.close();
  }
}
