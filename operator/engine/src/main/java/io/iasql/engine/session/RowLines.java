package io.iasql.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.plan.PlanStore;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** Changes of rows as the lines that previews, commits and rollbacks answer with. */
final class RowLines {
  private RowLines() {}

  static PlanStore.Line of(Modules modules, String action, NetChange.Row row) {
    ObjectNode image = row.after() == null ? row.before() : row.after();
    JsonNode id = image.get("id");
    return new PlanStore.Line(
        action,
        row.key().table(),
        id != null && id.isIntegralNumber() ? id.asText() : "",
        description(modules, row, image),
        Json.object(),
        "");
  }

  /** The cloud key's values, or the row's primary key while the cloud has assigned none. */
  private static String description(Modules modules, NetChange.Row row, ObjectNode image) {
    List<String> columns =
        modules
            .resource(row.key().table())
            .map(r -> Shape.of(r.type()).key().stream().map(Column::sqlName).toList())
            .orElse(List.of());
    boolean known = !columns.isEmpty() && columns.stream().allMatch(image::hasNonNull);
    if (known) {
      return columns.stream().map(c -> image.get(c).asText()).collect(Collectors.joining("|"));
    }
    StringBuilder key = new StringBuilder();
    row.key()
        .toJson()
        .forEach(
            value -> key.append(key.isEmpty() ? "" : "|").append(Objects.toString(value.asText())));
    return key.toString();
  }
}
