package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Entity.State;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.store.Catalog.ForeignKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Says which rows are meant and what happens to them, without what an account assigns. */
final class Described {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int DEPTH = 6;
  private static final int MAX_TEXT = 200;

  private final World world;
  private final Keys keys;

  Described(World world, Keys keys) {
    this.world = world;
    this.keys = keys;
  }

  /** What the text does to rows. */
  List<RowChange> changes(Exported exported) {
    List<RowChange> all = new ArrayList<>();
    for (Entity entity : exported.inserts()) {
      if (!exported.deletes().contains(entity)) {
        all.add(change(exported, entity, Plan.Kind.CREATE, inserted(exported, entity)));
      }
    }
    exported
        .updates()
        .forEach(
            (e, columns) -> all.add(change(exported, e, updated(exported, e, columns), columns)));
    for (Entity entity : exported.deletes()) {
      boolean again = exported.inserts().contains(entity);
      all.add(
          change(
              exported,
              entity,
              again ? Plan.Kind.REPLACE : Plan.Kind.DELETE,
              again ? inserted(exported, entity) : Set.of()));
    }
    return all;
  }

  /** The changed rows of which the text says nothing because it was asked not to. */
  List<RowChange> leftOut(Exported exported) {
    return exported.elsewhere().stream()
        .map(
            e ->
                change(
                    exported,
                    e,
                    e.before() == null
                        ? Plan.Kind.CREATE
                        : e.after() == null ? Plan.Kind.DELETE : Plan.Kind.UPDATE,
                    Set.of()))
        .toList();
  }

  private Collection<String> inserted(Exported exported, Entity entity) {
    return world.tables().catalog().columns(entity.table()).stream()
        .filter(c -> exported.isInserted(entity, c))
        .filter(entity.after()::has)
        .toList();
  }

  private static Plan.Kind updated(Exported exported, Entity entity, Collection<String> columns) {
    return columns.stream()
            .flatMap(c -> exported.column(entity.table(), c).stream())
            .anyMatch(Column::forcesReplacement)
        ? Plan.Kind.REPLACE
        : Plan.Kind.UPDATE;
  }

  private RowChange change(
      Exported exported, Entity entity, Plan.Kind kind, Collection<String> columns) {
    State state = entity.before() == null ? entity.after() : entity.before();
    Map<String, JsonNode> values = new TreeMap<>();
    columns.forEach(c -> values.put(c, value(exported, entity, c)));
    return new RowChange(
        kind,
        entity.table(),
        text(state, entity.table()),
        identity(state, entity.table(), DEPTH),
        values,
        entity.after() == null ? entity.before().values() : entity.after().values());
  }

  private JsonNode value(Exported exported, Entity entity, String column) {
    State state = entity.after();
    Optional<Column> known = exported.column(entity.table(), column);
    if (known.map(Column::writeOnly).orElse(false)) {
      return JSON.textNode(RowChange.HIDDEN);
    }
    if (known.isPresent() && !known.get().refersTo().isEmpty()) {
      return named(known.get(), state.get(column));
    }
    boolean plain = known.isEmpty() || known.get().kind() == Column.Kind.REFERENCE;
    return plain
        ? value(state, entity.table(), column, DEPTH)
        : Shape.canonical(known.get(), state.told());
  }

  private JsonNode named(Column column, JsonNode value) {
    if (!value.isArray()) {
      Entity target =
          value.isNull() ? null : world.byAssignedKey(column.refersTo(), value.asText());
      return target == null ? value : identity(named(target), target.table(), DEPTH);
    }
    List<JsonNode> all = new ArrayList<>();
    value.forEach(v -> all.add(named(column, v)));
    if (column.unordered()) {
      all.sort(Comparator.comparing(JsonNode::toString));
    }
    ArrayNode array = JSON.arrayNode();
    return array.addAll(all);
  }

  private static State named(Entity entity) {
    return entity.before() == null ? entity.after() : entity.before();
  }

  private JsonNode value(State state, String table, String column, int depth) {
    ForeignKey fk =
        world.tables().foreignKey(table, column).filter(world.links(table)::contains).orElse(null);
    Entity target = fk == null ? null : state.link(fk);
    if (target == null) {
      return state.get(column);
    }
    return world.tables().byGeneratedKey(fk)
        ? identity(named(target), target.table(), depth - 1)
        : named(target).get(fk.targetColumns().get(0));
  }

  private JsonNode identity(State state, String table, int depth) {
    ObjectNode result = Json.object();
    if (depth == 0) {
      return result;
    }
    for (String column : named(state, table)) {
      JsonNode value = value(state, table, column, depth);
      if (!value.isNull()) {
        result.set(column, value);
      }
    }
    return result;
  }

  private List<String> named(State state, String table) {
    List<String> columns =
        world.adaptation().nameOf(table, state.values()).orElseGet(() -> keys.lasting(table));
    return columns.stream().sorted().toList();
  }

  /** What people know a row by: its identity's values, else what is set of it. */
  String text(State state, String table) {
    boolean chosen = keys.identity(table).isPresent();
    return shortened(words(identity(state, table, DEPTH), chosen));
  }

  private static String words(JsonNode identity, boolean valuesOnly) {
    List<String> words = new ArrayList<>();
    identity
        .fields()
        .forEachRemaining(
            f -> {
              JsonNode value = f.getValue();
              if (f.getKey().equals("region") || (value.isBoolean() && !value.asBoolean())) {
                return;
              }
              String text =
                  value.isObject() && !value.isEmpty() && !f.getKey().equals("tags")
                      ? "(" + words(value, false) + ")"
                      : value.isValueNode() ? value.asText() : value.toString();
              words.add(valuesOnly ? text : f.getKey() + "=" + text);
            });
    return String.join(" ", words);
  }

  private static String shortened(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
  }
}
