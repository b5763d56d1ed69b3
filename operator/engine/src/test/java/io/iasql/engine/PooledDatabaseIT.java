package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.store.PooledDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an environment's pools cost PostgreSQL. */
class PooledDatabaseIT {
  private static final String APPLICATION = "pools";

  private static List<String> connections(TestEnvironment env) {
    return env.query(
        "SELECT pid::text FROM pg_stat_activity WHERE application_name = '" + APPLICATION + "'");
  }

  @Test
  void nothingIsConnectedBeforeItIsUsed() throws SQLException {
    try (TestEnvironment env = TestEnvironment.fresh();
        PooledDatabase database = TestServer.pooled(env.database(), APPLICATION)) {
      assertThat(connections(env)).isEmpty();

      try (Connection connection = database.pool().getConnection()) {
        assertThat(connection.isValid(10)).isTrue();
        assertThat(connections(env)).hasSize(1);
      }
      try (Connection again = database.pool().getConnection()) {
        assertThat(again.isValid(10)).isTrue();
        assertThat(connections(env)).as("the same one").hasSize(1);
      }
      try (Connection session = database.sessions().getConnection()) {
        assertThat(session.isValid(10)).isTrue();
        assertThat(connections(env)).as("sessions are never the pool's").hasSize(2);
      }
    }
  }
}
