package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Puts rows back to what they were before a transaction. */
final class Restoration {
  private final Handle handle;
  private final Catalog catalog;
  private final Set<String> writeOnly = new HashSet<>();

  Restoration(Handle handle, Catalog catalog) {
    this.handle = handle;
    this.catalog = catalog;
    handle
        .createQuery("SELECT table_name || '.' || column_name FROM iasql.write_only")
        .mapTo(String.class)
        .forEach(writeOnly::add);
  }

  private record Entry(String table, String type, ObjectNode original, ObjectNode change) {}

  /**
   * Puts back what some audit entries say was done, as {@link #all(String, List)} does.
   *
   * @return false when rows that others have written stand in the way
   */
  boolean all(Collection<Long> entries, List<Rows.Changed> changes) {
    return all(
        entries("id = ANY (:entries)").bindArray("entries", Long.class, entries.toArray()),
        changes);
  }

  /**
   * Puts everything back: what the transaction did to the rows is undone entry by entry from the
   * last to the first, so that every state on the way is one that the constraints allowed; then the
   * rows get what the commit itself has written over.
   *
   * @return false when rows that others have written stand in the way
   */
  boolean all(String transaction, List<Rows.Changed> changes) {
    return all(entries("transaction_id = :transaction").bind("transaction", transaction), changes);
  }

  private boolean all(Query entries, List<Rows.Changed> changes) {
    List<Runnable> postponed = new ArrayList<>();
    for (Entry entry : read(entries)) {
      // PostgreSQL logs what a foreign key cascades to after its cause.
      if (!Savepoints.attempt(handle, () -> undo(entry))) {
        postponed.add(() -> undo(entry));
      }
    }
    if (!workOff(postponed)) {
      return false;
    }
    for (Rows.Changed change : changes) {
      if (change.before() != null) {
        overwrite(change.keyBefore(catalog), storable(change.table(), change.before()));
      }
    }
    return true;
  }

  /** Tries writes as long as some succeed: what stands in one's way may be moved by another. */
  private boolean workOff(List<Runnable> writes) {
    boolean progress = true;
    while (progress && !writes.isEmpty()) {
      progress = writes.removeIf(write -> Savepoints.attempt(handle, write));
    }
    return writes.isEmpty();
  }

  private Query entries(String condition) {
    return handle.createQuery(
        "SELECT table_name, change_type::text, change::text FROM public.iasql_audit_log WHERE "
            + condition
            + " AND change_type IN ('INSERT', 'UPDATE', 'DELETE') ORDER BY id DESC");
  }

  private static List<Entry> read(Query entries) {
    return entries
        .map(
            (rs, ctx) -> {
              ObjectNode change = Json.parseObject(rs.getString(3));
              return new Entry(
                  rs.getString(1),
                  rs.getString(2),
                  (ObjectNode) change.get("original"),
                  (ObjectNode) change.get("change"));
            })
        .list();
  }

  private void undo(Entry entry) {
    switch (entry.type()) {
      case "INSERT" -> Rows.delete(handle, RowKey.of(catalog, entry.table(), entry.change()));
      case "DELETE" ->
          Rows.insert(handle, entry.table(), storable(entry.table(), entry.original()));
      default -> {
        ObjectNode values = Json.object();
        storable(entry.table(), entry.original())
            .fields()
            .forEachRemaining(
                f -> {
                  JsonNode now = entry.change().get(f.getKey());
                  if (!f.getValue().equals(now)) {
                    values.set(f.getKey(), f.getValue());
                  }
                });
        Rows.update(handle, RowKey.of(catalog, entry.table(), entry.change()), values);
      }
    }
  }

  private void overwrite(RowKey row, ObjectNode values) {
    values.remove(catalog.primaryKey(row.table()));
    Rows.update(handle, row, values);
  }

  /**
   * Puts some rows back, as far as the others allow: new ones are deleted, children first; deleted
   * ones are inserted again and changed ones get their old values, parents first.
   */
  void some(Collection<Rows.Changed> changes) {
    List<Runnable> open = new ArrayList<>();
    List<Rows.Changed> ordered = new ArrayList<>(changes);
    ordered.sort(Comparator.comparing(c -> -catalog.parentsFirst().indexOf(c.table())));
    for (Rows.Changed change : ordered) {
      if (change.before() == null) {
        open.add(() -> Rows.delete(handle, change.keyAfter(catalog)));
      }
    }
    ordered.sort(Comparator.comparing(c -> catalog.parentsFirst().indexOf(c.table())));
    for (Rows.Changed change : ordered) {
      if (change.before() != null) {
        ObjectNode values = storable(change.table(), change.before());
        open.add(
            change.after() == null
                ? () -> Rows.insert(handle, change.table(), values)
                : () -> Rows.update(handle, change.keyAfter(catalog), values));
      }
    }
    workOff(open);
  }

  /** A hash must not come back as a value: what was write-only is gone once it was sent. */
  private ObjectNode storable(String table, ObjectNode image) {
    ObjectNode values = image.deepCopy();
    image
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (writeOnly.contains(table + "." + name)) {
                values.putNull(name);
              }
            });
    return values;
  }
}
