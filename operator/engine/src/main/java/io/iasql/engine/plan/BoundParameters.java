package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.Parameters;
import io.iasql.engine.catalog.Json;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;

/**
 * Parameters in the PostgreSQL transaction that runs the SQL, where {@code iasql_parameter} finds
 * them, and the check that what is secret among them stays so.
 */
final class BoundParameters {
  private BoundParameters() {}

  /**
   * Puts them into a temporary table of the owner's that goes with the PostgreSQL transaction. By
   * COPY: what it carries is in no statement, so PostgreSQL neither logs nor shows it.
   */
  static void bind(Connection connection, Parameters parameters) throws SQLException {
    if (parameters.isEmpty()) {
      return;
    }
    refuseZeros(parameters);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE iasql_parameter (name text PRIMARY KEY, value text NOT NULL)"
              + " ON COMMIT DROP");
    }
    StringBuilder lines = new StringBuilder();
    parameters
        .values()
        .forEach(
            (name, value) -> lines.append(csv(name)).append(',').append(csv(value)).append('\n'));
    try {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "COPY pg_temp.iasql_parameter (name, value) FROM STDIN (FORMAT csv)",
              new StringReader(lines.toString()));
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory failed", e);
    }
  }

  private static void refuseZeros(Parameters parameters) {
    List<String> problems = new ArrayList<>();
    parameters
        .values()
        .forEach(
            (name, value) -> {
              if (value.indexOf('\0') >= 0) {
                problems.add(
                    "parameter "
                        + name
                        + " has a zero character, which no text in PostgreSQL can have; encode the"
                        + " value");
              }
            });
    if (!problems.isEmpty()) {
      throw new InvalidTransactionException(problems);
    }
  }

  private static String csv(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  /**
   * Sees to it that no secret is in a row, but for write-only columns, whose values the audit log
   * does not have. Every write counts: one that a later statement has overwritten is in the log,
   * too.
   *
   * @param position the newest audit entry before the SQL ran
   * @throws InvalidTransactionException when there is one; it names tables and columns
   */
  static void check(Handle handle, long position, Parameters parameters) {
    if (!parameters.hasSecrets()) {
      return;
    }
    Set<String> problems = new LinkedHashSet<>();
    handle
        .createQuery(
            "SELECT table_name, change::text FROM public.iasql_audit_log WHERE id > :position"
                + " AND change_type IN ('INSERT', 'UPDATE') ORDER BY id")
        .bind("position", position)
        .map((rs, ctx) -> Map.entry(rs.getString(1), Json.parseObject(rs.getString(2))))
        .forEach(entry -> check(entry.getKey(), entry.getValue(), parameters, problems));
    if (!problems.isEmpty()) {
      throw new InvalidTransactionException(List.copyOf(problems));
    }
  }

  private static void check(
      String table, ObjectNode entry, Parameters parameters, Set<String> problems) {
    JsonNode before = entry.path("original");
    Iterator<Map.Entry<String, JsonNode>> columns = entry.get("change").fields();
    while (columns.hasNext()) {
      Map.Entry<String, JsonNode> column = columns.next();
      if (!column.getValue().equals(before.get(column.getKey()))) {
        for (String name : secretsIn(column.getValue(), parameters)) {
          problems.add(
              table
                  + "."
                  + column.getKey()
                  + " would hold parameter "
                  + name
                  + ", whose value comes from a Secret: everybody could read it there. Such a value"
                  + " goes into write-only columns only");
        }
      }
    }
  }

  private static Set<String> secretsIn(JsonNode value, Parameters parameters) {
    Set<String> found = new LinkedHashSet<>();
    if (value.isContainerNode()) {
      value.fieldNames().forEachRemaining(name -> found.addAll(parameters.secretsIn(name)));
      value.forEach(element -> found.addAll(secretsIn(element, parameters)));
    } else if (!value.isNull()) {
      found.addAll(parameters.secretsIn(value.asText()));
    }
    return found;
  }
}
