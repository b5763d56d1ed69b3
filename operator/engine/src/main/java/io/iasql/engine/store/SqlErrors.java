package io.iasql.engine.store;

import io.iasql.engine.InvalidTransactionException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns PostgreSQL's errors into words for the people whose SQL it was. */
public final class SqlErrors {
  private static final int EXCERPT = 60;
  private static final String SERIALIZATION_FAILURE = "40001";
  private static final String UNIQUE_VIOLATION = "23505";
  private static final Pattern LITERAL = Pattern.compile("'[^']*('|$)|\\$\\w*\\$.*?(\\$\\w*\\$|$)");

  private static final Pattern MISSING =
      Pattern.compile("is not present in table \"([^\"]+)\"\\.$");

  private static final String NOT_SHOWN =
      "What PostgreSQL says is not shown, because the SQL has values of Secrets and could put them"
          + " there in any form. To read it, run the SQL with made-up values in spec.parameters"
          + " instead of spec.parametersFrom";

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

  /** Whether a transaction failed because others have committed something since it began. */
  public static boolean isCollision(Throwable thrown) {
    return hasState(thrown, SERIALIZATION_FAILURE);
  }

  /** Whether a row was there already that has the same values where they must differ. */
  public static boolean isDuplicate(Throwable thrown) {
    return hasState(thrown, UNIQUE_VIOLATION);
  }

  private static boolean hasState(Throwable thrown, String state) {
    SQLException cause = sqlCause(thrown);
    return cause != null && state.equals(cause.getSQLState());
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

  /** Whether a statement was cancelled or the database is the trouble. */
  public static boolean isAboutTime(SQLException e) {
    return isTransient(e) || "57014".equals(e.getSQLState());
  }

  /** Whether PostgreSQL says where in the text the error is. */
  public static boolean hasPosition(SQLException e, String sql) {
    return e instanceof PSQLException p
        && p.getServerErrorMessage() != null
        && offset(p.getServerErrorMessage(), sql) >= 0;
  }

  /** What a failed statement of a user means, where no references are to be chosen among. */
  public static RuntimeException ofUserSql(
      SQLException e, String sql, Optional<SqlStatements.Statement> culprit) {
    return ofUserSql(e, sql, culprit, List.of());
  }

  /**
   * What a failed statement of a user means. Values stand in none of it: the text may hold secrets.
   *
   * @param culprit the statement that failed, where the error itself does not say it
   * @param choices what a reference that leads nowhere could have named; may be empty
   */
  public static RuntimeException ofUserSql(
      SQLException e, String sql, Optional<SqlStatements.Statement> culprit, List<String> choices) {
    if (isTransient(e)) {
      return new UnavailableException("PostgreSQL: " + e.getMessage(), e);
    }
    ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
    StringBuilder text = new StringBuilder();
    if (server == null) {
      text.append(e.getMessage());
    } else {
      text.append(server.getMessage());
      String detail = server.getDetail();
      if (detail != null && !detail.startsWith("Failing row contains")) {
        text.append(" (").append(detail).append(')');
      }
    }
    text.append(" [SQLSTATE ").append(e.getSQLState()).append(']');
    if (server != null) {
      text.append(place(server, sql, culprit));
      String advice = server.getHint() != null ? server.getHint() : advice(e.getSQLState());
      if (!advice.isEmpty()) {
        text.append(". ").append(advice);
      }
      if (!choices.isEmpty()) {
        text.append(". ")
            .append(missingIn(e).orElse("it"))
            .append(" has ")
            .append(String.join(", ", choices));
      }
    }
    return new InvalidTransactionException(List.of(text.toString()), e);
  }

  /**
   * What a failed statement of a user means whose SQL has secrets: state and place, in no words of
   * PostgreSQL's, since the SQL decides on those.
   *
   * @param culprit the statement that failed, where the error itself does not say it
   * @param problem what is known to be wrong without PostgreSQL's words; may be empty
   */
  public static RuntimeException ofSecretSql(
      SQLException e,
      String sql,
      Optional<SqlStatements.Statement> culprit,
      Optional<String> problem) {
    ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
    if (server == null) {
      return ofUserSql(e, sql, culprit);
    }
    String state = " [SQLSTATE " + e.getSQLState() + "]";
    if (isTransient(e)) {
      // By the state alone a collision with another transaction is told from an outage.
      return new UnavailableException(
          "PostgreSQL" + state + ". " + NOT_SHOWN, new SQLException(NOT_SHOWN, e.getSQLState()));
    }
    String place = place(server, sql, culprit);
    if (problem.isPresent()) {
      return new InvalidTransactionException(List.of(problem.get() + state + place));
    }
    String advice = advice(e.getSQLState());
    return new InvalidTransactionException(
        List.of(
            "PostgreSQL refuses the SQL"
                + state
                + place
                + ". "
                + (advice.isEmpty() ? "" : advice + ". ")
                + NOT_SHOWN));
  }

  /** The table in which a reference found no row, where that is what is wrong. */
  public static Optional<String> missingIn(SQLException e) {
    if (!"23503".equals(e.getSQLState())
        || !(e instanceof PSQLException p)
        || p.getServerErrorMessage() == null
        || p.getServerErrorMessage().getDetail() == null) {
      return Optional.empty();
    }
    Matcher missing = MISSING.matcher(p.getServerErrorMessage().getDetail());
    return missing.find() ? Optional.of(missing.group(1)) : Optional.empty();
  }

  private static String place(
      ServerErrorMessage server, String sql, Optional<SqlStatements.Statement> culprit) {
    int offset = offset(server, sql);
    if (offset >= 0) {
      return " at " + lineAndColumn(sql, offset) + ": " + excerpt(sql.substring(offset));
    }
    return culprit
        .map(
            c -> " in the statement at " + lineAndColumn(sql, c.start()) + ": " + excerpt(c.text()))
        .orElse("");
  }

  /** The error's place in the text, or -1: PostgreSQL counts characters from 1. */
  private static int offset(ServerErrorMessage server, String sql) {
    int position = server.getInternalPosition();
    boolean known =
        position > 0
            && sql.equals(server.getInternalQuery())
            && position - 1 <= sql.codePointCount(0, sql.length());
    return known ? sql.offsetByCodePoints(0, position - 1) : -1;
  }

  private static String lineAndColumn(String sql, int offset) {
    String before = sql.substring(0, offset);
    long line = before.chars().filter(c -> c == '\n').count() + 1;
    int column = offset - before.lastIndexOf('\n');
    return "line " + line + ", column " + column;
  }

  private static String excerpt(String text) {
    String line = text.lines().findFirst().orElse("").strip();
    String shown = LITERAL.matcher(line).replaceAll("'…'");
    return shown.length() <= EXCERPT ? shown : shown.substring(0, EXCERPT) + "…";
  }

  private static String advice(String state) {
    return switch (state) {
      case "42501" ->
          "Transactions run as iasql_user, which may change the module tables and nothing else";
      case "42P01" ->
          "Check the name, and that the module with this table is in the environment's spec.modules";
      case "23503" -> "Insert the row it refers to first, in this transaction or an earlier one";
      case UNIQUE_VIOLATION ->
          "The row is there already: UPDATE it, or use INSERT ... ON CONFLICT DO NOTHING";
      case "23514" -> "Change the values so that the check holds";
      case "2D000", "0A000" ->
          "The transaction begins and ends by itself; leave this statement out";
      case "42601" -> "Correct the SQL and apply the resource again";
      case "57014" -> "The SQL ran longer than the operator allows; split it into several";
      default -> "";
    };
  }
}
