package io.iasql.engine.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Tables of schema public as PostgreSQL knows them: columns, primary keys and foreign keys. */
public final class Catalog {

  /** A foreign key; {@code columns} and {@code targetColumns} pair up by position. */
  public record ForeignKey(
      String table, List<String> columns, String target, List<String> targetColumns) {}

  private final Map<String, List<String>> columns = new LinkedHashMap<>();
  private final Map<String, Set<String>> nullable = new HashMap<>();
  private final Map<String, Map<String, String>> defaults = new HashMap<>();
  private final Map<String, List<String>> primaryKeys = new HashMap<>();
  private final List<ForeignKey> foreignKeys = new ArrayList<>();
  private final Set<String> masked;
  private final List<String> parentsFirst;

  private Catalog(Handle handle) {
    handle
        .createQuery(
            "SELECT c.relname, a.attname, a.attnotnull::text,"
                + " coalesce(pg_get_expr(d.adbin, d.adrelid), '') FROM pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
                + " LEFT JOIN pg_catalog.pg_attrdef d"
                + "   ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''"
                + " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
                + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum")
        .map(
            (rs, ctx) ->
                List.of(rs.getString(1), rs.getString(2), rs.getString(3), rs.getString(4)))
        .forEach(
            c -> {
              columns.computeIfAbsent(c.get(0), t -> new ArrayList<>()).add(c.get(1));
              if (!c.get(3).isEmpty()) {
                defaults.computeIfAbsent(c.get(0), t -> new HashMap<>()).put(c.get(1), c.get(3));
              }
              if (c.get(2).equals("false")) {
                nullable.computeIfAbsent(c.get(0), t -> new LinkedHashSet<>()).add(c.get(1));
              }
            });
    handle
        .createQuery(
            "SELECT c.contype::text, t.relname AS tab, coalesce(f.relname, '') AS target,"
                + " (SELECT array_agg(a.attname::text ORDER BY k.n)"
                + "    FROM unnest(c.conkey) WITH ORDINALITY k(num, n)"
                + "    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num)"
                + "  AS cols,"
                + " (SELECT array_agg(a.attname::text ORDER BY k.n)"
                + "    FROM unnest(c.confkey) WITH ORDINALITY k(num, n)"
                + "    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num)"
                + "  AS target_cols"
                + " FROM pg_catalog.pg_constraint c"
                + " JOIN pg_catalog.pg_class t ON t.oid = c.conrelid"
                + " LEFT JOIN pg_catalog.pg_class f ON f.oid = c.confrelid"
                + " WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('p', 'f')"
                + " ORDER BY t.relname, c.conname")
        .map(
            (rs, ctx) -> {
              List<String> cols = List.of((String[]) rs.getArray("cols").getArray());
              if (rs.getString(1).equals("p")) {
                primaryKeys.put(rs.getString("tab"), cols);
              } else {
                foreignKeys.add(
                    new ForeignKey(
                        rs.getString("tab"),
                        cols,
                        rs.getString("target"),
                        List.of((String[]) rs.getArray("target_cols").getArray())));
              }
              return cols;
            })
        .list();
    masked =
        Set.copyOf(
            handle
                .createQuery("SELECT DISTINCT table_name FROM iasql.write_only")
                .mapTo(String.class)
                .list());
    parentsFirst = sort();
  }

  /** Reads the catalog as the handle's transaction sees it. */
  public static Catalog read(Handle handle) {
    return new Catalog(handle);
  }

  /** A table's columns in order; empty when there is no such table. */
  public List<String> columns(String table) {
    return columns.getOrDefault(table, List.of());
  }

  /** Whether a column may be null. */
  public boolean isNullable(String table, String column) {
    return nullable.getOrDefault(table, Set.of()).contains(column);
  }

  /** The expression of a column's default, if it has one. */
  public Optional<String> defaultOf(String table, String column) {
    return Optional.ofNullable(defaults.getOrDefault(table, Map.of()).get(column));
  }

  /** The columns of a table's primary key. */
  public List<String> primaryKey(String table) {
    List<String> key = primaryKeys.get(table);
    if (key == null) {
      throw new IllegalStateException("table " + table + " has no primary key");
    }
    return key;
  }

  /** Foreign keys that point at a table. */
  public List<ForeignKey> referrers(String table) {
    return foreignKeys.stream().filter(f -> f.target().equals(table)).toList();
  }

  /**
   * The foreign key that a reference column belongs to: of several with that column the one that is
   * not the column's reference to {@code aws_regions}.
   */
  public ForeignKey foreignKey(String table, String column, String target) {
    return foreignKeys.stream()
        .filter(f -> f.table().equals(table) && f.target().equals(target))
        .filter(f -> f.columns().contains(column))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "table " + table + " has no foreign key from " + column + " to " + target));
  }

  /** Whether a table has write-only columns. */
  public boolean hasWriteOnly(String table) {
    return masked.contains(table);
  }

  /** Every table, those that others refer to before those that refer to them. */
  public List<String> parentsFirst() {
    return parentsFirst;
  }

  private List<String> sort() {
    Set<String> sorted = new LinkedHashSet<>();
    for (String table : columns.keySet()) {
      visit(table, sorted, new LinkedHashSet<>());
    }
    return List.copyOf(sorted);
  }

  private void visit(String table, Set<String> sorted, Set<String> path) {
    if (sorted.contains(table) || !path.add(table)) {
      return;
    }
    foreignKeys.stream()
        .filter(f -> f.table().equals(table) && !f.target().equals(table))
        .forEach(f -> visit(f.target(), sorted, path));
    path.remove(table);
    sorted.add(table);
  }
}
