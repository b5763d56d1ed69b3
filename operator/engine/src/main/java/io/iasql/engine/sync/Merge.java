package io.iasql.engine.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Sql;
import io.iasql.engine.store.SqlErrors;
import io.iasql.spi.Companion;
import io.iasql.spi.Reach;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * Merges staged listings into the rows, within one PostgreSQL transaction at isolation level
 * repeatable read: a commit that begins meanwhile is not seen and cannot be overwritten.
 */
final class Merge {
  private static final int BATCH = 1000;

  /** What a merge did; see {@link SyncReport}. */
  record Result(
      long resources,
      long inserted,
      long updated,
      long deleted,
      Set<String> changed,
      List<String> failures,
      Set<String> left) {}

  private final Handle handle;
  private final Catalog catalog;
  private final Modules modules;
  private final String sync;
  private final Instant started;
  private final Instant now;
  private final boolean again;
  private final Set<String> changed = new TreeSet<>();
  private final List<String> failures = new ArrayList<>();
  private long inserted;
  private long updated;
  private long deleted;

  /**
   * @param started when the listings began
   * @param again whether a merge has met a row already that is there and that it did not know of;
   *     the first one ends of that, because somebody may be writing to the table
   */
  Merge(
      Handle handle,
      Catalog catalog,
      Modules modules,
      String sync,
      Instant started,
      Instant now,
      boolean again) {
    this.handle = handle;
    this.catalog = catalog;
    this.modules = modules;
    this.sync = sync;
    this.started = started;
    this.now = now;
    this.again = again;
  }

  /**
   * Merges every table.
   *
   * @param regions by table, the regions whose listing is complete
   */
  Result run(Map<String, Set<String>> regions) {
    Set<String> left = withCompanions(moved());
    List<String> tables =
        inOrder().stream().filter(t -> regions.containsKey(t) && !left.contains(t)).toList();
    Set<String> empty = empty(tables);
    List<String> merged = new ArrayList<>();
    for (String table : tables) {
      if (!empty.contains(table) && atomically(table, () -> bringIn(shape(table)))) {
        merged.add(table);
      }
    }
    Collections.reverse(merged);
    for (String table : merged) {
      atomically(table, () -> takeOut(shape(table), regions.get(table)));
    }
    for (String table : changed) {
      handle.execute(
          "INSERT INTO iasql.table_move (table_name, moved_at) VALUES (?, ?)"
              + " ON CONFLICT (table_name) DO UPDATE SET moved_at = excluded.moved_at",
          table,
          now.atOffset(ZoneOffset.UTC));
    }
    left.retainAll(regions.keySet());
    return new Result(
        resources(handle, modules, catalog),
        inserted,
        updated,
        deleted,
        Set.copyOf(changed),
        List.copyOf(failures),
        left);
  }

  /** Every table of a resource, after those to which its rows or their children refer. */
  private Set<String> inOrder() {
    Set<String> ordered = new LinkedHashSet<>();
    catalog.parentsFirst().forEach(table -> visit(table, ordered, new LinkedHashSet<>()));
    return ordered;
  }

  private void visit(String table, Set<String> ordered, Set<String> path) {
    if (modules.resource(table).isEmpty() || ordered.contains(table) || !path.add(table)) {
      return;
    }
    Stream.concat(
            shape(table).references().stream(),
            shape(table).columns().stream()
                .filter(column -> column.kind() == Column.Kind.CHILDREN)
                .flatMap(column -> Shape.of(column.target()).references().stream()))
        .forEach(column -> visit(Shape.of(column.target()).table(), ordered, path));
    path.remove(table);
    ordered.add(table);
  }

  /** How many resources the rows mirror. */
  static long resources(Handle handle, Modules modules, Catalog catalog) {
    String counts =
        catalog.parentsFirst().stream()
            .filter(t -> modules.resource(t).isPresent())
            .map(t -> "(SELECT count(*) FROM public." + Sql.quote(t) + ")")
            .collect(Collectors.joining(" + "));
    return counts.isEmpty() ? 0 : handle.createQuery("SELECT " + counts).mapTo(Long.class).one();
  }

  /** Those of the tables for which there is neither a row nor a resource. */
  private Set<String> empty(List<String> tables) {
    if (tables.isEmpty()) {
      return Set.of();
    }
    String rows =
        tables.stream()
            .map(t -> "SELECT '" + t + "' WHERE EXISTS (SELECT FROM public." + Sql.quote(t) + ")")
            .collect(Collectors.joining(" UNION ALL "));
    Set<String> empty = new TreeSet<>(tables);
    handle
        .createQuery(
            rows + " UNION ALL SELECT DISTINCT table_name FROM iasql.stage WHERE sync_id = :sync")
        .bind("sync", sync)
        .mapTo(String.class)
        .forEach(empty::remove);
    return empty;
  }

  /** Tables that a commit works on or has moved since the listing began, or people write to. */
  private List<String> moved() {
    return handle
        .createQuery(
            "SELECT table_name FROM iasql.table_move WHERE moved_at >= :started"
                + " UNION SELECT a.table_name FROM iasql.action a JOIN iasql.transaction t"
                + "   ON t.id = a.transaction_id WHERE t.state = 'RUNNING'"
                + " UNION SELECT c ->> 'table' FROM iasql.transaction t,"
                + "   jsonb_array_elements(t.row_changes) c WHERE t.state = 'RUNNING'"
                + " UNION SELECT l.table_name FROM public.iasql_audit_log l"
                + "   JOIN iasql.pending p ON p.audit_id = l.id")
        .bind("started", started.atOffset(ZoneOffset.UTC))
        .mapTo(String.class)
        .list();
  }

  /**
   * What comes with resources of these tables is theirs, too: while a commit makes a VPC, the row
   * to which its security group refers is not known by the VPC's id yet, and a group that was
   * brought in now would belong to none.
   */
  private Set<String> withCompanions(List<String> tables) {
    Set<String> all = new TreeSet<>(tables);
    for (String table : catalog.parentsFirst()) {
      if (modules.resource(table).orElse(null) instanceof Companion<?> companion
          && companion.parents().stream().anyMatch(p -> all.contains(Shape.of(p).table()))) {
        all.add(table);
      }
    }
    return all;
  }

  /** A table that cannot be merged is reported and left as it was; the others go on. */
  private boolean atomically(String table, Runnable merge) {
    handle.savepoint("merge");
    try {
      merge.run();
      handle.releaseSavepoint("merge");
      return true;
    } catch (JdbiException e) {
      SQLException cause = SqlErrors.sqlCause(e);
      if (cause == null
          || SqlErrors.isTransient(cause)
          || (!again && SqlErrors.isDuplicate(cause))) {
        throw e;
      }
      handle.rollbackToSavepoint("merge");
      failures.add(table + ": " + cause.getMessage());
      return false;
    }
  }

  private Shape shape(String table) {
    return modules.shape(table);
  }

  private static String merged(Shape shape) {
    return "pg_temp." + Sql.quote("merge_" + shape.table());
  }

  // Rows that are new or different
  // ------------------------------------------------------------------

  private void bringIn(Shape shape) {
    createMerged(shape);
    adoptNewKeys(shape);
    int rows = update(shape);
    updated += rows;
    int fresh = insert(shape);
    inserted += fresh;
    boolean children = false;
    for (Column column : shape.columns()) {
      if (column.kind() == Column.Kind.CHILDREN) {
        children |= mergeChildren(shape, column);
      }
    }
    if (rows > 0 || fresh > 0 || children) {
      changed.add(shape.table());
    }
  }

  /** The staged resources as rows of the table's own type, foreign keys looked up. */
  private void createMerged(Shape shape) {
    Joins joins = new Joins(catalog);
    StringBuilder foreignKeys = new StringBuilder("'{}'::jsonb");
    List<String> filters = new ArrayList<>();
    for (Column column : shape.references()) {
      Shape target = Shape.of(column.target());
      Catalog.ForeignKey fk = catalog.foreignKey(shape.table(), column.sqlName(), target.table());
      String doc = "s.doc -> '" + column.name() + "'";
      String alias = joins.add(target, doc);
      for (int i = 0; i < fk.columns().size(); i++) {
        if (!fk.columns().get(i).equals("region")) {
          foreignKeys.append(
              " || jsonb_build_object('%s', %s.%s)"
                  .formatted(fk.columns().get(i), alias, Sql.quote(fk.targetColumns().get(i))));
        }
      }
      if (!catalog.isNullable(shape.table(), column.sqlName())) {
        filters.add(alias + "." + Sql.quote(fk.targetColumns().get(0)) + " IS NOT NULL");
      }
    }
    handle
        .createUpdate(
            "CREATE TEMP TABLE %s ON COMMIT DROP AS SELECT DISTINCT ON (%s) s.doc AS stage_doc, p.* FROM iasql.stage s %s CROSS JOIN LATERAL jsonb_populate_record(NULL::public.%s, s.doc || %s) p WHERE s.sync_id = :sync AND s.table_name = :table%s"
                .formatted(
                    Sql.quote("merge_" + shape.table()),
                    Sql.list("p", keyColumns(shape)),
                    joins.text(),
                    Sql.quote(shape.table()),
                    foreignKeys,
                    filters.stream().map(f -> " AND " + f).collect(Collectors.joining())))
        .bind("sync", sync)
        .bind("table", shape.table())
        .execute();
    handle.execute("CREATE INDEX ON " + merged(shape) + " (" + Sql.list(keyColumns(shape)) + ")");
    handle.execute("ANALYZE " + merged(shape));
  }

  private List<String> keyColumns(Shape shape) {
    return shape.key().stream().map(Column::sqlName).toList();
  }

  /**
   * A resource made again outside, under the name of one that is gone, keeps that one's row. Those
   * without a name have nothing in common.
   */
  private void adoptNewKeys(Shape shape) {
    if (!shape.hasChosenIdentity() || shape.identity().equals(shape.key())) {
      return;
    }
    List<String> assigned =
        shape.key().stream().filter(Column::assigned).map(Column::sqlName).toList();
    List<String> identity = shape.identity().stream().map(Column::sqlName).toList();
    handle
        .createUpdate(
            "UPDATE public.%s t SET (%s) = ROW(%s) FROM %s m WHERE %s AND num_nonnulls(%s) > 0 AND NOT (%s) AND NOT EXISTS (SELECT 1 FROM %s other WHERE %s)"
                .formatted(
                    Sql.quote(shape.table()),
                    Sql.list(assigned),
                    Sql.list("m", assigned),
                    merged(shape),
                    Sql.same("t", "m", identity),
                    Sql.list("t", identity),
                    Sql.same("t", "m", keyColumns(shape)),
                    merged(shape),
                    Sql.equal("t", "other", keyColumns(shape))))
        .execute();
  }

  private List<String> stored(Shape shape) {
    Set<String> columns = new LinkedHashSet<>();
    for (Column column : shape.columns()) {
      if (column.kind() != Column.Kind.CHILDREN && !column.local() && !column.writeOnly()) {
        columns.add(column.sqlName());
      }
    }
    return List.copyOf(columns);
  }

  private int insert(Shape shape) {
    List<String> columns = new ArrayList<>(stored(shape));
    List<String> values = new ArrayList<>();
    columns.forEach(c -> values.add("m." + Sql.quote(c)));
    shape.columns().stream()
        .filter(Column::local)
        .map(Column::sqlName)
        .forEach(
            c -> {
              columns.add(c);
              String value = "m." + Sql.quote(c);
              values.add(
                  catalog
                      .defaultOf(shape.table(), c)
                      .map(d -> "coalesce(" + value + ", " + d + ")")
                      .orElse(value));
            });
    return handle
        .createUpdate(
            "INSERT INTO public.%s (%s) SELECT %s FROM %s m WHERE NOT EXISTS (SELECT 1 FROM public.%s t WHERE %s)"
                .formatted(
                    Sql.quote(shape.table()),
                    Sql.list(columns),
                    String.join(", ", values),
                    merged(shape),
                    Sql.quote(shape.table()),
                    Sql.equal("t", "m", keyColumns(shape))))
        .execute();
  }

  /** Rows that differ to the letter are compared by meaning; only real differences are written. */
  private int update(Shape shape) {
    List<String> columns = stored(shape);
    String ofRow = image("t", columns);
    String ofMerged = image("m", columns);
    List<ObjectNode> differing = new ArrayList<>();
    handle
        .createQuery(
            "SELECT %s::text, %s::text FROM public.%s t JOIN %s m ON %s WHERE %s IS DISTINCT FROM %s"
                .formatted(
                    ofRow,
                    ofMerged,
                    Sql.quote(shape.table()),
                    merged(shape),
                    Sql.equal("t", "m", keyColumns(shape)),
                    ofRow,
                    ofMerged))
        .setFetchSize(BATCH)
        .map(
            (rs, ctx) ->
                difference(shape, Json.parse(rs.getString(1)), Json.parseObject(rs.getString(2))))
        .forEach(d -> d.ifPresent(differing::add));
    for (int from = 0; from < differing.size(); from += BATCH) {
      write(shape, columns, differing.subList(from, Math.min(from + BATCH, differing.size())));
    }
    return differing.size();
  }

  private static String image(String alias, List<String> columns) {
    return columns.stream()
        .map(c -> "'" + c + "', " + alias + "." + Sql.quote(c))
        .collect(Collectors.joining(", ", "jsonb_build_object(", ")"));
  }

  private static java.util.Optional<ObjectNode> difference(
      Shape shape, JsonNode row, ObjectNode listed) {
    for (Column column : shape.columns()) {
      JsonNode a = row.get(column.sqlName());
      JsonNode b = listed.get(column.sqlName());
      if (a == null || b == null) {
        continue;
      }
      boolean same =
          column.kind() == Column.Kind.REFERENCE
              ? a.equals(b)
              : Shape.canonical(column, Json.object().set(column.name(), a))
                  .equals(Shape.canonical(column, Json.object().set(column.name(), b)));
      if (!same) {
        return java.util.Optional.of(listed);
      }
    }
    return java.util.Optional.empty();
  }

  private void write(Shape shape, List<String> columns, List<ObjectNode> rows) {
    ArrayNode values = JsonNodeFactory.instance.arrayNode();
    rows.forEach(values::add);
    handle
        .createUpdate(
            "UPDATE public.%1$s t SET (%2$s) = ROW(%3$s) FROM jsonb_populate_recordset(NULL::public.%1$s, CAST(:rows AS jsonb)) v WHERE %4$s"
                .formatted(
                    Sql.quote(shape.table()),
                    Sql.list(columns),
                    Sql.list("v", columns),
                    Sql.equal("t", "v", keyColumns(shape))))
        .bind("rows", values.toString())
        .execute();
  }

  private boolean mergeChildren(Shape shape, Column column) {
    Shape child = Shape.of(column.target());
    Catalog.ForeignKey owner =
        catalog.foreignKey(column.childTable(), column.ownerColumn(), shape.table());
    Joins joins = new Joins(catalog);
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < owner.columns().size(); i++) {
      names.add(owner.columns().get(i));
      values.add("t." + Sql.quote(owner.targetColumns().get(i)));
    }
    for (Column part : child.columns()) {
      if (part.kind() == Column.Kind.REFERENCE) {
        Shape target = Shape.of(part.target());
        Catalog.ForeignKey fk =
            catalog.foreignKey(column.childTable(), part.sqlName(), target.table());
        String alias = joins.add(target, "c.value -> '" + part.name() + "'");
        for (int i = 0; i < fk.columns().size(); i++) {
          names.add(fk.columns().get(i));
          values.add(alias + "." + Sql.quote(fk.targetColumns().get(i)));
        }
      } else {
        names.add(part.sqlName());
        values.add(
            "(jsonb_populate_record(NULL::public.%s, c.value)).%s"
                .formatted(Sql.quote(column.childTable()), Sql.quote(part.sqlName())));
      }
    }
    String wanted =
        "SELECT DISTINCT %s FROM %s m JOIN public.%s t ON %s CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(m.stage_doc -> '%s') = 'array' THEN m.stage_doc -> '%s' ELSE '[]' END) c %s"
            .formatted(
                named(names, values),
                merged(shape),
                Sql.quote(shape.table()),
                Sql.equal("t", "m", keyColumns(shape)),
                column.name(),
                column.name(),
                joins.text());
    String table = "public." + Sql.quote(column.childTable());
    String ownerIsListed =
        "EXISTS (SELECT 1 FROM %s m JOIN public.%s t ON %s WHERE %s)"
            .formatted(
                merged(shape),
                Sql.quote(shape.table()),
                Sql.equal("t", "m", keyColumns(shape)),
                pairs("x", owner.columns(), "t", owner.targetColumns()));
    int gone =
        handle
            .createUpdate(
                "DELETE FROM %s x WHERE %s AND NOT EXISTS (SELECT 1 FROM (%s) w WHERE %s)"
                    .formatted(table, ownerIsListed, wanted, Sql.same("x", "w", names)))
            .execute();
    int fresh =
        handle
            .createUpdate(
                "INSERT INTO %s (%s) SELECT %s FROM (%s) w WHERE NOT EXISTS (SELECT 1 FROM %s x WHERE %s)"
                    .formatted(
                        table,
                        Sql.list(names),
                        Sql.list("w", names),
                        wanted,
                        table,
                        Sql.same("x", "w", names)))
            .execute();
    return gone > 0 || fresh > 0;
  }

  private static String named(List<String> names, List<String> values) {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      result.add(values.get(i) + " AS " + Sql.quote(names.get(i)));
    }
    return String.join(", ", result);
  }

  private static String pairs(String a, List<String> columns, String b, List<String> otherColumns) {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      result.add(
          a + "." + Sql.quote(columns.get(i)) + " = " + b + "." + Sql.quote(otherColumns.get(i)));
    }
    return String.join(" AND ", result);
  }

  // Rows whose resource is gone
  // ------------------------------------------------------------------------

  private void takeOut(Shape shape, Set<String> regions) {
    if (regions.isEmpty()) {
      return;
    }
    String notNull =
        keyColumns(shape).stream()
            .map(c -> "x." + Sql.quote(c) + " IS NOT NULL")
            .collect(Collectors.joining(" AND "));
    int gone =
        handle
            .createUpdate(
                "DELETE FROM public.%s x WHERE %s AND %s AND NOT EXISTS (SELECT 1 FROM %s m WHERE %s)"
                    .formatted(
                        Sql.quote(shape.table()),
                        notNull,
                        listed(shape, "x"),
                        merged(shape),
                        Sql.equal("x", "m", keyColumns(shape))))
            .bindArray("regions", String.class, regions.toArray())
            .execute();
    deleted += gone;
    if (gone > 0) {
      changed.add(shape.table());
    }
  }

  /** Whether a row lives in a region whose listing is complete: no other row may be taken out. */
  private String listed(Shape shape, String alias) {
    if (shape.reach() == Reach.GLOBAL) {
      return "cardinality(CAST(:regions AS text[])) > 0";
    }
    if (shape.column("region").isPresent()) {
      return alias + ".region = ANY (:regions)";
    }
    for (Column column : shape.references()) {
      Shape target = Shape.of(column.target());
      Catalog.ForeignKey fk = catalog.foreignKey(shape.table(), column.sqlName(), target.table());
      if (target.column("region").isPresent()) {
        return "EXISTS (SELECT 1 FROM public.%s p WHERE %s AND p.region = ANY (:regions))"
            .formatted(
                Sql.quote(target.table()), pairs(alias, fk.columns(), "p", fk.targetColumns()));
      }
    }
    throw new IllegalStateException("table " + shape.table() + " leads to no region");
  }
}
