package io.iasql.engine.commit;

import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Sql;
import org.jdbi.v3.core.Handle;

/** Text columns that name resources by their assigned key. */
final class TextLinks {
  private TextLinks() {}

  /** Points every row that names {@code from} at {@code to}. */
  static void point(
      Handle handle,
      Modules modules,
      Catalog catalog,
      Class<? extends Record> type,
      String from,
      String to) {
    for (String table : catalog.parentsFirst()) {
      modules
          .resource(table)
          .ifPresent(
              resource -> {
                for (Column column : Shape.of(resource.type()).columns()) {
                  if (column.refersTo().contains(type)) {
                    point(handle, table, column, from, to);
                  }
                }
              });
    }
  }

  private static void point(Handle handle, String table, Column column, String from, String to) {
    String name = Sql.quote(column.sqlName());
    boolean list = column.kind() == Column.Kind.LIST;
    handle
        .createUpdate(
            "UPDATE public."
                + Sql.quote(table)
                + " SET "
                + name
                + " = "
                + (list ? "array_replace(" + name + ", :from, :to)" : ":to")
                + " WHERE "
                + (list ? ":from = ANY (" + name + ")" : name + " = :from"))
        .bind("from", from)
        .bind("to", to)
        .execute();
  }
}
