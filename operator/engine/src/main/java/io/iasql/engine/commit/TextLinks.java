package io.iasql.engine.commit;

import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.Sql;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Text columns that name resources by their assigned key. */
final class TextLinks {
  private TextLinks() {}

  /**
   * Points every row that names {@code from} at {@code to}.
   *
   * @param all whether those, too, that came with {@code from} and go with it
   */
  static void point(
      Handle handle,
      Modules modules,
      Catalog catalog,
      Class<? extends Record> type,
      String from,
      String to,
      boolean all) {
    List<RowKey> going =
        all ? List.of() : Companions.goingWith(handle, catalog, modules, type, from);
    for (String table : catalog.parentsFirst()) {
      modules
          .resource(table)
          .ifPresent(
              resource -> {
                for (Column column : Shape.of(resource.type()).columns()) {
                  if (column.refersTo().contains(type)) {
                    point(handle, catalog, table, column, from, to, going);
                  }
                }
              });
    }
  }

  private static void point(
      Handle handle,
      Catalog catalog,
      String table,
      Column column,
      String from,
      String to,
      List<RowKey> but) {
    String name = Sql.quote(column.sqlName());
    boolean list = column.kind() == Column.Kind.LIST;
    handle
        .createUpdate(
            "UPDATE public."
                + Sql.quote(table)
                + " t SET "
                + name
                + " = "
                + (list ? "array_replace(" + name + ", :from, :to)" : ":to")
                + " WHERE "
                + (list ? ":from = ANY (" + name + ")" : name + " = :from")
                + " AND NOT EXISTS (SELECT FROM jsonb_populate_recordset(NULL::public."
                + Sql.quote(table)
                + ", CAST(:but AS jsonb)) b WHERE "
                + Sql.equal("t", "b", catalog.primaryKey(table))
                + ")")
        .bind(
            "but",
            but.stream()
                .filter(row -> row.table().equals(table))
                .map(RowKey::key)
                .collect(Collectors.joining(",", "[", "]")))
        .bind("from", from)
        .bind("to", to)
        .execute();
  }
}
