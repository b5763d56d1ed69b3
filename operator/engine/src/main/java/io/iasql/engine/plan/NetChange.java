package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowKey;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

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

    /** The change that takes this one back. */
    public Row inverse(Catalog catalog) {
      return new Row(before == null ? key : keyBefore(catalog), after, before, false);
    }

    /** The cloud key's values, or the row's primary key while the cloud has assigned none. */
    public String describe(Modules modules) {
      ObjectNode image = after == null ? before : after;
      List<String> columns =
          modules
              .resource(key.table())
              .map(r -> Shape.of(r.type()).key().stream().map(Column::sqlName).toList())
              .orElse(List.of());
      List<String> values = new ArrayList<>();
      if (!columns.isEmpty() && columns.stream().allMatch(image::hasNonNull)) {
        columns.forEach(c -> values.add(image.get(c).asText()));
      } else {
        key.toJson().forEach(value -> values.add(value.asText()));
      }
      return String.join("|", values);
    }
  }

  /** The role as which the engine writes, as an expression. */
  public static final String OWNER =
      "(SELECT pg_get_userbyid(datdba) FROM pg_catalog.pg_database"
          + " WHERE datname = current_database())";

  private final Catalog catalog;
  private final Modules modules;

  /** Rows that are there now, by their key now. */
  private final Map<RowKey, Row> live = new LinkedHashMap<>();

  /** Rows that are gone, by their key before. */
  private final Map<RowKey, Row> gone = new LinkedHashMap<>();

  private NetChange(Catalog catalog, Modules modules) {
    this.catalog = catalog;
    this.modules = modules;
  }

  /** Folds the audit entries after {@code position} that the handle's transaction sees. */
  public static List<Row> since(Handle handle, Catalog catalog, Modules modules, long position) {
    return fold(catalog, modules, entries(handle, "id > :position").bind("position", position));
  }

  /**
   * Folds the audit entries of transactions that began after a moment.
   *
   * @param since null for all entries
   */
  public static List<Row> since(Handle handle, Catalog catalog, Modules modules, Instant since) {
    return fold(
        catalog,
        modules,
        entries(handle, "ts > coalesce(:since, '-infinity'::timestamptz)")
            .bind("since", since == null ? null : since.atOffset(ZoneOffset.UTC)));
  }

  /** Folds the audit entries of one transaction, those that the engine itself wrote left out. */
  public static List<Row> of(Handle handle, Catalog catalog, Modules modules, String transaction) {
    return fold(
        catalog,
        modules,
        entries(handle, "transaction_id = :transaction AND \"user\" <> " + OWNER)
            .bind("transaction", transaction));
  }

  /** Folds what people have written and no transaction has taken yet. */
  public static List<Row> pending(Handle handle, Catalog catalog, Modules modules) {
    return fold(catalog, modules, entries(handle, "id IN (SELECT audit_id FROM iasql.pending)"));
  }

  /** Folds some audit entries. */
  public static List<Row> of(
      Handle handle, Catalog catalog, Modules modules, Collection<Long> entries) {
    return fold(
        catalog,
        modules,
        entries(handle, "id = ANY (:entries)").bindArray("entries", Long.class, entries.toArray()));
  }

  /**
   * Changes of rows in the audit log: table, type and change, the oldest first.
   *
   * @param condition SQL, in which parameters may be left to be bound
   */
  public static Query entries(Handle handle, String condition) {
    return handle.createQuery(
        "SELECT table_name, change_type::text, change::text FROM public.iasql_audit_log WHERE "
            + condition
            + " AND change_type IN ('INSERT', 'UPDATE', 'DELETE') ORDER BY id");
  }

  /** The rows that {@link #entries} are about, by their keys before and after. */
  public static Set<RowKey> touched(Catalog catalog, Query entries) {
    Set<RowKey> rows = new HashSet<>();
    read(
        catalog,
        entries,
        (table, type, change) ->
            change.forEach(image -> rows.add(RowKey.of(catalog, table, (ObjectNode) image))));
    return rows;
  }

  private interface Reader {
    void entry(String table, String type, JsonNode change);
  }

  private static void read(Catalog catalog, Query entries, Reader reader) {
    entries
        .setFetchSize(1000)
        .map(
            (rs, ctx) -> {
              // A module that was taken out since took its tables along.
              if (!catalog.columns(rs.getString(1)).isEmpty()) {
                reader.entry(rs.getString(1), rs.getString(2), Json.parse(rs.getString(3)));
              }
              return 1;
            })
        .forEach(one -> {});
  }

  private static List<Row> fold(Catalog catalog, Modules modules, Query entries) {
    NetChange net = new NetChange(catalog, modules);
    read(catalog, entries, net::add);
    net.joinRecreated();
    List<Row> rows = new ArrayList<>(net.gone.values());
    rows.addAll(net.live.values());
    rows.removeIf(r -> r.before() != null && r.before().equals(r.after()));
    return List.copyOf(rows);
  }

  /** The newest audit entry: everything after it is newer. */
  public static long position(Handle handle) {
    return handle
        .createQuery("SELECT coalesce(max(id), 0) FROM public.iasql_audit_log")
        .mapTo(Long.class)
        .one();
  }

  /** The newest audit entry of people in a transaction, or 0. */
  public static long position(Handle handle, String transaction) {
    return handle
        .createQuery(
            "SELECT coalesce(max(id), 0) FROM public.iasql_audit_log"
                + " WHERE transaction_id = :transaction AND \"user\" <> "
                + OWNER
                + " AND change_type IN ('INSERT', 'UPDATE', 'DELETE')")
        .bind("transaction", transaction)
        .mapTo(Long.class)
        .one();
  }

  private void add(String table, String type, JsonNode change) {
    ObjectNode original = (ObjectNode) change.get("original");
    ObjectNode changed = (ObjectNode) change.get("change");
    switch (type) {
      case "INSERT" -> arrive(RowKey.of(catalog, table, changed), null, changed, false);
      case "UPDATE" -> {
        Row earlier = live.remove(RowKey.of(catalog, table, original));
        arrive(
            RowKey.of(catalog, table, changed),
            earlier == null ? original : earlier.before(),
            changed,
            earlier != null && earlier.recreated());
      }
      default -> {
        RowKey key = RowKey.of(catalog, table, original);
        Row earlier = live.remove(key);
        leave(key, earlier == null ? original : earlier.before());
      }
    }
  }

  /** A row that takes a deleted row's key is that row, whatever it was before. */
  private void arrive(RowKey key, ObjectNode before, ObjectNode after, boolean recreated) {
    Row former = gone.remove(key);
    if (former == null) {
      live.put(key, new Row(key, before, after, recreated));
    } else {
      live.put(key, new Row(key, former.before(), after, true));
      leave(key, before);
    }
  }

  private void leave(RowKey key, ObjectNode before) {
    if (before != null) {
      RowKey formerKey = RowKey.of(catalog, key.table(), before);
      gone.put(formerKey, new Row(formerKey, before, null, false));
    }
  }

  /** A new serial key does not make another resource: the identity does. */
  private void joinRecreated() {
    Map<String, Row> deleted = new HashMap<>();
    gone.values().forEach(row -> identity(row, row.before()).ifPresent(id -> deleted.put(id, row)));
    for (Row row : List.copyOf(live.values())) {
      if (row.before() == null) {
        Row same = gone.get(row.key());
        Optional.ofNullable(same)
            .or(() -> identity(row, row.after()).map(deleted::get))
            .filter(old -> gone.remove(old.key(), old))
            .ifPresent(
                old -> live.put(row.key(), new Row(row.key(), old.before(), row.after(), true)));
      }
    }
  }

  private Optional<String> identity(Row row, ObjectNode image) {
    String table = row.key().table();
    return modules
        .resource(table)
        .map(r -> Shape.of(r.type()))
        .filter(Shape::hasChosenIdentity)
        .map(
            shape -> {
              ObjectNode id = Json.object();
              for (Column column : shape.identity()) {
                id.set(column.sqlName(), image.get(column.sqlName()));
              }
              return table + id;
            });
  }
}
