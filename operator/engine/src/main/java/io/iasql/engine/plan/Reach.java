package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.CloudResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What referred, by foreign key, to rows before they are deleted or replaced: whether or not the
 * transaction touches it. One query for each foreign key that leads to the rows' table, however
 * many rows there are.
 */
final class Reach {
  private static final int SHOWN = 10;

  private final Catalog catalog;
  private final Modules modules;
  private final RowGraph before;
  private final Map<RowKey, Set<RowKey>> dependants = new TreeMap<>();

  Reach(Catalog catalog, Modules modules, RowGraph before) {
    this.catalog = catalog;
    this.modules = modules;
    this.before = before;
  }

  /** Looks at what refers to rows of a table, given as they were, by the keys they go by. */
  void add(String table, Map<RowKey, ObjectNode> rows) {
    for (Catalog.ForeignKey fk : catalog.referrers(table)) {
      Map<String, RowKey> byValue = new HashMap<>();
      List<ObjectNode> values = new ArrayList<>();
      rows.forEach(
          (key, row) -> {
            ObjectNode value = renamed(row, fk.targetColumns(), fk.columns());
            byValue.put(value.toString(), key);
            values.add(value);
          });
      for (ObjectNode found : before.rowsWhere(fk.table(), fk.columns(), values)) {
        RowKey parent = byValue.get(RowKey.pick(found, fk.columns()).toString());
        Set<RowKey> all = dependants.computeIfAbsent(parent, k -> new TreeSet<>());
        all.addAll(owners(fk.table(), found));
        all.remove(RowKey.of(catalog, table, rows.get(parent)));
      }
    }
  }

  /** A row of a child or join table stands for the resource that it belongs to. */
  private Collection<RowKey> owners(String table, ObjectNode row) {
    if (modules.resource(table).isPresent()) {
      return Set.of(RowKey.of(catalog, table, row));
    }
    Set<RowKey> owners = new TreeSet<>();
    for (String root : catalog.parentsFirst()) {
      for (Column column : modules.resource(root).map(Reach::columns).orElse(List.of())) {
        if (column.childTable().equals(table)) {
          Catalog.ForeignKey fk = catalog.foreignKey(table, column.ownerColumn(), root);
          before
              .rowsWhere(
                  root, fk.targetColumns(), List.of(renamed(row, fk.columns(), fk.targetColumns())))
              .forEach(owner -> owners.add(RowKey.of(catalog, root, owner)));
        }
      }
    }
    return owners.isEmpty() ? Set.of(RowKey.of(catalog, table, row)) : owners;
  }

  private static List<Column> columns(CloudResource<?> resource) {
    return Shape.of(resource.type()).columns();
  }

  private static ObjectNode renamed(ObjectNode row, List<String> from, List<String> to) {
    ObjectNode result = Json.object();
    for (int i = 0; i < from.size(); i++) {
      result.set(to.get(i), row.get(from.get(i)));
    }
    return result;
  }

  /**
   * By row, the first dependants as people know them, and last {@code +12 more} where there are.
   */
  Map<RowKey, List<String>> described() {
    Map<String, Set<RowKey>> shown = new TreeMap<>();
    dependants
        .values()
        .forEach(
            all ->
                all.stream()
                    .limit(SHOWN)
                    .forEach(k -> shown.computeIfAbsent(k.table(), t -> new TreeSet<>()).add(k)));
    Map<RowKey, String> names = new HashMap<>();
    shown.forEach((table, keys) -> names.putAll(names(table, keys)));
    Map<RowKey, List<String>> described = new HashMap<>();
    dependants.forEach(
        (parent, all) -> {
          List<String> texts =
              new ArrayList<>(
                  all.stream().limit(SHOWN).map(k -> names.getOrDefault(k, k.toString())).toList());
          if (all.size() > SHOWN) {
            texts.add("+" + (all.size() - SHOWN) + " more");
          }
          described.put(parent, List.copyOf(texts));
        });
    return described;
  }

  private Map<RowKey, String> names(String table, Set<RowKey> keys) {
    Map<RowKey, String> names = new HashMap<>();
    CloudResource<?> resource = modules.resource(table).orElse(null);
    if (resource != null) {
      Shape shape = Shape.of(resource.type());
      for (ObjectNode image : before.images(shape, table, before.rows(table, keys))) {
        RowKey key = RowGraph.rowOf(image);
        String name = shape.description(image, shape.identityDescription(image, key.text()));
        names.put(key, table + " " + name);
      }
    }
    return names;
  }
}
