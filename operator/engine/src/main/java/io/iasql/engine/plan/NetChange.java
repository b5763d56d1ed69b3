package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * What a transaction did to the rows, one change per row: the audit entries folded together. A row
 * deleted and inserted again with the same identity is one changed row; one inserted and deleted
 * again is nothing.
 */
public final class NetChange {

  /**
   * One row's change; a write-only value in an image is its hash.
   *
   * @param key the row; after the change, if it is there then
   * @param before the row before, or null for a new one
   * @param after the row after, or null for a deleted one
   * @param recreated whether the row was deleted and inserted again, so that what the cloud had
   *     assigned is to be carried over
   */
  public record Row(RowKey key, ObjectNode before, ObjectNode after, boolean recreated) {
    /** The row's key before the change. */
    public RowKey keyBefore(Catalog catalog) {
      return before == null ? null : RowKey.of(catalog, key.table(), before);
    }
  }

  private final Catalog catalog;
  private final Modules modules;
  private final Map<RowKey, Row> rows = new LinkedHashMap<>();

  private NetChange(Catalog catalog, Modules modules) {
    this.catalog = catalog;
    this.modules = modules;
  }

  /** Folds the audit entries after {@code position} that the handle's transaction sees. */
  public static List<Row> since(Handle handle, Catalog catalog, Modules modules, long position) {
    NetChange net = new NetChange(catalog, modules);
    handle
        .createQuery(
            "SELECT table_name, change_type::text, change::text FROM public.iasql_audit_log"
                + " WHERE id > :position AND change_type IN ('INSERT', 'UPDATE', 'DELETE')"
                + " ORDER BY id")
        .bind("position", position)
        .setFetchSize(1000)
        .map(
            (rs, ctx) -> {
              net.add(rs.getString(1), rs.getString(2), Json.parse(rs.getString(3)));
              return 1;
            })
        .forEach(one -> {});
    net.joinRecreated();
    return List.copyOf(net.rows.values());
  }

  /** The newest audit entry: everything after it is newer. */
  public static long position(Handle handle) {
    return handle
        .createQuery("SELECT coalesce(max(id), 0) FROM public.iasql_audit_log")
        .mapTo(Long.class)
        .one();
  }

  private void add(String table, String type, JsonNode change) {
    ObjectNode original = (ObjectNode) change.get("original");
    ObjectNode changed = (ObjectNode) change.get("change");
    switch (type) {
      case "INSERT" -> {
        RowKey key = RowKey.of(catalog, table, changed);
        Row earlier = rows.remove(key);
        put(new Row(key, earlier == null ? null : earlier.before(), changed, earlier != null));
      }
      case "UPDATE" -> {
        Row earlier = rows.remove(RowKey.of(catalog, table, original));
        ObjectNode before = earlier == null ? original : earlier.before();
        boolean recreated = earlier != null && earlier.recreated();
        put(new Row(RowKey.of(catalog, table, changed), before, changed, recreated));
      }
      default -> {
        RowKey key = RowKey.of(catalog, table, original);
        Row earlier = rows.remove(key);
        ObjectNode before = earlier == null ? original : earlier.before();
        if (before != null) {
          put(new Row(RowKey.of(catalog, table, before), before, null, false));
        }
      }
    }
  }

  private void put(Row row) {
    if (row.before() == null || !row.before().equals(row.after())) {
      rows.put(row.key(), row);
    }
  }

  /** A new serial key does not make another resource: the identity does. */
  private void joinRecreated() {
    Map<String, Row> deleted = new HashMap<>();
    for (Row row : rows.values()) {
      if (row.after() == null) {
        identity(row.key().table(), row.before()).ifPresent(id -> deleted.put(id, row));
      }
    }
    for (Row row : new ArrayList<>(rows.values())) {
      if (row.before() == null) {
        identity(row.key().table(), row.after())
            .map(deleted::remove)
            .ifPresent(
                old -> {
                  rows.remove(old.key());
                  rows.put(row.key(), new Row(row.key(), old.before(), row.after(), true));
                });
      }
    }
  }

  private java.util.Optional<String> identity(String table, ObjectNode row) {
    return modules
        .resource(table)
        .map(r -> Shape.of(r.type()))
        .filter(Shape::hasChosenIdentity)
        .map(
            shape -> {
              ObjectNode id = Json.object();
              for (Column column : shape.identity()) {
                id.set(column.sqlName(), row.get(column.sqlName()));
              }
              return table + id;
            });
  }
}
