package io.iasql.engine.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import java.util.List;

/**
 * A row by its table and primary key.
 *
 * @param table the table
 * @param key the primary key as JSON text, columns in the primary key's order
 */
public record RowKey(String table, String key) implements Comparable<RowKey> {

  /** The key of a row of this table. */
  public static RowKey of(Catalog catalog, String table, ObjectNode row) {
    return new RowKey(table, pick(row, catalog.primaryKey(table)).toString());
  }

  /** Some columns of a row as an object, in the order given. */
  public static ObjectNode pick(ObjectNode row, List<String> columns) {
    ObjectNode result = Json.object();
    columns.forEach(c -> result.set(c, row.get(c)));
    return result;
  }

  /** The primary key as an object. */
  public ObjectNode toJson() {
    return Json.parseObject(key);
  }

  /** The primary key's values as people write them: {@code 7} or {@code assets}. */
  public String text() {
    StringBuilder text = new StringBuilder();
    toJson().forEach(v -> text.append(text.isEmpty() ? "" : "|").append(v.asText()));
    return text.toString();
  }

  @Override
  public int compareTo(RowKey other) {
    int byTable = table.compareTo(other.table);
    return byTable != 0 ? byTable : key.compareTo(other.key);
  }

  @Override
  public String toString() {
    return table + " " + text();
  }
}
