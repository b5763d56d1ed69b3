package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresPeerIT {

  @Test
  void shouldKeepDataAndPortWhileStopped() throws SQLException {
    try (PostgresPeer peer = PostgresPeer.start(line -> {})) {
      String database = peer.newDatabase();
      int port = peer.port();
      execute(peer, database, "CREATE TABLE t AS SELECT 42 AS answer");

      peer.stop();
      assertThatThrownBy(() -> peer.dataSource(database).getConnection())
          .isInstanceOf(SQLException.class);
      peer.start();

      assertThat(peer.port()).isEqualTo(port);
      assertThat(query(peer, database, "SELECT answer FROM t")).isEqualTo("42");
    }
  }

  @Test
  void shouldLetAnOrdinaryUserUseDblinkWithItsPassword() throws SQLException {
    PostgresPeer peer = PostgresPeer.shared();
    String database = peer.newDatabase();
    String role = "role_" + database;
    execute(peer, database, "CREATE EXTENSION dblink");
    execute(peer, database, "CREATE ROLE " + role + " LOGIN PASSWORD 'secret'");

    try (Connection connection =
            DriverManager.getConnection(peer.jdbcUrl(database), role, "secret");
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT * FROM dblink('host=127.0.0.1 port=%d dbname=%s user=%s password=secret', 'SELECT 7') AS t(n int)"
                    .formatted(peer.port(), database, role))) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(7);
    }
  }

  @Test
  void shouldRefuseAWrongPassword() {
    PostgresPeer peer = PostgresPeer.shared();

    assertThatThrownBy(
            () -> DriverManager.getConnection(peer.jdbcUrl("postgres"), "postgres", "wrong"))
        .hasMessageContaining("password authentication failed");
  }

  @Test
  void shouldListenOnLoopbackOnly() {
    assertThat(LocalProcesses.reachableFromOutside(PostgresPeer.shared().port())).isEmpty();
  }

  private static void execute(PostgresPeer peer, String database, String sql) throws SQLException {
    try (Connection connection = peer.dataSource(database).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(PostgresPeer peer, String database, String sql) throws SQLException {
    try (Connection connection = peer.dataSource(database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getString(1);
    }
  }
}
