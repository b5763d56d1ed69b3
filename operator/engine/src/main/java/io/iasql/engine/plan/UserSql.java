package io.iasql.engine.plan;

import io.iasql.engine.store.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Runs a user's SQL with the user's rights inside the engine's PostgreSQL transaction. */
public final class UserSql {
  private UserSql() {}

  /**
   * Runs the text as {@code iasql_user}. What it sets is reset, and the time is bounded from this
   * side, because a timeout set by SET would be the text's to undo.
   *
   * @throws io.iasql.engine.InvalidTransactionException when PostgreSQL refuses it
   */
  public static void run(Connection connection, String sql, Duration limit) {
    try (PreparedStatement call = connection.prepareStatement("SELECT iasql.run_as_user(?)")) {
      call.setQueryTimeout((int) limit.toSeconds());
      call.setString(1, sql);
      call.execute();
      try (Statement reset = connection.createStatement()) {
        reset.execute("RESET ALL");
      }
    } catch (SQLException e) {
      throw SqlErrors.ofUserSql(e, sql);
    }
  }
}
