package io.iasql.engine.export;

import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Catalog.ForeignKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What the export needs to know of tables beyond their {@link Catalog}. */
final class Tables {
  private static final String DEFAULT_REGION = "default_aws_region()";

  /**
   * A column.
   *
   * @param sql its name as SQL text, quoted where needed
   * @param type its type as SQL text
   * @param array whether it holds an array
   * @param generated whether the database fills it: serial, identity and generated columns
   */
  record Attribute(String sql, String type, boolean array, boolean generated) {
    boolean json() {
      return type.equals("json") || type.equals("jsonb");
    }

    boolean text() {
      return type.equals("text") || type.startsWith("character varying");
    }
  }

  /**
   * Columns in which no two rows of a table may agree.
   *
   * @param nullsAgree whether two nulls count as equal
   */
  record Unique(List<String> columns, boolean nullsAgree) {}

  private final Catalog catalog;
  private final Map<String, Map<String, Attribute>> attributes = new HashMap<>();
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, List<Unique>> uniques = new HashMap<>();
  private final Map<String, List<ForeignKey>> foreignKeys = new HashMap<>();
  private final Optional<String> defaultRegion;

  Tables(Handle handle, Catalog catalog) {
    this(handle, catalog, Optional.empty());
  }

  /**
   * @param otherDefault the default region of the environment in which the text is to run, where
   *     that is another one
   */
  Tables(Handle handle, Catalog catalog, Optional<String> otherDefault) {
    this.catalog = catalog;
    handle
        .createQuery(
            "SELECT c.relname, quote_ident(c.relname), a.attname, quote_ident(a.attname),"
                + " format_type(a.atttypid, a.atttypmod), t.typcategory = 'A',"
                + " a.attidentity <> '' OR a.attgenerated <> ''"
                + "   OR pg_get_serial_sequence(format('public.%I', c.relname), a.attname) IS NOT NULL"
                + " FROM pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
                + " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
                + " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
                + " AND a.attnum > 0 AND NOT a.attisdropped")
        .map(
            (rs, ctx) -> {
              names.put(rs.getString(1), rs.getString(2));
              attributes
                  .computeIfAbsent(rs.getString(1), t -> new HashMap<>())
                  .put(
                      rs.getString(3),
                      new Attribute(
                          rs.getString(4), rs.getString(5), rs.getBoolean(6), rs.getBoolean(7)));
              return 1;
            })
        .forEach(one -> {});
    readUniques(handle);
    for (String table : catalog.parentsFirst()) {
      catalog
          .referrers(table)
          .forEach(f -> foreignKeys.computeIfAbsent(f.table(), t -> new ArrayList<>()).add(f));
    }
    boolean known =
        handle
            .createQuery("SELECT to_regprocedure('public.default_aws_region()') IS NOT NULL")
            .mapTo(Boolean.class)
            .one();
    defaultRegion =
        !known
            ? Optional.empty()
            : otherDefault.or(
                () ->
                    handle
                        .createQuery("SELECT public.default_aws_region()")
                        .mapTo(String.class)
                        .findOne());
  }

  /** An index over an expression counts as one over the columns in it. */
  private void readUniques(Handle handle) {
    handle
        .createQuery(
            "SELECT c.relname, i.indnullsnotdistinct, array_agg(DISTINCT a.attname::text)"
                + " FROM pg_catalog.pg_index i"
                + " JOIN pg_catalog.pg_class c ON c.oid = i.indrelid"
                + " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND (a.attnum = ANY (i.indkey)"
                + "   OR EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = i.indexrelid"
                + "     AND d.refobjid = c.oid AND d.refobjsubid = a.attnum AND i.indexprs IS NOT NULL))"
                + " WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND i.indpred IS NULL AND a.attnum > 0"
                + " GROUP BY c.relname, i.indexrelid, i.indnullsnotdistinct, i.indisprimary"
                + " ORDER BY c.relname, NOT i.indisprimary, i.indexrelid")
        .map(
            (rs, ctx) -> {
              String table = rs.getString(1);
              List<String> columns = List.of((String[]) rs.getArray(3).getArray());
              if (columns.stream().noneMatch(c -> attribute(table, c).generated())) {
                uniques
                    .computeIfAbsent(table, t -> new ArrayList<>())
                    .add(new Unique(columns, rs.getBoolean(2)));
              }
              return 1;
            })
        .forEach(one -> {});
  }

  Catalog catalog() {
    return catalog;
  }

  /** A table's name as SQL text. */
  String sql(String table) {
    return names.get(table);
  }

  Attribute attribute(String table, String column) {
    return attributes.get(table).get(column);
  }

  /** The unique column sets of a table that people's values decide on, the primary key first. */
  List<Unique> uniques(String table) {
    return uniques.getOrDefault(table, List.of());
  }

  List<ForeignKey> foreignKeys(String table) {
    return foreignKeys.getOrDefault(table, List.of());
  }

  /** The foreign key of which a column is the leading one; a region beside it is only company. */
  Optional<ForeignKey> foreignKey(String table, String column) {
    return foreignKeys(table).stream().filter(f -> f.columns().get(0).equals(column)).findFirst();
  }

  /** The one column of a table whose value the database generates as its primary key. */
  Optional<String> generatedKey(String table) {
    List<String> key = catalog.primaryKey(table);
    return key.size() == 1 && attribute(table, key.get(0)).generated()
        ? Optional.of(key.get(0))
        : Optional.empty();
  }

  /** Whether a foreign key points at a value that the database generates. */
  boolean byGeneratedKey(ForeignKey fk) {
    return attribute(fk.target(), fk.targetColumns().get(0)).generated();
  }

  /** Whether a value of this column is the environment's default region. */
  boolean isDefaultRegion(String table, String column, String value) {
    return defaultRegion.filter(value::equals).isPresent()
        && catalog.defaultOf(table, column).filter(d -> d.contains(DEFAULT_REGION)).isPresent();
  }
}
