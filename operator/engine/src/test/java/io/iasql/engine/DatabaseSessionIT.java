package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.PooledDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left of a session for the next one. */
class DatabaseSessionIT {
  private static final String LEFT =
      "SELECT name FROM pg_prepared_statements"
          + " UNION ALL SELECT name FROM pg_cursors WHERE is_holdable"
          + " UNION ALL SELECT pg_listening_channels()"
          + " UNION ALL SELECT locktype FROM pg_locks"
          + " WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
          + " UNION ALL SELECT relname FROM pg_class"
          + " WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
          + " UNION ALL SELECT name FROM pg_settings WHERE source = 'session'"
          + " AND name NOT LIKE 'transaction\\_%'"
          + " UNION ALL SELECT current_user::text WHERE current_user <> 'postgres'"
          + " UNION ALL SELECT current_setting('mine.own', true)"
          + " WHERE current_setting('mine.own', true) <> ''";

  private static TestEnvironment env;

  private PooledDatabase database;

  @BeforeAll
  static void start() {
    env = TestEnvironment.fresh();
  }

  @AfterAll
  static void stop() {
    env.close();
  }

  @BeforeEach
  void open() {
    database = TestServer.pooled(env.database());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static List<String> ask(DatabaseSession session, String sql) throws SQLException {
    List<String> result = new ArrayList<>();
    try (Statement statement = session.connection().createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        result.add(found.getString(1));
      }
    }
    return result;
  }

  private static String process(DatabaseSession session) throws SQLException {
    return ask(session, "SELECT pg_backend_pid()").get(0);
  }

  private static void litter(DatabaseSession session) throws SQLException {
    try (Statement statement = session.connection().createStatement()) {
      statement.execute("PREPARE left_statement AS SELECT 1");
      statement.execute("DECLARE left_cursor CURSOR WITH HOLD FOR SELECT 1");
      statement.execute("LISTEN left_channel");
      statement.execute("SELECT pg_advisory_lock(42)");
      statement.execute("CREATE TEMPORARY TABLE left_table AS SELECT 1");
      statement.execute("SET search_path = pg_temp");
      statement.execute("SET mine.own = 'left'");
      statement.execute("SET ROLE iasql_user");
    }
  }

  private static boolean isAlive(String process) {
    return env.query("SELECT pid::text FROM pg_stat_activity").contains(process);
  }

  @Test
  void nothingIsLeftInOneThatIsUsedAgain() throws SQLException {
    String process;
    try (DatabaseSession session = DatabaseSession.open(database)) {
      session.connection().setAutoCommit(false);
      litter(session);
      session.connection().commit();
      session.reuse();
      process = process(session);
      assertThat(ask(session, LEFT))
          .containsExactlyInAnyOrder(
              "left_statement",
              "left_cursor",
              "left_channel",
              "advisory",
              "left_table",
              "search_path",
              "iasql_user",
              "left");
    }
    try (DatabaseSession session = DatabaseSession.open(database)) {
      assertThat(process(session)).isEqualTo(process);
      assertThat(session.connection().getAutoCommit()).isTrue();
      assertThat(ask(session, LEFT)).isEmpty();
    }
  }

  @Test
  void whatIsNotCommittedIsRolledBack() throws SQLException {
    try (DatabaseSession session = DatabaseSession.open(database)) {
      session.connection().setAutoCommit(false);
      ask(session, "INSERT INTO bucket (name) VALUES ('uncommitted') RETURNING name");
      session.reuse();
    }
    try (DatabaseSession session = DatabaseSession.open(database)) {
      session.connection().setAutoCommit(false);
      ask(session, "INSERT INTO bucket (name) VALUES ('uncommitted') RETURNING name");
    }

    assertThat(env.query("SELECT name FROM bucket")).isEmpty();
  }

  @Test
  void oneInWhichSomethingWentWrongIsNotUsedAgain() throws SQLException {
    String process;
    try (DatabaseSession session = DatabaseSession.open(database)) {
      process = process(session);
      litter(session);
    }

    try (DatabaseSession session = DatabaseSession.open(database)) {
      assertThat(process(session)).isNotEqualTo(process);
      assertThat(ask(session, LEFT)).isEmpty();
    }
    Awaitility.await().until(() -> !isAlive(process));
  }

  @Test
  void oneThatCannotBeCleanedIsNotUsedAgain() throws SQLException {
    DatabaseSession session = DatabaseSession.open(database);
    String process = process(session);
    session.reuse();
    env.execute("SELECT pg_terminate_backend(" + process + ", 10000)");

    assertThatThrownBy(session::close).isInstanceOf(SQLException.class);
    assertThat(session.connection().isClosed()).as("it is given back").isTrue();
    try (DatabaseSession next = DatabaseSession.open(database)) {
      assertThat(process(next)).isNotEqualTo(process);
    }
  }

  @Test
  void plansUseOneAgainUnlessTheirSqlFails() {
    int before = env.idleSessions();
    env.plan("INSERT INTO bucket (name) VALUES ('planned')");
    int planned = env.idleSessions();
    env.plan("INSERT INTO bucket (name) VALUES ('planned-again')");

    assertThat(List.of(before, planned, env.idleSessions())).containsExactly(0, 1, 1);
    assertThatThrownBy(() -> env.plan("INSERT INTO bucket (name) VALUES (1 / 0)"))
        .isInstanceOf(InvalidTransactionException.class);
    assertThat(env.idleSessions()).isZero();
  }
}
