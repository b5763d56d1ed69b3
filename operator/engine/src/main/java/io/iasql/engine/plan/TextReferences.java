package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Sql;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Rows that name another resource by the text of its assigned key. */
final class TextReferences {
  private TextReferences() {}

  static List<ObjectNode> rows(
      Handle handle, Catalog catalog, String table, Column column, Collection<String> ids) {
    String value = "t." + Sql.quote(column.sqlName());
    String matches =
        column.kind() == Column.Kind.LIST
            ? "CAST(" + value + " AS text[]) && CAST(:ids AS text[])"
            : value + " = ANY (:ids)";
    String image =
        catalog.hasWriteOnly(table) ? "iasql.masked('" + table + "', to_jsonb(t))" : "to_jsonb(t)";
    return handle
        .createQuery(
            "SELECT " + image + "::text FROM public." + Sql.quote(table) + " t WHERE " + matches)
        .bindArray("ids", String.class, ids.toArray())
        .mapTo(String.class)
        .map(Json::parseObject)
        .list();
  }
}
