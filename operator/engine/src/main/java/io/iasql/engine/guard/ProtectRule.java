package io.iasql.engine.guard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.store.Catalog;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Rows that no plan may delete or replace.
 *
 * @param table their table
 * @param where the text of some columns' values, all of which a protected row has; empty for every
 *     row of the table. A JSON value is written as JSON
 */
public record ProtectRule(String table, Map<String, String> where) {

  public ProtectRule {
    where = new TreeMap<>(where);
  }

  /** {@code table queue where name = jobs}, as people read it. */
  public String describe() {
    return where.isEmpty()
        ? "all of table " + table
        : "table "
            + table
            + " where "
            + where.entrySet().stream()
                .map(c -> c.getKey() + " = " + c.getValue())
                .collect(Collectors.joining(" and "));
  }

  /**
   * Whether the rule is about a row.
   *
   * @param row a row of the rule's table, by column
   */
  public boolean matches(ObjectNode row) {
    return where.entrySet().stream()
        .allMatch(c -> row.hasNonNull(c.getKey()) && same(row.get(c.getKey()), c.getValue()));
  }

  private static boolean same(JsonNode value, String text) {
    if (!value.isContainerNode()) {
      return value.asText().equals(text);
    }
    try {
      return value.equals(Json.parse(text));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Why the rule protects nothing, if it cannot be.
   *
   * @param writeOnly whether a column of the rule's table is never read back
   */
  Optional<String> problem(Catalog catalog, java.util.function.Predicate<String> writeOnly) {
    if (catalog.columns(table).isEmpty()) {
      return Optional.of("there is no table " + table + " in the installed modules");
    }
    for (String column : where.keySet()) {
      if (!catalog.columns(table).contains(column)) {
        return Optional.of("table " + table + " has no column " + column);
      }
      if (writeOnly.test(column)) {
        return Optional.of(
            "column " + column + " of table " + table + " is write-only and cannot be compared");
      }
    }
    return Optional.empty();
  }
}
