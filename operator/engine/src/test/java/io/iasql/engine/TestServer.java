package io.iasql.engine;

import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.fake.Power;
import io.iasql.engine.store.EnvironmentDatabase;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.peers.CacheFolder;
import io.iasql.peers.RunFolder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ds.common.BaseDataSource;

/** One PostgreSQL for all tests of the JVM; each test gets a copy of a prepared database. */
final class TestServer {
  private static final String TEMPLATE = "prepared";

  // Files are copied by the kernel: a sixth of the time of writing them to the WAL.
  private static final String COPY = " STRATEGY file_copy";
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static EmbeddedPostgres server;
  private static Connection administrator;

  private TestServer() {}

  /** A new database with the fake modules installed. */
  static synchronized String newDatabase() {
    if (server == null) {
      server = start();
      execute("CREATE DATABASE " + TEMPLATE);
      try (TestEnvironment environment =
          new TestEnvironment(TEMPLATE, new FakeAccount(), Power.lasting())) {
        environment.engine().prepare(FakeModules.NAMES);
      }
    }
    String name = "test_" + COUNT.incrementAndGet();
    execute("CREATE DATABASE " + name + " TEMPLATE " + TEMPLATE + COPY);
    // What is said of a database itself is not copied with it.
    execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
    return name;
  }

  /** A copy of a database that nobody is connected to. */
  static String copyOf(String database) {
    String name = "test_" + COUNT.incrementAndGet();
    execute("CREATE DATABASE " + name + " TEMPLATE " + database + COPY);
    execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
    return name;
  }

  /** A new database without anything. */
  static String emptyDatabase() {
    newDatabase();
    String name = "empty_" + COUNT.incrementAndGet();
    execute("CREATE DATABASE " + name + COPY);
    return name;
  }

  /** Breaks every connection to a database. */
  static void disconnect(String database) {
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
            + database
            + "'");
  }

  static void drop(String database) {
    execute("DROP DATABASE " + database + " WITH (FORCE)");
  }

  static DataSource dataSource(String database) {
    return dataSource("postgres", database);
  }

  /** For a role that may log in; nobody is asked for a password. */
  static DataSource dataSource(String role, String database) {
    return server.getDatabase(role, database);
  }

  /** A database to be reached without pools. */
  static EnvironmentDatabase database(DataSource direct) {
    return EnvironmentDatabase.of(
        EnvironmentDatabase.Login.of((BaseDataSource) direct), direct, direct);
  }

  static String url(String user, String database) {
    return server.getJdbcUrl(user, database);
  }

  /** Connections to a database, kept open between uses. */
  static PooledDatabase pooled(String database) {
    return pooled(database, "test");
  }

  /** The same under a name. */
  static PooledDatabase pooled(String database, String application) {
    PGSimpleDataSource source = (PGSimpleDataSource) dataSource(database);
    source.setApplicationName(application);
    return new PooledDatabase(source);
  }

  /** By one connection for all: a new one costs more than most of what is run. */
  private static synchronized void execute(String sql) {
    try {
      if (administrator == null) {
        administrator = dataSource("postgres").getConnection();
      }
      try (Statement statement = administrator.createStatement()) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static EmbeddedPostgres start() {
    RunFolder folder = RunFolder.createInMemory(CacheFolder.ofUser(), "engine");
    EmbeddedPostgres started = start(folder.path().resolve("data"));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started, folder)));
    return started;
  }

  private static void stop(EmbeddedPostgres started, RunFolder folder) {
    try (folder;
        started) {
      // Closing is all.
    } catch (IOException e) {
      throw new UncheckedIOException("embedded PostgreSQL", e);
    }
  }

  private static EmbeddedPostgres start(Path data) {
    try {
      return EmbeddedPostgres.builder()
          .setDataDirectory(data)
          .setRegisterShutdownHook(false)
          .setServerConfig("listen_addresses", "127.0.0.1")
          .setServerConfig("max_connections", "400")
          .setServerConfig("fsync", "off")
          .setServerConfig("synchronous_commit", "off")
          .setServerConfig("full_page_writes", "off")
          .setServerConfig("file_copy_method", "clone")
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException("embedded PostgreSQL", e);
    }
  }
}
