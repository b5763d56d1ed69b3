package io.iasql.engine.export;

import java.util.List;

/**
 * A net change for another environment.
 *
 * @param statements the text
 * @param changes what the text does to rows
 * @param leftOut changed rows about which the text says nothing, because it was asked not to
 */
public record AdaptedExport(
    List<ExportedStatement> statements, List<RowChange> changes, List<RowChange> leftOut) {

  public AdaptedExport {
    statements = List.copyOf(statements);
    changes = List.copyOf(changes);
    leftOut = List.copyOf(leftOut);
  }
}
