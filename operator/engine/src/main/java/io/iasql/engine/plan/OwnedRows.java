package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.guard.ProtectRule;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.Sql;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Deletes;
import io.iasql.spi.Ownership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * The rows that are the environment's own: all but what comes with the account, what is protected,
 * and what these need.
 */
public final class OwnedRows {
  private final Handle handle;
  private final Catalog catalog;
  private final Modules modules;
  private final Map<String, Map<RowKey, ObjectNode>> all = new LinkedHashMap<>();
  private final Set<RowKey> kept = new HashSet<>();
  private final Set<RowKey> companions = new HashSet<>();
  private final Map<String, Map<String, Set<RowKey>>> indexes = new HashMap<>();

  private OwnedRows(Handle handle, Catalog catalog, Modules modules) {
    this.handle = handle;
    this.catalog = catalog;
    this.modules = modules;
  }

  /**
   * One statement that deletes them, so that no order has to be found among rows that refer to each
   * other in a ring.
   *
   * @param rules what is protected
   * @return the statement, or an empty string when there are none
   */
  public static String deletion(
      Handle handle, Catalog catalog, Modules modules, List<ProtectRule> rules) {
    OwnedRows rows = new OwnedRows(handle, catalog, modules);
    rows.read();
    rows.keep(rules);
    return rows.statement();
  }

  private void read() {
    Set<String> tables =
        new HashSet<>(
            handle
                .createQuery("SELECT \"table\" FROM public.iasql_tables")
                .mapTo(String.class)
                .list());
    for (String table : catalog.parentsFirst()) {
      if (tables.contains(table)) {
        Map<RowKey, ObjectNode> rows = new LinkedHashMap<>();
        handle
            .createQuery(
                "SELECT to_jsonb(t)\\:\\:text FROM public."
                    + Sql.quote(table)
                    + " t ORDER BY "
                    + Sql.list("t", catalog.primaryKey(table)))
            .mapTo(String.class)
            .map(Json::parseObject)
            .forEach(row -> rows.put(RowKey.of(catalog, table, row), row));
        all.put(table, rows);
      }
    }
  }

  private void keep(List<ProtectRule> rules) {
    Deque<RowKey> open = new ArrayDeque<>();
    all.forEach(
        (table, rows) -> {
          CloudResource<?> resource = modules.resource(table).orElse(null);
          if (resource != null) {
            sort(resource, rows, open);
          } else if (owners(table).isEmpty()) {
            // No resource and no part of one: nothing in the account goes with it.
            open.addAll(rows.keySet());
          }
          for (ProtectRule rule : rules) {
            if (rule.table().equals(table)) {
              rows.forEach(
                  (key, row) -> {
                    if (rule.matches(row)) {
                      open.add(key);
                    }
                  });
            }
          }
        });
    while (!open.isEmpty()) {
      RowKey row = open.remove();
      if (kept.add(row)) {
        open.addAll(targets(row));
        open.addAll(children(row));
      }
    }
    // Parents first: what goes with a resource, and what is a part of one, stays where that stays.
    all.forEach(
        (table, rows) ->
            rows.keySet().stream()
                .filter(companions::contains)
                .filter(row -> kept.containsAll(targets(row)))
                .forEach(kept::add));
  }

  private <R extends Record> void sort(
      CloudResource<R> resource, Map<RowKey, ObjectNode> rows, Deque<RowKey> open) {
    if (!(resource instanceof Deletes<?>)) {
      open.addAll(rows.keySet());
      return;
    }
    Shape shape = Shape.of(resource.type());
    RowGraph graph = RowGraph.now(handle, catalog);
    for (ObjectNode image : graph.images(shape, shape.table(), List.copyOf(rows.values()))) {
      Ownership ownership = Modules.ownership(resource, image);
      if (ownership == Ownership.PROTECTED) {
        open.add(RowGraph.rowOf(image));
      } else if (ownership == Ownership.WITH_PARENT || shape.isPart()) {
        companions.add(RowGraph.rowOf(image));
      }
    }
  }

  /** The foreign keys from a child table to the resources that its rows are part of. */
  private List<Catalog.ForeignKey> owners(String table) {
    List<Catalog.ForeignKey> owners = new ArrayList<>();
    for (String root : all.keySet()) {
      for (Column column :
          modules.resource(root).map(r -> Shape.of(r.type()).columns()).orElse(List.of())) {
        if (column.childTable().equals(table)) {
          owners.add(catalog.foreignKey(table, column.ownerColumn(), root));
        }
      }
    }
    return owners;
  }

  /** The rows that a row refers to by foreign key. */
  private Set<RowKey> targets(RowKey row) {
    Set<RowKey> targets = new HashSet<>();
    for (String table : all.keySet()) {
      for (Catalog.ForeignKey fk : catalog.referrers(table)) {
        if (fk.table().equals(row.table())) {
          targets.addAll(
              find(table, fk.targetColumns(), RowKey.pick(row(row), fk.columns()).elements()));
        }
      }
    }
    return targets;
  }

  private Set<RowKey> children(RowKey root) {
    Set<RowKey> children = new HashSet<>();
    for (Catalog.ForeignKey fk : catalog.referrers(root.table())) {
      if (all.containsKey(fk.table()) && owners(fk.table()).contains(fk)) {
        children.addAll(
            find(fk.table(), fk.columns(), RowKey.pick(row(root), fk.targetColumns()).elements()));
      }
    }
    return children;
  }

  private ObjectNode row(RowKey key) {
    return all.get(key.table()).get(key);
  }

  private Set<RowKey> find(
      String table, List<String> columns, java.util.Iterator<JsonNode> values) {
    Map<String, Set<RowKey>> index =
        indexes.computeIfAbsent(
            table + columns,
            name -> {
              Map<String, Set<RowKey>> made = new HashMap<>();
              all.get(table)
                  .forEach(
                      (key, row) ->
                          made.computeIfAbsent(
                                  text(RowKey.pick(row, columns).elements()), v -> new HashSet<>())
                              .add(key));
              return made;
            });
    return index.getOrDefault(text(values), Set.of());
  }

  private static String text(java.util.Iterator<JsonNode> values) {
    StringBuilder text = new StringBuilder();
    values.forEachRemaining(value -> text.append(value).append(','));
    return text.toString();
  }

  // The statement --------------------------------------------------------------------------------

  private String statement() {
    List<String> deletions = new ArrayList<>();
    List<String> tables = new ArrayList<>(all.keySet());
    for (int i = tables.size() - 1; i >= 0; i--) {
      String table = tables.get(i);
      Set<RowKey> stay = new TreeSet<>(all.get(table).keySet());
      stay.retainAll(kept);
      Set<RowKey> go = new TreeSet<>(all.get(table).keySet());
      go.removeAll(kept);
      if (!go.isEmpty()) {
        deletions.add("DELETE FROM " + Sql.quote(table) + condition(table, stay, go));
      }
    }
    if (deletions.size() < 2) {
      return String.join("", deletions);
    }
    StringBuilder text = new StringBuilder("WITH\n");
    int last = deletions.size() - 1;
    for (int i = 0; i < last; i++) {
      text.append("  part_")
          .append(i + 1)
          .append(" AS (")
          .append(deletions.get(i))
          .append(i + 1 < last ? "),\n" : ")\n");
    }
    return text.append(deletions.get(last)).toString();
  }

  private String condition(String table, Set<RowKey> stay, Set<RowKey> go) {
    if (stay.isEmpty()) {
      return "";
    }
    List<String> key = catalog.primaryKey(table);
    String columns = key.size() == 1 ? Sql.list(key) : "(" + Sql.list(key) + ")";
    return stay.size() < go.size()
        ? " WHERE " + columns + " NOT IN (" + literals(stay) + ")"
        : " WHERE " + columns + " IN (" + literals(go) + ")";
  }

  private static String literals(Collection<RowKey> keys) {
    return keys.stream().map(OwnedRows::literal).collect(Collectors.joining(", "));
  }

  private static String literal(RowKey key) {
    List<String> values = new ArrayList<>();
    key.toJson()
        .forEach(
            value -> values.add(value.isNumber() ? value.asText() : Sql.literal(value.asText())));
    return values.size() == 1 ? values.get(0) : "(" + String.join(", ", values) + ")";
  }
}
