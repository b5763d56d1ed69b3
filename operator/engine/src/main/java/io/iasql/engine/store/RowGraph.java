package io.iasql.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * One consistent picture of rows with what they refer to. An {@linkplain Shape image} made here has
 * the row's {@link RowKey} under {@link #ROW}, in nested images too.
 *
 * <p>Rows are fetched in batches, level by level, and remembered: the cost is one query per
 * reference and level, however many rows there are. For one thread, within one transaction.
 */
public final class RowGraph {
  /** The property of an image that holds its row as {@code table:key}. */
  public static final String ROW = "$row";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Handle handle;
  private final Catalog catalog;
  private final boolean masked;
  private final Map<String, Map<RowKey, ObjectNode>> overlay;
  private final Map<String, Map<String, List<ObjectNode>>> found = new HashMap<>();
  private final Map<String, Map<String, List<ObjectNode>>> formerly = new HashMap<>();
  private final Map<RowKey, ObjectNode> images = new HashMap<>();
  private final Set<RowKey> unfinished = new HashSet<>();

  private RowGraph(
      Handle handle,
      Catalog catalog,
      boolean masked,
      Map<String, Map<RowKey, ObjectNode>> overlay) {
    this.handle = handle;
    this.catalog = catalog;
    this.masked = masked;
    this.overlay = overlay;
  }

  /** The rows as the handle's transaction sees them, hashes in place of write-only values. */
  public static RowGraph now(Handle handle, Catalog catalog) {
    return new RowGraph(handle, catalog, true, Map.of());
  }

  /** The rows as they are, with write-only values: for sending them to the cloud, nothing else. */
  public static RowGraph withSecrets(Handle handle, Catalog catalog) {
    return new RowGraph(handle, catalog, false, Map.of());
  }

  /**
   * The rows as they were before some changes.
   *
   * @param before by table and key, the changed rows as they were; null for one that was not there
   */
  public static RowGraph before(
      Handle handle, Catalog catalog, Map<String, Map<RowKey, ObjectNode>> before) {
    return new RowGraph(handle, catalog, true, before);
  }

  /** The key of the row behind an image. */
  public static RowKey rowOf(JsonNode image) {
    String[] parts = image.get(ROW).asText().split(":", 2);
    return new RowKey(parts[0], parts[1]);
  }

  /** The row with this key, if it is there. */
  public List<ObjectNode> rows(String table, Collection<RowKey> keys) {
    List<String> columns = catalog.primaryKey(table);
    Map<String, List<ObjectNode>> all =
        lookup(table, columns, keys.stream().map(RowKey::toJson).toList());
    return keys.stream()
        .flatMap(k -> all.getOrDefault(k.toJson().toString(), List.of()).stream())
        .toList();
  }

  /** Rows of a table whose columns have one of the given values. */
  public List<ObjectNode> rowsWhere(
      String table, List<String> columns, Collection<ObjectNode> values) {
    Map<String, List<ObjectNode>> all = lookup(table, columns, values);
    return values.stream()
        .map(v -> RowKey.pick(v, columns).toString())
        .distinct()
        .flatMap(v -> all.getOrDefault(v, List.of()).stream())
        .toList();
  }

  /**
   * The images of rows, in the rows' order. Where rows refer to each other in a ring, the image at
   * which the ring closes has the row's own columns and no further references.
   */
  public List<ObjectNode> images(Shape shape, String table, List<ObjectNode> rows) {
    List<RowKey> keys = rows.stream().map(r -> RowKey.of(catalog, table, r)).toList();
    Map<RowKey, ObjectNode> open = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!images.containsKey(keys.get(i)) && !unfinished.contains(keys.get(i))) {
        open.putIfAbsent(keys.get(i), rows.get(i));
      }
    }
    Map<RowKey, ObjectNode> made = new LinkedHashMap<>();
    open.forEach((key, row) -> made.put(key, plain(key, row)));
    if (!made.isEmpty()) {
      unfinished.addAll(made.keySet());
      for (Column column : shape.columns()) {
        switch (column.kind()) {
          case REFERENCE -> references(table, column, open, made);
          case CHILDREN -> children(table, column, open, made);
          default -> {}
        }
      }
      images.putAll(made);
      unfinished.removeAll(made.keySet());
    }
    List<ObjectNode> result = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      ObjectNode image = images.get(keys.get(i));
      result.add(image == null ? plain(keys.get(i), rows.get(i)) : image);
    }
    return result;
  }

  private static ObjectNode plain(RowKey key, ObjectNode row) {
    return row.deepCopy().put(ROW, key.table() + ":" + key.key());
  }

  private void references(
      String table, Column column, Map<RowKey, ObjectNode> open, Map<RowKey, ObjectNode> made) {
    Shape target = Shape.of(column.target());
    Catalog.ForeignKey fk = catalog.foreignKey(table, column.sqlName(), target.table());
    Map<RowKey, ObjectNode> wanted = new LinkedHashMap<>();
    open.forEach(
        (key, row) -> {
          if (fk.columns().stream().allMatch(row::hasNonNull)) {
            wanted.put(key, renamed(row, fk.columns(), fk.targetColumns()));
          }
        });
    Map<String, ObjectNode> parents = new HashMap<>();
    List<ObjectNode> rows = rowsWhere(target.table(), fk.targetColumns(), wanted.values());
    List<ObjectNode> found = images(target, target.table(), rows);
    for (int i = 0; i < rows.size(); i++) {
      parents.put(RowKey.pick(rows.get(i), fk.targetColumns()).toString(), found.get(i));
    }
    made.forEach(
        (key, image) -> {
          ObjectNode value = wanted.get(key);
          ObjectNode parent = value == null ? null : parents.get(value.toString());
          image.set(column.name(), parent == null ? JSON.nullNode() : parent);
        });
  }

  private void children(
      String table, Column column, Map<RowKey, ObjectNode> open, Map<RowKey, ObjectNode> made) {
    Catalog.ForeignKey fk = catalog.foreignKey(column.childTable(), column.ownerColumn(), table);
    Shape child = Shape.of(column.target());
    Map<String, List<ObjectNode>> all =
        lookup(
            column.childTable(),
            fk.columns(),
            open.values().stream().map(r -> renamed(r, fk.targetColumns(), fk.columns())).toList());
    open.forEach(
        (key, row) -> {
          String owner = renamed(row, fk.targetColumns(), fk.columns()).toString();
          ArrayNode list = JSON.arrayNode();
          list.addAll(images(child, column.childTable(), all.getOrDefault(owner, List.of())));
          made.get(key).set(column.name(), list);
        });
  }

  private static ObjectNode renamed(ObjectNode row, List<String> from, List<String> to) {
    ObjectNode result = Json.object();
    for (int i = 0; i < from.size(); i++) {
      result.set(to.get(i), row.get(from.get(i)));
    }
    return result;
  }

  /** Rows by the JSON text of their values in {@code columns}. */
  private Map<String, List<ObjectNode>> lookup(
      String table, List<String> columns, Collection<ObjectNode> values) {
    Map<String, List<ObjectNode>> known =
        found.computeIfAbsent(table + columns, k -> new HashMap<>());
    List<ObjectNode> open = new ArrayList<>();
    for (ObjectNode value : values) {
      ObjectNode picked = RowKey.pick(value, columns);
      if (known.putIfAbsent(picked.toString(), new ArrayList<>()) == null) {
        open.add(picked);
      }
    }
    if (!open.isEmpty()) {
      fetch(table, columns, open)
          .forEach(row -> known.get(RowKey.pick(row, columns).toString()).add(row));
    }
    return known;
  }

  private List<ObjectNode> fetch(String table, List<String> columns, List<ObjectNode> values) {
    String image =
        masked && catalog.hasWriteOnly(table)
            ? "iasql.masked('" + table + "', to_jsonb(t))"
            : "to_jsonb(t)";
    List<ObjectNode> rows =
        handle
            .createQuery(
                "SELECT %s::text FROM public.%s t WHERE (%s) IN (SELECT %s FROM jsonb_populate_recordset(NULL::public.%s, CAST(:values AS jsonb)) p) ORDER BY %s"
                    .formatted(
                        image,
                        Sql.quote(table),
                        Sql.list("t", columns),
                        Sql.list("p", columns),
                        Sql.quote(table),
                        Sql.list("t", catalog.primaryKey(table))))
            .bind("values", JSON.arrayNode().addAll(open(values)).toString())
            .mapTo(String.class)
            .map(Json::parseObject)
            .list();
    Map<RowKey, ObjectNode> changed = overlay.getOrDefault(table, Map.of());
    if (changed.isEmpty()) {
      return rows;
    }
    List<ObjectNode> result =
        rows.stream()
            .filter(r -> !changed.containsKey(RowKey.of(catalog, table, r)))
            .collect(Collectors.toCollection(ArrayList::new));
    Map<String, List<ObjectNode>> former =
        formerly.computeIfAbsent(table + columns, k -> index(changed.values(), columns));
    values.forEach(v -> result.addAll(former.getOrDefault(v.toString(), List.of())));
    return result;
  }

  private static Map<String, List<ObjectNode>> index(
      Collection<ObjectNode> rows, List<String> columns) {
    return rows.stream()
        .filter(Objects::nonNull)
        .collect(Collectors.groupingBy(r -> RowKey.pick(r, columns).toString()));
  }

  private static List<JsonNode> open(List<ObjectNode> values) {
    return new ArrayList<>(values);
  }
}
