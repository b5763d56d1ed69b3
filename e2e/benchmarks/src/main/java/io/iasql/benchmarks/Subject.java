package io.iasql.benchmarks;

import io.iasql.aws.account.SdkAwsConnector;
import io.iasql.engine.Engine;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.EngineSettings;
import io.iasql.engine.OnFailure;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.PostgresPeer;
import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;

/** An account with an engine on a database of its own, and the same account for the bare SDK. */
final class Subject implements AutoCloseable {
  static final String REGION = "us-east-1";

  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Semaphore moves = new Semaphore(0);
  private final PooledDatabase database;
  private final AwsAccount account;
  private final Engine engine;

  Subject(PostgresPeer postgres, AwsPeer aws, AwsPeer.Account keys) {
    this.database = new PooledDatabase(postgres.dataSource(postgres.newDatabase()));
    this.account =
        new SdkAwsConnector()
            .open(
                new AwsAccountSettings(
                    keys.id(),
                    REGION,
                    List.of(REGION),
                    new AwsAccountSettings.StaticKeys(
                        keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken()),
                    Optional.of(aws.endpoint())));
    EngineContext context =
        new EngineContext(
            "benchmark",
            database,
            Modules.discover(),
            account::scope,
            executor,
            Clock.systemUTC(),
            EngineSettings.defaults());
    this.engine = new Engine(context, listener(), timer);
    engine.prepare(Set.of("aws_sqs"));
  }

  private EngineListener listener() {
    return new EngineListener() {
      @Override
      public void transactionMoved(String id) {
        moves.release();
      }

      @Override
      public void tablesMoved(Set<String> tables) {
        // Only commits are awaited here.
      }
    };
  }

  Engine engine() {
    return engine;
  }

  /** A session of a person in psql. */
  Connection session() throws SQLException {
    return database.pool().getConnection();
  }

  AwsAccount account() {
    return account;
  }

  /** Commits what was planned, and returns when AWS and the rows are as planned. */
  void commit(String id, String sql) throws InterruptedException {
    String plan = engine.storedPlan(id, 1).orElseThrow().id();
    engine.submit(new Submission(id, id, sql, OnFailure.STOP, plan, "benchmark"));
    TransactionView view = engine.view(id).orElseThrow();
    while (!view.state().isFinal()) {
      moves.acquire();
      view = engine.view(id).orElseThrow();
    }
    if (view.state() != TransactionState.COMMITTED) {
      throw new IllegalStateException(view.toString());
    }
  }

  @Override
  public void close() throws SQLException {
    engine.close();
    account.close();
    database.close();
    executor.shutdown();
    timer.shutdown();
  }
}
