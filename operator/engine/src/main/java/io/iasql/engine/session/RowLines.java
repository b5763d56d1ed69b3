package io.iasql.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.plan.PlanStore;
import java.util.List;

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
        row.describe(modules),
        Json.object(),
        "",
        List.of());
  }
}
