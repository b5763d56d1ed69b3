package io.iasql.engine.plan;

import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.Parameters;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.EnvironmentDatabase;
import io.iasql.engine.store.Sql;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.SqlStatements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.postgresql.PGConnection;

/** Runs a user's SQL with the user's rights inside the engine's PostgreSQL transaction. */
public final class UserSql {
  private static final int MAX_CHOICES = 30;
  private static final String UNDEFINED_PARAMETER = "42P02";

  private UserSql() {}

  /** A session for users' SQL, in a transaction at isolation level repeatable read. */
  public static DatabaseSession open(EnvironmentDatabase database) throws SQLException {
    DatabaseSession session = DatabaseSession.open(database);
    try {
      session.connection().setAutoCommit(false);
      session.connection().setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      return session;
    } catch (SQLException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Runs the text as {@code iasql_user}. What it sets is reset, what it put off is checked, and the
   * time is bounded from this side, because a timeout set by SET would be the text's to undo.
   *
   * @param connection from {@link #open}
   * @param parameters what the text gets by {@code iasql_parameter}
   * @throws io.iasql.engine.InvalidTransactionException when PostgreSQL refuses it; the transaction
   *     is of no use then and must be rolled back
   */
  public static void run(Connection connection, String sql, Parameters parameters, Duration limit) {
    Savepoint start = null;
    try {
      if (connection.unwrap(PGConnection.class).getPrepareThreshold() != 0) {
        throw new IllegalArgumentException("not a session for users' SQL");
      }
      keepFromEngine(connection);
      BoundParameters.bind(connection, parameters);
      start = connection.setSavepoint();
      execute(connection, sql, limit);
      try (Statement after = connection.createStatement()) {
        // What a cursor WITH HOLD has yet to read would be read at the end, as the owner.
        after.execute("CLOSE ALL");
        after.execute("SET CONSTRAINTS ALL IMMEDIATE");
        after.execute("RESET ALL");
        checkRole(after);
      }
    } catch (SQLException e) {
      Optional<SqlStatements.Statement> culprit = culprit(connection, start, sql, limit, e);
      throw parameters.hasSecrets()
          ? SqlErrors.ofSecretSql(e, sql, culprit, missing(e, sql, parameters))
          : SqlErrors.ofUserSql(e, sql, culprit, choices(connection, start, e));
    }
  }

  /** Until the PostgreSQL transaction ends, SQL in it cannot call the engine. */
  static void keepFromEngine(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // By it iasql.in_manifest() knows where it is called from.
      statement.execute("LOCK TABLE iasql.manifest_lock IN ROW SHARE MODE");
    }
  }

  /** The role's own rights are all that it could give away, and without them nothing runs again. */
  private static void checkRole(Statement statement) throws SQLException {
    try (ResultSet found =
        statement.executeQuery(
            "SELECT to_regprocedure('iasql.run_as_user(text)') IS NOT NULL"
                + " AND has_schema_privilege('iasql_user', 'public', 'USAGE')"
                + " AND has_table_privilege('iasql_user', 'public.iasql_module', 'SELECT')")) {
      found.next();
      if (!found.getBoolean(1)) {
        throw new InvalidTransactionException(
            List.of(
                "the SQL drops what role iasql_user owns or may do, as DROP OWNED does; leave that"
                    + " out"));
      }
    }
  }

  /** The parameters that there are not, by the SQL's own text. */
  private static Optional<String> missing(SQLException e, String sql, Parameters parameters) {
    List<String> missing =
        ParameterCalls.of(sql).stream()
            .filter(name -> !parameters.values().containsKey(name))
            .toList();
    return UNDEFINED_PARAMETER.equals(e.getSQLState()) && !missing.isEmpty()
        ? Optional.of(
            "there is no parameter '%s'. There are %s; spec.parameters and spec.parametersFrom of a SqlTransaction give them"
                .formatted(
                    String.join("', '", missing), String.join(", ", parameters.values().keySet())))
        : Optional.empty();
  }

  /** What a reference could have named, where that is a short list. */
  private static List<String> choices(Connection connection, Savepoint start, SQLException error) {
    Optional<String> table = SqlErrors.missingIn(error);
    if (table.isEmpty() || start == null) {
      return List.of();
    }
    try {
      connection.rollback(start);
      try (Statement query = connection.createStatement();
          ResultSet found =
              query.executeQuery(
                  "SELECT array_agg(k) FROM (SELECT to_jsonb(t) ->> (SELECT a.attname"
                      + " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a"
                      + " ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
                      + " WHERE i.indisprimary AND i.indrelid = 'public."
                      + Sql.quote(table.get()).replace("'", "''")
                      + "'::regclass AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)) AS k"
                      + " FROM public."
                      + Sql.quote(table.get())
                      + " t ORDER BY 1 LIMIT "
                      + (MAX_CHOICES + 1)
                      + ") x WHERE k IS NOT NULL HAVING count(*) <= "
                      + MAX_CHOICES)) {
        return found.next() && found.getArray(1) != null
            ? List.of((String[]) found.getArray(1).getArray())
            : List.of();
      }
    } catch (SQLException e) {
      error.addSuppressed(e);
      return List.of();
    }
  }

  private static void execute(Connection connection, String sql, Duration limit)
      throws SQLException {
    try (PreparedStatement call = connection.prepareStatement("SELECT iasql.run_as_user(?)")) {
      call.setQueryTimeout((int) limit.toSeconds());
      call.setString(1, sql);
      call.execute();
    }
  }

  /**
   * The statement behind an error for which PostgreSQL names no position: found by running one
   * after the other until the same error comes.
   */
  private static Optional<SqlStatements.Statement> culprit(
      Connection connection, Savepoint start, String sql, Duration limit, SQLException error) {
    if (start == null || SqlErrors.hasPosition(error, sql) || SqlErrors.isAboutTime(error)) {
      return Optional.empty();
    }
    try {
      connection.rollback(start);
    } catch (SQLException e) {
      error.addSuppressed(e);
      return Optional.empty();
    }
    for (SqlStatements.Statement statement : SqlStatements.of(sql)) {
      try {
        execute(connection, statement.text(), limit);
      } catch (SQLException e) {
        return Objects.equals(e.getSQLState(), error.getSQLState())
            ? Optional.of(statement)
            : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
