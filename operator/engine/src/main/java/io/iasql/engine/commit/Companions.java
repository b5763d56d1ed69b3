package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
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

  /** A row of a former companion, and the resource that stands for it from now on. */
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
      if (context.modules().resource(table).orElse(null) instanceof Companion<?> companion) {
        found.add(new Found(companion, images(companion, made)));
      }
    }
    return found;
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
      modules
          .companion(table, parent.getClass())
          .map(c -> new Found(c, c.listOf(scope, parent).map(Json::ofRecord).toList()))
          .ifPresent(found::add);
    }
    return found;
  }

  /**
   * Which of the found resources stand for which rows of former companions: those of the same key,
   * else of the same chosen identity, else those alone in what people can set, as the route within
   * a network whose addresses are others now; at last the only one for the only row.
   *
   * @param owners the rows of the new resource and of what has been found to come along with it:
   *     former companions are the rows that refer to one of them
   */
  static List<Heir> heirs(Handle handle, Catalog catalog, Collection<RowKey> owners, Found found) {
    Shape shape = found.shape();
    List<ObjectNode> free = new ArrayList<>(found.images());
    List<ObjectNode> orphans = new ArrayList<>(former(handle, catalog, owners, found));
    List<Heir> heirs = new ArrayList<>();
    for (Function<ObjectNode, JsonNode> trait : traits(shape)) {
      for (ObjectNode row : List.copyOf(orphans)) {
        List<ObjectNode> alike = having(trait, trait.apply(row), free);
        if (alike.size() == 1 && having(trait, trait.apply(row), orphans).size() == 1) {
          heirs.add(heir(found, row, alike.get(0)));
          free.remove(alike.get(0));
          orphans.remove(row);
        }
      }
    }
    return heirs;
  }

  /** What two resources of a kind may have in common, the surest first. */
  private static List<Function<ObjectNode, JsonNode>> traits(Shape shape) {
    List<Function<ObjectNode, JsonNode>> traits = new ArrayList<>();
    traits.add(shape::keyOf);
    if (shape.hasChosenIdentity()) {
      traits.add(shape::identityOf);
    }
    traits.add(image -> changeable(shape, image));
    traits.add(image -> NullNode.instance);
    return traits;
  }

  private static ObjectNode changeable(Shape shape, ObjectNode image) {
    ObjectNode values = Json.object();
    shape.columns().stream()
        .filter(Companions::isChangeable)
        .forEach(c -> values.set(c.name(), Shape.canonical(c, image)));
    return values;
  }

  private static boolean isChangeable(Column column) {
    return column.isDesired() && !column.forcesReplacement();
  }

  private static List<ObjectNode> having(
      Function<ObjectNode, JsonNode> trait, JsonNode value, List<ObjectNode> images) {
    return images.stream().filter(image -> trait.apply(image).equals(value)).toList();
  }

  /** What the row wants is set by a later step: here it gets only what the cloud chose. */
  private static Heir heir(Found found, ObjectNode row, ObjectNode cloud) {
    ObjectNode values = cloud.deepCopy();
    boolean setLater = found.resource() instanceof Updates<?>;
    for (Column column : found.shape().columns()) {
      if (setLater && isChangeable(column) && !Shape.canonical(column, row).isNull()) {
        values.set(column.name(), row.get(column.name()));
      }
    }
    return new Heir(RowGraph.rowOf(row), row, values);
  }

  private static List<ObjectNode> former(
      Handle handle, Catalog catalog, Collection<RowKey> owners, Found found) {
    Shape shape = found.shape();
    RowGraph rows = RowGraph.now(handle, catalog);
    Map<RowKey, ObjectNode> former = new LinkedHashMap<>();
    owners.stream()
        .collect(Collectors.groupingBy(RowKey::table, TreeMap::new, Collectors.toList()))
        .forEach(
            (table, ofTable) -> {
              List<ObjectNode> ownerRows = rows.rows(table, ofTable);
              for (Catalog.ForeignKey fk : catalog.referrers(table)) {
                if (fk.table().equals(shape.table())) {
                  rows.images(
                          shape,
                          shape.table(),
                          rows.rowsWhere(shape.table(), fk.columns(), references(fk, ownerRows)))
                      .forEach(image -> former.put(RowGraph.rowOf(image), image));
                }
              }
            });
    return former.values().stream()
        .filter(image -> Modules.ownership(found.resource(), image) == Ownership.WITH_PARENT)
        .toList();
  }

  /**
   * The rows that name a resource by its key, came with it and go with it: the routes to the
   * service of an endpoint.
   */
  static List<RowKey> goingWith(
      Handle handle, Catalog catalog, Modules modules, Class<? extends Record> named, String id) {
    RowGraph rows = RowGraph.now(handle, catalog);
    List<RowKey> going = new ArrayList<>();
    for (String table : catalog.parentsFirst()) {
      Companion<?> companion = modules.companion(table, named).orElse(null);
      if (companion == null) {
        continue;
      }
      Shape shape = Shape.of(companion.type());
      for (Column column : shape.columns()) {
        if (column.refersTo().contains(named) && column.kind() == Column.Kind.VALUE) {
          ObjectNode value = Json.object().put(column.sqlName(), id);
          List<ObjectNode> found = rows.rowsWhere(table, List.of(column.sqlName()), List.of(value));
          rows.images(shape, table, found).stream()
              .filter(image -> Modules.ownership(companion, image) == Ownership.WITH_PARENT)
              .forEach(image -> going.add(RowGraph.rowOf(image)));
        }
      }
    }
    return going;
  }

  private static List<ObjectNode> references(Catalog.ForeignKey fk, List<ObjectNode> targets) {
    List<ObjectNode> values = new ArrayList<>();
    for (ObjectNode target : targets) {
      ObjectNode value = Json.object();
      for (int i = 0; i < fk.columns().size(); i++) {
        value.set(fk.columns().get(i), target.get(fk.targetColumns().get(i)));
      }
      values.add(value);
    }
    return values;
  }
}
