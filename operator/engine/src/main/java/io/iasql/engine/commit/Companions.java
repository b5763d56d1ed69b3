package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.Catalog;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Companion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what the cloud made along with the resources of a commit: main route tables and the like.
 */
final class Companions {
  private final EngineContext context;

  Companions(EngineContext context) {
    this.context = context;
  }

  /** Resources of one kind as the cloud has them. */
  record Found(Shape shape, List<ObjectNode> images) {}

  /** The companions of everything that these steps created, parents' kinds first. */
  List<Found> of(Catalog catalog, List<Journal.Entry> entries) {
    List<Journal.Entry> made =
        entries.stream().filter(e -> e.kind() == Steps.Kind.CREATE && e.result() != null).toList();
    List<Found> found = new ArrayList<>();
    for (String table : catalog.parentsFirst()) {
      context
          .modules()
          .resource(table)
          .filter(r -> r instanceof Companion<?>)
          .map(r -> (Companion<?>) r)
          .ifPresent(companion -> found.add(of(companion, made)));
    }
    return found;
  }

  private Found of(Companion<?> companion, List<Journal.Entry> made) {
    Modules modules = context.modules();
    Map<String, ObjectNode> images = new LinkedHashMap<>();
    for (Journal.Entry entry : made) {
      CloudResource<?> parent = modules.resource(entry.row().table()).orElseThrow();
      if (companion.parents().contains(parent.type())) {
        AwsScope scope = context.scope().in(entry.region());
        Record record = Json.to(entry.result(), parent.type());
        context
            .call(scope, () -> companion.listOf(scope, record).map(Json::ofRecord).toList())
            .forEach(
                image -> images.put(Shape.of(companion.type()).keyOf(image).toString(), image));
      }
    }
    return new Found(Shape.of(companion.type()), List.copyOf(images.values()));
  }
}
