package io.iasql.engine.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.store.Sql;
import io.iasql.engine.store.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Runs assertions on the rows as the handle's PostgreSQL transaction sees them: as {@code
 * iasql_user}, read-only, and without a trace.
 */
public final class AssertionRun {
  private static final int SHOWN = 5;
  private static final int MAX_VALUE = 80;
  private static final String WRITE_ONLY = "(write-only)";

  /** The longest that one assertion may take, whatever the transaction's own SQL may. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Handle handle;
  private final boolean quiet;
  private List<String> secrets;

  public AssertionRun(Handle handle) {
    this(handle, false);
  }

  /**
   * @param quiet whether nothing that comes of their SQL may be said, since it can ask for secrets
   */
  public AssertionRun(Handle handle, boolean quiet) {
    this.handle = handle;
    this.quiet = quiet;
  }

  /**
   * What an assertion came to.
   *
   * @param error why it cannot be checked, if it cannot
   * @param rows the first rows that it returned, in words; none when it holds
   */
  public record Result(Optional<String> error, List<String> rows) {
    /** Whether it could be checked and returned no row. */
    public boolean holds() {
      return error.isEmpty() && rows.isEmpty();
    }
  }

  /**
   * A sentence for each assertion that does not hold or cannot be checked.
   *
   * @param declarer whose assertions they are, such as {@code the Environment}
   */
  public List<String> violations(List<Assertion> assertions, String declarer) {
    List<String> violations = new ArrayList<>();
    for (Assertion one : assertions) {
      Result result = check(one);
      if (!result.holds()) {
        violations.add("assertion " + one.name() + " of " + declarer + text(one, result));
      }
    }
    return violations;
  }

  private String text(Assertion one, Result result) {
    if (result.error().isPresent()) {
      return " cannot be checked: " + result.error().get() + ". Mend its SQL";
    }
    List<String> shown = result.rows().subList(0, Math.min(SHOWN, result.rows().size()));
    String violated =
        " does not hold"
            + (one.message().isEmpty() ? "" : ": " + one.message().replaceFirst("\\.\\s*$", ""));
    if (quiet) {
      return violated
          + ". What its query returned is not shown, because it could have values of Secrets in it";
    }
    return violated
        + ". Its query returned ("
        + String.join("), (", shown)
        + (result.rows().size() > SHOWN ? ") and more" : ")");
  }

  /**
   * Checks one assertion.
   *
   * @throws io.iasql.engine.store.UnavailableException when PostgreSQL is out of reach
   */
  public Result check(Assertion one) {
    Connection connection = handle.getConnection();
    try {
      Savepoint before = connection.setSavepoint();
      try {
        return new Result(Optional.empty(), rows(connection, one.sql()));
      } catch (SQLException e) {
        RuntimeException meaning = meaning(e, one.sql());
        if (!(meaning instanceof InvalidTransactionException)) {
          throw meaning;
        }
        connection.rollback(before);
        return new Result(Optional.of(withoutSecrets(meaning.getMessage())), List.of());
      } finally {
        // The settings that it made go, too.
        connection.rollback(before);
      }
    } catch (SQLException e) {
      throw meaning(e, one.sql());
    }
  }

  private RuntimeException meaning(SQLException e, String sql) {
    return quiet
        ? SqlErrors.ofSecretSql(e, sql, Optional.empty(), Optional.empty())
        : SqlErrors.ofUserSql(e, sql, Optional.empty());
  }

  private List<String> rows(Connection connection, String sql) throws SQLException {
    try (Statement settings = connection.createStatement()) {
      settings.execute("SET LOCAL transaction_read_only = on");
    }
    List<String> rows = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement("SELECT * FROM iasql.rows_as_user(?, ?)")) {
      query.setQueryTimeout((int) LIMIT.toSeconds());
      query.setString(1, sql);
      query.setInt(2, SHOWN + 1);
      try (ResultSet all = query.executeQuery()) {
        while (all.next()) {
          rows.add(text(Json.parseObject(all.getString(1))));
        }
      }
    }
    return rows;
  }

  private String text(ObjectNode row) {
    List<String> columns = new ArrayList<>();
    row.fields()
        .forEachRemaining(column -> columns.add(column.getKey() + " = " + text(column.getValue())));
    return String.join(", ", columns);
  }

  private String text(JsonNode value) {
    String text = withoutSecrets(value.isTextual() ? value.asText() : value.toString());
    return text.length() <= MAX_VALUE ? text : text.substring(0, MAX_VALUE - 1) + "…";
  }

  /** What is written once and never read back stands in rows until it is sent. */
  private String withoutSecrets(String text) {
    if (secrets == null) {
      secrets = secrets();
    }
    String result = text;
    for (String secret : secrets) {
      result = result.replace(secret, WRITE_ONLY);
    }
    return result;
  }

  /** The longest first: one may be part of another. */
  private List<String> secrets() {
    List<String> all = new ArrayList<>();
    handle
        .createQuery("SELECT table_name, column_name FROM iasql.write_only")
        .map((rs, ctx) -> List.of(rs.getString(1), rs.getString(2)))
        .list()
        .forEach(
            column ->
                handle
                    .createQuery(
                        "SELECT DISTINCT CAST(%2$s AS text) FROM public.%1$s WHERE %2$s IS NOT NULL"
                            .formatted(Sql.quote(column.get(0)), Sql.quote(column.get(1))))
                    .mapTo(String.class)
                    .list()
                    .stream()
                    .filter(secret -> !secret.isEmpty())
                    .forEach(all::add));
    all.sort(Comparator.comparing(String::length).reversed());
    return all;
  }
}
