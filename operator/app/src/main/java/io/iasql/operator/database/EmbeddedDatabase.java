package io.iasql.operator.database;

import io.iasql.crds.Environment;
import io.iasql.engine.store.Sql;
import io.iasql.operator.database.DatabaseState.Ready;
import io.iasql.operator.database.DatabaseState.Waiting;
import io.iasql.operator.status.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/** One PostgreSQL beside the operator, with a database per environment. */
final class EmbeddedDatabase implements DatabaseProvisioner {
  private static final Logger LOG = Logger.getLogger(EmbeddedDatabase.class);
  private static final String PROVIDER = "embedded";
  private static final Duration SOON = Duration.ofMillis(500);

  private final EmbeddedServer server;
  private final Executor executor;
  private final Map<String, CompletableFuture<DatabaseEndpoint>> databases =
      new ConcurrentHashMap<>();

  /**
   * @param executor where the server is started: that takes seconds
   */
  EmbeddedDatabase(EmbeddedServer server, Executor executor) {
    this.server = server;
    this.executor = executor;
  }

  @Override
  public DatabaseState provision(Environment environment, KubernetesObjects objects) {
    String name =
        databaseName(environment.getMetadata().getNamespace(), environment.getMetadata().getName());
    CompletableFuture<DatabaseEndpoint> database =
        databases.compute(
            name, (key, known) -> known == null || isStale(known) ? make(key) : known);
    if (!database.isDone()) {
      return new Waiting(Reason.DATABASE_STARTING, "The embedded PostgreSQL is starting.", SOON);
    }
    try {
      return new Ready(database.join());
    } catch (CompletionException e) {
      databases.remove(name, database);
      LOG.warnf(e.getCause(), "embedded database %s", name);
      return new Waiting(
          Reason.DATABASE_FAILED,
          "The embedded PostgreSQL does not start and is tried again: " + e.getCause().getMessage(),
          Duration.ofSeconds(10));
    }
  }

  /** A database made by a server that has died since. */
  private boolean isStale(CompletableFuture<DatabaseEndpoint> database) {
    return database.isDone() && !database.isCompletedExceptionally() && !server.isRunning();
  }

  private CompletableFuture<DatabaseEndpoint> make(String name) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            int port = server.createDatabase(name);
            return endpoint(port, name, server.password());
          } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
          } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
          }
        },
        executor);
  }

  private static DatabaseEndpoint endpoint(int port, String name, String password) {
    return new DatabaseEndpoint(
        PROVIDER,
        EmbeddedServer.HOST,
        port,
        name,
        EmbeddedServer.USER,
        password,
        "disable",
        Optional.empty());
  }

  /**
   * {@code infra.staging}: neither part can hold a dot, so no two environments share a name. A name
   * too long for PostgreSQL ends in a digest.
   */
  static String databaseName(String namespace, String environment) {
    return Sql.fitting(namespace + "." + environment);
  }
}
