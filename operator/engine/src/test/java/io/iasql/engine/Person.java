package io.iasql.engine;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Somebody with a login to an environment's database. */
final class Person implements AutoCloseable {
  private final Connection connection;
  private final List<String> notices = new ArrayList<>();

  Person(String database, String login) {
    try {
      connection = DriverManager.getConnection(TestServer.url(login, database));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  Connection connection() {
    return connection;
  }

  /** The rows of a query, their columns joined by {@code |}; for other statements none. */
  List<String> run(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      boolean result = statement.execute(sql);
      for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
        notices.add(w.getMessage());
      }
      if (result) {
        try (ResultSet all = statement.getResultSet()) {
          while (all.next()) {
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= all.getMetaData().getColumnCount(); i++) {
              columns.add(all.getString(i));
            }
            rows.add(String.join("|", columns.stream().map(String::valueOf).toList()));
          }
        }
      }
    }
    return rows;
  }

  /** The same on another thread. */
  CompletableFuture<List<String>> later(String sql) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return run(sql);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** What PostgreSQL said beside the rows. */
  List<String> notices() {
    return notices;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
