package io.iasql.engine.sync;

import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Sql;
import java.util.ArrayList;
import java.util.List;

/** LEFT JOINs that lead from a referenced resource in a document to its row. */
final class Joins {
  private final Catalog catalog;
  private final StringBuilder text = new StringBuilder();
  private int count;

  Joins(Catalog catalog) {
    this.catalog = catalog;
  }

  /**
   * Adds the join to the row of a resource.
   *
   * @param doc the SQL expression of the resource's document
   * @return the alias of the row, which is null where there is none
   */
  String add(Shape target, String doc) {
    List<String> conditions = new ArrayList<>();
    String alias = "r" + ++count;
    for (Column column : target.key()) {
      if (column.kind() == Column.Kind.REFERENCE) {
        Shape parent = Shape.of(column.target());
        Catalog.ForeignKey fk =
            catalog.foreignKey(target.table(), column.sqlName(), parent.table());
        String parentAlias = add(parent, "(" + doc + ") -> '" + column.name() + "'");
        for (int i = 0; i < fk.columns().size(); i++) {
          conditions.add(
              "%s.%s = %s.%s"
                  .formatted(
                      alias,
                      Sql.quote(fk.columns().get(i)),
                      parentAlias,
                      Sql.quote(fk.targetColumns().get(i))));
        }
      } else {
        conditions.add(
            "%s.%s = (%s) ->> '%s'"
                .formatted(alias, Sql.quote(column.sqlName()), doc, column.name()));
      }
    }
    text.append(" LEFT JOIN public.")
        .append(Sql.quote(target.table()))
        .append(' ')
        .append(alias)
        .append(" ON ")
        .append(String.join(" AND ", conditions));
    return alias;
  }

  String text() {
    return text.toString();
  }
}
