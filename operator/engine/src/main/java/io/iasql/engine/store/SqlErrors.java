package io.iasql.engine.store;

import io.iasql.engine.InvalidTransactionException;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns PostgreSQL's errors into words for the people whose SQL it was. */
public final class SqlErrors {
  private static final int EXCERPT = 60;

  private SqlErrors() {}

  /**
   * Whether the database, not the statement, is the trouble: connection errors (class 08), operator
   * intervention (57P), no resources (53), or two transactions in each other's way (40). See the
   * PostgreSQL manual, "PostgreSQL Error Codes".
   */
  public static boolean isTransient(SQLException e) {
    String state = e.getSQLState();
    return state == null
        || state.startsWith("08")
        || state.startsWith("57P")
        || state.startsWith("53")
        || state.startsWith("40");
  }

  /** The first SQLException among the causes, or null. */
  public static SQLException sqlCause(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  /** Throws what a failed statement of a user means. */
  public static RuntimeException ofUserSql(SQLException e, String sql) {
    if (isTransient(e)) {
      return new UnavailableException("PostgreSQL: " + e.getMessage(), e);
    }
    ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
    StringBuilder text = new StringBuilder();
    if (server == null) {
      text.append(e.getMessage());
    } else {
      text.append(server.getMessage());
      if (server.getDetail() != null) {
        text.append(" (").append(server.getDetail()).append(')');
      }
    }
    text.append(" [SQLSTATE ").append(e.getSQLState()).append(']');
    if (server != null) {
      text.append(position(server, sql));
      String advice = server.getHint() != null ? server.getHint() : advice(e.getSQLState());
      if (!advice.isEmpty()) {
        text.append(". ").append(advice);
      }
    }
    return new InvalidTransactionException(List.of(text.toString()), e);
  }

  private static String position(ServerErrorMessage server, String sql) {
    int at = server.getPosition() > 0 ? server.getPosition() : server.getInternalPosition();
    if (server.getInternalQuery() != null
        && at > 0
        && at <= sql.length()
        && server.getInternalQuery().equals(sql)) {
      String before = sql.substring(0, at - 1);
      long line = before.chars().filter(c -> c == '\n').count() + 1;
      int column = at - 1 - before.lastIndexOf('\n');
      return " at line " + line + ", column " + column + ": " + excerpt(sql.substring(at - 1));
    }
    String where = server.getWhere();
    if (where == null) {
      return "";
    }
    return where
        .lines()
        .filter(l -> l.startsWith("SQL statement "))
        .map(l -> l.substring("SQL statement ".length()).replaceAll("^\"|\"$", ""))
        .filter(l -> !l.contains("iasql.run_as_user") && !sql.startsWith(l + "\n"))
        .findFirst()
        .map(l -> " in: " + excerpt(l))
        .orElse("");
  }

  private static String excerpt(String text) {
    String line = text.lines().findFirst().orElse("").strip();
    return line.length() <= EXCERPT ? line : line.substring(0, EXCERPT) + "…";
  }

  private static String advice(String state) {
    return switch (state) {
      case "42501" ->
          "Transactions run as iasql_user, which may change the module tables and nothing else";
      case "42P01" ->
          "Check the name, and that the module with this table is in the environment's spec.modules";
      case "23503" -> "Insert the row it refers to first, in this transaction or an earlier one";
      case "23505" ->
          "The row is there already: UPDATE it, or use INSERT ... ON CONFLICT DO NOTHING";
      case "23514" -> "Change the values so that the check holds";
      case "2D000", "0A000", "42601" -> "Correct the SQL and apply the resource again";
      case "57014" -> "The SQL ran longer than the operator allows; split it into several";
      default -> "";
    };
  }
}
