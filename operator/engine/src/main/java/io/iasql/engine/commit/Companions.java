package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Companion;
import io.iasql.spi.Ownership;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what the cloud made along with the resources of a commit: main route tables and the like.
 */
final class Companions {
  private static final Logger LOG = LoggerFactory.getLogger(Companions.class);

  private final EngineContext context;

  Companions(EngineContext context) {
    this.context = context;
  }

  /** Resources of one kind as the cloud has them. */
  record Found(Companion<?> resource, List<ObjectNode> images) {
    Shape shape() {
      return Shape.of(resource.type());
    }
  }

  /** A row whose resource went away with its parent, and the resource that takes its place. */
  record Heir(RowKey row, ObjectNode image, ObjectNode cloud) {}

  /**
   * The companions of everything that these steps created, parents' kinds first. What AWS refuses
   * to list is left to the next sync: the commit is done all the same.
   *
   * @throws io.iasql.engine.store.UnavailableException when AWS is out of reach
   */
  List<Found> of(Catalog catalog, List<Journal.Entry> entries) {
    List<Journal.Entry> made =
        entries.stream().filter(e -> e.kind() == Steps.Kind.CREATE && e.result() != null).toList();
    List<Found> found = new ArrayList<>();
    for (String table : catalog.parentsFirst()) {
      companion(table)
          .ifPresent(companion -> found.add(new Found(companion, images(companion, made))));
    }
    return found;
  }

  private Optional<Companion<?>> companion(String table) {
    return context
        .modules()
        .resource(table)
        .filter(r -> r instanceof Companion<?>)
        .map(r -> (Companion<?>) r);
  }

  private List<ObjectNode> images(Companion<?> companion, List<Journal.Entry> made) {
    Modules modules = context.modules();
    Map<String, ObjectNode> images = new LinkedHashMap<>();
    for (Journal.Entry entry : made) {
      CloudResource<?> parent = modules.resource(entry.row().table()).orElseThrow();
      if (!companion.parents().contains(parent.type())) {
        continue;
      }
      AwsScope scope = context.scope().in(entry.region());
      Record record = Json.to(entry.result(), parent.type());
      try {
        context
            .call(scope, () -> companion.listOf(scope, record).map(Json::ofRecord).toList())
            .forEach(
                image -> images.put(Shape.of(companion.type()).keyOf(image).toString(), image));
      } catch (CloudException e) {
        LOG.warn(
            "what came with {} {} is left to the next sync: {}",
            entry.row().table(),
            entry.description(),
            e.failure());
      }
    }
    return List.copyOf(images.values());
  }

  /** The companions of one new resource, parents' kinds first. */
  static List<Found> of(Modules modules, Catalog catalog, AwsScope scope, Record parent) {
    List<Found> found = new ArrayList<>();
    for (String table : catalog.parentsFirst()) {
      if (modules.resource(table).orElse(null) instanceof Companion<?> companion
          && companion.parents().contains(parent.getClass())) {
        found.add(
            new Found(companion, companion.listOf(scope, parent).map(Json::ofRecord).toList()));
      }
    }
    return found;
  }

  /**
   * Which of the found resources stand for which rows of the parent's former companions: those of
   * the same chosen identity, else the only one for the only row.
   */
  static List<Heir> heirs(Handle handle, Catalog catalog, RowKey parent, Found found) {
    Shape shape = found.shape();
    List<ObjectNode> free = new ArrayList<>(found.images());
    List<ObjectNode> orphans = new ArrayList<>();
    for (ObjectNode row : former(handle, catalog, parent, found)) {
      if (!free.removeIf(i -> shape.keyOf(i).equals(shape.keyOf(row)))) {
        orphans.add(row);
      }
    }
    List<Heir> heirs = new ArrayList<>();
    if (shape.hasChosenIdentity()) {
      for (ObjectNode row : List.copyOf(orphans)) {
        free.stream()
            .filter(i -> shape.identityOf(i).equals(shape.identityOf(row)))
            .findFirst()
            .ifPresent(
                image -> {
                  heirs.add(heir(found, row, image));
                  free.remove(image);
                  orphans.remove(row);
                });
      }
    }
    if (orphans.size() == 1 && free.size() == 1) {
      heirs.add(heir(found, orphans.get(0), free.get(0)));
    }
    return heirs;
  }

  /** What the row wants is set by a later step: here it gets only what the cloud chose. */
  private static Heir heir(Found found, ObjectNode row, ObjectNode cloud) {
    ObjectNode values = cloud.deepCopy();
    boolean setLater = found.resource() instanceof Updates<?>;
    for (Column column : found.shape().columns()) {
      boolean changes = column.isDesired() && !column.forcesReplacement();
      if (setLater && changes && !Shape.canonical(column, row).isNull()) {
        values.set(column.name(), row.get(column.name()));
      }
    }
    return new Heir(RowGraph.rowOf(row), row, values);
  }

  private static List<ObjectNode> former(
      Handle handle, Catalog catalog, RowKey parent, Found found) {
    Shape shape = found.shape();
    RowGraph rows = RowGraph.now(handle, catalog);
    List<ObjectNode> parentRow = rows.rows(parent.table(), List.of(parent));
    Map<RowKey, ObjectNode> former = new LinkedHashMap<>();
    for (Catalog.ForeignKey fk : catalog.referrers(parent.table())) {
      if (fk.table().equals(shape.table()) && !parentRow.isEmpty()) {
        ObjectNode value = Json.object();
        for (int i = 0; i < fk.columns().size(); i++) {
          value.set(fk.columns().get(i), parentRow.get(0).get(fk.targetColumns().get(i)));
        }
        rows.images(
                shape, shape.table(), rows.rowsWhere(shape.table(), fk.columns(), List.of(value)))
            .forEach(image -> former.put(RowGraph.rowOf(image), image));
      }
    }
    return former.values().stream()
        .filter(image -> ownership(found.resource(), image) == Ownership.WITH_PARENT)
        .toList();
  }

  private static <R extends Record> Ownership ownership(Companion<R> resource, ObjectNode image) {
    return resource.ownership(Json.to(image, resource.type()));
  }
}
