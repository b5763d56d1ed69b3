package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.Sql;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The engine's own writes to module tables: what the cloud assigned, and rows put back. */
public final class Rows {
  private Rows() {}

  /**
   * One row's change, as the commit remembers it; a write-only value is its hash.
   *
   * @param table the table
   * @param before the row before, or null
   * @param after the row after, or null
   */
  record Changed(String table, ObjectNode before, ObjectNode after) {
    RowKey keyAfter(Catalog catalog) {
      return after == null ? null : RowKey.of(catalog, table, after);
    }

    RowKey keyBefore(Catalog catalog) {
      return before == null ? null : RowKey.of(catalog, table, before);
    }
  }

  /** A row's image and the resource's image in the cloud. */
  public record Pair(RowKey row, ObjectNode image, ObjectNode cloud) {}

  /** Writes into rows of a table what the cloud says of them now, where the meaning differs. */
  public static void writeBack(Handle handle, Catalog catalog, Shape shape, List<Pair> pairs) {
    release(handle, catalog, shape, pairs);
    Map<Set<String>, ArrayNode> byColumns = new LinkedHashMap<>();
    for (Pair pair : pairs) {
      ObjectNode values = differing(handle, catalog, shape, pair);
      if (!values.isEmpty()) {
        Set<String> columns = new TreeSet<>(names(values));
        values.setAll(pair.row().toJson());
        byColumns.computeIfAbsent(columns, c -> JsonNodeFactory.instance.arrayNode()).add(values);
      }
    }
    byColumns.forEach((columns, rows) -> update(handle, catalog, shape.table(), columns, rows));
    for (Column column : shape.columns()) {
      if (column.kind() == Column.Kind.CHILDREN) {
        pairs.forEach(pair -> writeChildren(handle, catalog, shape, column, pair));
      }
    }
  }

  /** Has a row the children that the cloud says, where these are others. */
  private static void writeChildren(
      Handle handle, Catalog catalog, Shape shape, Column column, Pair pair) {
    if (Shape.canonical(column, pair.image()).equals(Shape.canonical(column, pair.cloud()))) {
      return;
    }
    String table = column.childTable();
    Catalog.ForeignKey fk = catalog.foreignKey(table, column.ownerColumn(), shape.table());
    RowGraph now = RowGraph.now(handle, catalog);
    ObjectNode parent = now.rows(shape.table(), List.of(pair.row())).get(0);
    ObjectNode owner = Json.object();
    for (int i = 0; i < fk.columns().size(); i++) {
      owner.set(fk.columns().get(i), parent.get(fk.targetColumns().get(i)));
    }
    Set<ObjectNode> wanted = new LinkedHashSet<>();
    for (JsonNode child : pair.cloud().path(column.name())) {
      // One that refers to what has no row is left to the next sync.
      values(handle, catalog, table, Shape.of(column.target()).columns(), child)
          .map(values -> values.<ObjectNode>setAll(owner))
          .ifPresent(wanted::add);
    }
    for (ObjectNode row : now.rowsWhere(table, fk.columns(), List.of(owner))) {
      if (!wanted.removeIf(values -> RowKey.pick(row, names(values)).equals(values))) {
        delete(handle, RowKey.of(catalog, table, row));
      }
    }
    wanted.forEach(values -> insert(handle, table, values));
  }

  private static ObjectNode differing(Handle handle, Catalog catalog, Shape shape, Pair pair) {
    ObjectNode values = Json.object();
    for (Column column : shape.columns()) {
      if (column.writeOnly()) {
        if (pair.image().hasNonNull(column.name())) {
          values.putNull(column.sqlName());
        }
      } else if (!column.local()
          && column.kind() != Column.Kind.CHILDREN
          && !Shape.canonical(column, pair.image()).equals(Shape.canonical(column, pair.cloud()))) {
        if (column.kind() == Column.Kind.REFERENCE) {
          foreignKey(handle, catalog, shape.table(), column, pair.cloud().get(column.name()))
              .ifPresent(values::setAll);
        } else {
          values.set(column.sqlName(), pair.cloud().get(column.name()));
        }
      }
    }
    return values;
  }

  /**
   * A resource belongs to one row. Where two rows swap their names, the other row still holds what
   * the cloud has just assigned to this one; its own comes when its turn does.
   */
  private static void release(Handle handle, Catalog catalog, Shape shape, List<Pair> pairs) {
    List<Column> key = shape.key();
    boolean scalar = key.stream().noneMatch(c -> c.kind() == Column.Kind.REFERENCE);
    if (!scalar || key.stream().noneMatch(Column::assigned)) {
      return;
    }
    Map<String, RowKey> owners = new HashMap<>();
    List<ObjectNode> keys = new ArrayList<>();
    for (Pair pair : pairs) {
      ObjectNode now = shape.keyOf(pair.cloud());
      if (!now.equals(shape.keyOf(pair.image()))) {
        keys.add(now);
        owners.put(now.toString(), pair.row());
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    ObjectNode nothing = Json.object();
    shape.columns().stream()
        .filter(c -> c.assigned() && catalog.isNullable(shape.table(), c.sqlName()))
        .forEach(c -> nothing.putNull(c.sqlName()));
    List<String> columns = key.stream().map(Column::sqlName).toList();
    for (ObjectNode row : RowGraph.now(handle, catalog).rowsWhere(shape.table(), columns, keys)) {
      RowKey holder = RowKey.of(catalog, shape.table(), row);
      if (!holder.equals(owners.get(shape.keyOf(row).toString()))) {
        update(handle, holder, nothing);
      }
    }
  }

  private static void update(
      Handle handle, Catalog catalog, String table, Set<String> columns, ArrayNode rows) {
    handle
        .createUpdate(
            "UPDATE public.%1$s t SET (%2$s) = ROW(%3$s) FROM jsonb_populate_recordset(NULL::public.%1$s, CAST(:rows AS jsonb)) v WHERE %4$s"
                .formatted(
                    Sql.quote(table),
                    Sql.list(columns),
                    Sql.list("v", columns),
                    Sql.equal("t", "v", catalog.primaryKey(table))))
        .bind("rows", rows.toString())
        .execute();
  }

  /** Sets columns of a row. */
  static void update(Handle handle, RowKey row, ObjectNode values) {
    if (values.isEmpty()) {
      return;
    }
    List<String> columns = names(values);
    List<String> key = names(row.toJson());
    handle
        .createUpdate(
            "UPDATE public.%1$s t SET (%2$s) = ROW(%3$s) FROM jsonb_populate_record(NULL::public.%1$s, CAST(:values AS jsonb)) v, jsonb_populate_record(NULL::public.%1$s, CAST(:key AS jsonb)) k WHERE %4$s"
                .formatted(
                    Sql.quote(row.table()),
                    Sql.list(columns),
                    Sql.list("v", columns),
                    Sql.equal("t", "k", key)))
        .bind("values", values.toString())
        .bind("key", row.key())
        .execute();
  }

  /** The foreign key's columns for a resource in the cloud; empty when it has no row. */
  private static Optional<ObjectNode> foreignKey(
      Handle handle, Catalog catalog, String table, Column column, JsonNode reference) {
    if (reference == null || reference.isNull()) {
      ObjectNode none = Json.object();
      none.putNull(column.sqlName());
      return Optional.of(none);
    }
    Shape target = Shape.of(column.target());
    Catalog.ForeignKey fk = catalog.foreignKey(table, column.sqlName(), target.table());
    return find(handle, catalog, target, target.key(), reference)
        .map(
            row -> {
              ObjectNode values = Json.object();
              for (int i = 0; i < fk.columns().size(); i++) {
                values.set(fk.columns().get(i), row.get(fk.targetColumns().get(i)));
              }
              return values;
            });
  }

  /** The row of a resource in the cloud, by its cloud key or its identity. */
  private static Optional<ObjectNode> find(
      Handle handle, Catalog catalog, Shape shape, List<Column> columns, JsonNode image) {
    return values(handle, catalog, shape.table(), columns, image)
        .flatMap(key -> find(handle, shape.table(), key));
  }

  /** The columns of a row for an image; empty when something that it refers to has no row. */
  private static Optional<ObjectNode> values(
      Handle handle, Catalog catalog, String table, List<Column> columns, JsonNode image) {
    ObjectNode values = Json.object();
    for (Column column : columns) {
      if (column.kind() == Column.Kind.REFERENCE) {
        Optional<ObjectNode> parent =
            foreignKey(handle, catalog, table, column, image.get(column.name()));
        if (parent.isEmpty()) {
          return Optional.empty();
        }
        values.setAll(parent.get());
      } else {
        values.set(column.sqlName(), image.get(column.name()));
      }
    }
    return Optional.of(values);
  }

  private static Optional<ObjectNode> find(Handle handle, String table, ObjectNode key) {
    return handle
        .createQuery(
            "SELECT to_jsonb(t)::text FROM public.%1$s t, jsonb_populate_record(NULL::public.%1$s, CAST(:key AS jsonb)) k WHERE %2$s"
                .formatted(Sql.quote(table), having(key)))
        .bind("key", key.toString())
        .mapTo(String.class)
        .findOne()
        .map(Json::parseObject);
  }

  /** That row {@code t} has the values of {@code k}; unlike {@link Sql#same} by an index. */
  private static String having(ObjectNode values) {
    return names(values).stream()
        .map(c -> values.hasNonNull(c) ? Sql.equal("t", "k", List.of(c)) : isNull(c))
        .collect(Collectors.joining(" AND "));
  }

  private static String isNull(String column) {
    return "t." + Sql.quote(column) + " IS NULL";
  }

  /** Writes a resource of the cloud as a row, or brings its row up to date. */
  public static void upsert(Handle handle, Catalog catalog, Shape shape, ObjectNode cloud) {
    Optional<ObjectNode> known =
        find(handle, catalog, shape, shape.key(), cloud)
            .or(
                () ->
                    shape.hasChosenIdentity() && shape.isIdentified(cloud)
                        ? find(handle, catalog, shape, shape.identity(), cloud)
                        : Optional.empty());
    if (known.isPresent()) {
      RowKey row = RowKey.of(catalog, shape.table(), known.get());
      ObjectNode image =
          RowGraph.now(handle, catalog).images(shape, shape.table(), List.of(known.get())).get(0);
      writeBack(handle, catalog, shape, List.of(new Pair(row, image, cloud)));
      return;
    }
    ObjectNode values = Json.object();
    for (Column column : shape.columns()) {
      if (column.kind() == Column.Kind.REFERENCE) {
        Optional<ObjectNode> parent =
            foreignKey(handle, catalog, shape.table(), column, cloud.get(column.name()));
        if (parent.isEmpty()) {
          return; // Its parent has no row yet: the next sync brings both.
        }
        values.setAll(parent.get());
      } else if (column.kind() != Column.Kind.CHILDREN
          && !column.local()
          && cloud.hasNonNull(column.name())) {
        values.set(column.sqlName(), cloud.get(column.name()));
      }
    }
    insert(handle, shape.table(), values);
  }

  /**
   * Lets a row refer to resources that had no row yet when it was written. What it refers to
   * already stays.
   */
  static void refer(Handle handle, Catalog catalog, Shape shape, RowKey row, ObjectNode cloud) {
    RowGraph now = RowGraph.now(handle, catalog);
    for (ObjectNode image :
        now.images(shape, shape.table(), now.rows(shape.table(), List.of(row)))) {
      ObjectNode wanted = image.deepCopy();
      for (Column column : shape.references()) {
        if (!image.hasNonNull(column.name())) {
          wanted.set(column.name(), cloud.get(column.name()));
        }
      }
      writeBack(handle, catalog, shape, List.of(new Pair(row, image, wanted)));
    }
  }

  /** Puts a row in. */
  static void insert(Handle handle, String table, ObjectNode values) {
    List<String> columns = names(values);
    handle
        .createUpdate(
            "INSERT INTO public.%1$s (%2$s) SELECT %3$s FROM jsonb_populate_record(NULL::public.%1$s, CAST(:values AS jsonb)) v"
                .formatted(Sql.quote(table), Sql.list(columns), Sql.list("v", columns)))
        .bind("values", values.toString())
        .execute();
  }

  /** Takes a row out. */
  static void delete(Handle handle, RowKey row) {
    handle
        .createUpdate(
            "DELETE FROM public.%1$s t USING jsonb_populate_record(NULL::public.%1$s, CAST(:key AS jsonb)) k WHERE %2$s"
                .formatted(Sql.quote(row.table()), Sql.equal("t", "k", names(row.toJson()))))
        .bind("key", row.key())
        .execute();
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
