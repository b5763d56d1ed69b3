package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Entity.Side;
import io.iasql.engine.export.Entity.State;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Catalog.ForeignKey;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.Sql;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * The changed rows and those they refer to, at both ends of the changes and at the point of the
 * text that is being written.
 */
final class World {
  private final Catalog catalog;
  private final Modules modules;
  private final Tables tables;
  private final Map<Side, RowGraph> graphs;
  private final RowGraph newest;
  private final Set<Entity> changed = new LinkedHashSet<>();
  private final Handle handle;
  private final Map<Side, Map<RowKey, Entity>> byKey =
      Map.of(Side.BEFORE, new HashMap<>(), Side.AFTER, new HashMap<>());
  private final Map<RowKey, Entity> unchanged = new HashMap<>();
  private final Map<String, List<ForeignKey>> links = new HashMap<>();
  private final Map<Side, Map<String, Map<String, Entity>>> byColumns =
      Map.of(Side.BEFORE, new HashMap<>(), Side.AFTER, new HashMap<>());
  private final Map<Likeness, Map<String, Set<Entity>>> alike = new HashMap<>();
  private final Map<Entity, Set<Entity>> referrers = new HashMap<>();
  private final Adaptation adaptation;
  private int insertions;

  /** Columns by which rows of a table are compared. */
  private record Likeness(String table, List<String> columns, boolean anyCase) {}

  /**
   * @param rows the net change
   * @param later what has happened to the rows since
   * @param adaptation what is otherwise where the text is to run
   */
  World(
      Handle handle,
      Tables tables,
      Modules modules,
      List<NetChange.Row> rows,
      List<NetChange.Row> later,
      Adaptation adaptation) {
    this.handle = handle;
    this.adaptation = adaptation;
    this.catalog = tables.catalog();
    this.modules = modules;
    this.tables = tables;
    Map<String, Map<RowKey, ObjectNode>> overlay = new HashMap<>();
    putBack(overlay, later);
    RowGraph after = RowGraph.before(handle, catalog, copy(overlay));
    putBack(overlay, rows);
    this.graphs = Map.of(Side.BEFORE, RowGraph.before(handle, catalog, overlay), Side.AFTER, after);
    this.newest = RowGraph.now(handle, catalog);
    rows.forEach(this::add);
    prefetch();
  }

  private void putBack(Map<String, Map<RowKey, ObjectNode>> overlay, List<NetChange.Row> rows) {
    for (NetChange.Row row : rows) {
      overlay.computeIfAbsent(row.key().table(), t -> new HashMap<>()).put(row.key(), null);
    }
    for (NetChange.Row row : rows) {
      if (row.before() != null) {
        overlay.get(row.key().table()).put(row.keyBefore(catalog), row.before());
      }
    }
  }

  private static Map<String, Map<RowKey, ObjectNode>> copy(
      Map<String, Map<RowKey, ObjectNode>> overlay) {
    Map<String, Map<RowKey, ObjectNode>> result = new HashMap<>();
    overlay.forEach((table, rows) -> result.put(table, new HashMap<>(rows)));
    return result;
  }

  private void add(NetChange.Row row) {
    String table = row.key().table();
    Entity entity = entity(table, row.before(), row.after());
    changed.add(entity);
    if (row.before() != null) {
      byKey.get(Side.BEFORE).put(row.keyBefore(catalog), entity);
    }
    if (row.after() != null) {
      byKey.get(Side.AFTER).put(row.key(), entity);
    }
  }

  private Entity entity(String table, ObjectNode before, ObjectNode after) {
    return new Entity(
        changed.size() + unchanged.size() + 1,
        table,
        before == null ? null : state(table, Side.BEFORE, before),
        after == null ? null : state(table, Side.AFTER, after));
  }

  private State state(String table, Side side, ObjectNode values) {
    return new State(this, table, side, values, adaptation.told(table, values));
  }

  /** What is otherwise where the text is to run. */
  Adaptation adaptation() {
    return adaptation;
  }

  /** Fetches in batches what changed rows refer to. */
  private void prefetch() {
    Map<ForeignKey, Map<Side, List<ObjectNode>>> wanted = new HashMap<>();
    for (Entity entity : changed) {
      for (ForeignKey fk : links(entity.table())) {
        for (Side side : Side.values()) {
          State state = side == Side.BEFORE ? entity.before() : entity.after();
          if (state != null && fk.columns().stream().allMatch(state::has)) {
            wanted
                .computeIfAbsent(fk, f -> new HashMap<>())
                .computeIfAbsent(side, s -> new ArrayList<>())
                .add(target(fk, state.values()));
          }
        }
      }
    }
    wanted.forEach(
        (fk, sides) ->
            sides.forEach(
                (side, values) ->
                    graphs.get(side).rowsWhere(fk.target(), fk.targetColumns(), values)));
  }

  Collection<Entity> changed() {
    return changed;
  }

  /** Takes a row among the changed ones that stays as it is. */
  void touch(Entity entity) {
    if (changed.add(entity)) {
      RowKey key = RowKey.of(catalog, entity.table(), entity.before().values());
      unchanged.remove(key);
      byKey.values().forEach(m -> m.put(key, entity));
      links.clear();
      byColumns.values().forEach(Map::clear);
    }
  }

  /** The foreign keys of a table that decide on the order of work or on what is written. */
  List<ForeignKey> links(String table) {
    return links.computeIfAbsent(
        table,
        t -> {
          Set<String> touched = new HashSet<>();
          changed.forEach(e -> touched.add(e.table()));
          return tables.foreignKeys(t).stream()
              .filter(
                  f ->
                      tables.byGeneratedKey(f)
                          || touched.contains(f.target())
                          || adaptation.renames(f.target()))
              .toList();
        });
  }

  // Finding rows ---------------------------------------------------------------------------------

  private static ObjectNode target(ForeignKey fk, ObjectNode values) {
    ObjectNode result = Json.object();
    for (int i = 0; i < fk.columns().size(); i++) {
      result.set(fk.targetColumns().get(i), values.get(fk.columns().get(i)));
    }
    return result;
  }

  /** The row that a foreign key leads to at one end of the changes, or null. */
  Entity resolve(ForeignKey fk, ObjectNode values, Side side) {
    if (!fk.columns().stream().allMatch(values::hasNonNull)) {
      return null;
    }
    return find(fk.target(), fk.targetColumns(), target(fk, values), side).stream()
        .findFirst()
        .orElse(null);
  }

  /** The rows with these values at one end of the changes. */
  List<Entity> find(String table, List<String> columns, ObjectNode values, Side side) {
    Entity known =
        byColumns
            .get(side)
            .computeIfAbsent(table + columns, k -> index(table, columns, side))
            .get(RowKey.pick(values, columns).toString());
    return known != null
        ? List.of(known)
        : entities(graphs.get(side).rowsWhere(table, columns, List.of(values)), table, side);
  }

  private Map<String, Entity> index(String table, List<String> columns, Side side) {
    Map<String, Entity> result = new HashMap<>();
    for (Entity entity : changed) {
      State state = side == Side.BEFORE ? entity.before() : entity.after();
      if (entity.table().equals(table) && state != null) {
        result.put(RowKey.pick(state.values(), columns).toString(), entity);
      }
    }
    return result;
  }

  private List<Entity> entities(List<ObjectNode> rows, String table, Side side) {
    return rows.stream().map(r -> entity(RowKey.of(catalog, table, r), r, side)).toList();
  }

  private Entity entity(RowKey key, ObjectNode row, Side side) {
    Entity entity = byKey.get(side).get(key);
    if (entity == null) {
      entity = unchanged.get(key);
    }
    if (entity == null) {
      entity = entity(key.table(), row, row);
      unchanged.put(key, entity);
    }
    return entity;
  }

  /** The row to which the cloud assigned this key, or null. */
  Entity byAssignedKey(Collection<Class<? extends Record>> types, String id) {
    for (Class<? extends Record> type : types) {
      Shape shape = Shape.of(type);
      if (catalog.columns(shape.table()).isEmpty()) {
        continue;
      }
      List<String> column = assignedKey(shape);
      ObjectNode value = Json.object().put(column.get(0), id);
      for (Side side : Side.values()) {
        List<Entity> found = find(shape.table(), column, value, side);
        if (!found.isEmpty()) {
          return found.get(0);
        }
      }
      List<Entity> found =
          entities(
              newest.rowsWhere(shape.table(), column, List.of(value)), shape.table(), Side.AFTER);
      if (!found.isEmpty()) {
        return found.get(0);
      }
    }
    return null;
  }

  /** The one column that the cloud assigns and by whose text others name the resource. */
  static List<String> assignedKey(Shape shape) {
    return shape.key().stream()
        .filter(c -> c.assigned() && c.kind() == Column.Kind.VALUE)
        .map(Column::sqlName)
        .limit(1)
        .toList();
  }

  /** The rows that refer to this one at both ends of the changes. */
  Set<Entity> lastingReferrers(Entity entity) {
    Set<Entity> result = new LinkedHashSet<>();
    for (ForeignKey fk : catalog.referrers(entity.table())) {
      ObjectNode value = Json.object();
      for (int i = 0; i < fk.columns().size(); i++) {
        value.set(fk.columns().get(i), entity.after().get(fk.targetColumns().get(i)));
      }
      for (Entity other :
          entities(
              graphs.get(Side.AFTER).rowsWhere(fk.table(), fk.columns(), List.of(value)),
              fk.table(),
              Side.AFTER)) {
        if (other.before() != null && other.before().link(fk) == entity) {
          result.add(other);
        }
      }
    }
    return result;
  }

  /** The images of rows with what they refer to, as modules know them. */
  List<ObjectNode> images(Shape shape, List<State> states, Side side) {
    return graphs
        .get(side)
        .images(shape, shape.table(), states.stream().map(State::values).toList());
  }

  Modules modules() {
    return modules;
  }

  Tables tables() {
    return tables;
  }

  // The point of the text ------------------------------------------------------------------------

  /** Begins the text: what refers to what now. */
  void begin() {
    for (Entity entity : changed) {
      refer(entity, entity.now());
    }
  }

  private void refer(Entity entity, State state) {
    if (state != null) {
      for (ForeignKey fk : links(entity.table())) {
        Entity target = state.link(fk);
        if (target != null && target != entity) {
          referrers.computeIfAbsent(target, t -> new LinkedHashSet<>()).add(entity);
        }
      }
    }
  }

  /** The text has brought a row to this state; null for deleted. */
  void move(Entity entity, State state) {
    State old = entity.now();
    if (old != null) {
      for (ForeignKey fk : links(entity.table())) {
        Entity target = old.link(fk);
        if (target != null) {
          remove(referrers.get(target), entity);
        }
      }
    } else {
      entity.inserted(++insertions);
    }
    if (old != null) {
      alike.forEach(
          (by, rows) -> {
            if (by.table().equals(entity.table())) {
              remove(rows.get(token(by, old)), entity);
            }
          });
    }
    entity.now(state);
    refer(entity, state);
    if (state != null) {
      alike.forEach(
          (by, rows) -> {
            if (by.table().equals(entity.table())) {
              rows.computeIfAbsent(token(by, state), t -> new LinkedHashSet<>()).add(entity);
            }
          });
    }
  }

  private static void remove(Set<Entity> rows, Entity entity) {
    if (rows != null) {
      rows.remove(entity);
    }
  }

  /** The changed rows that refer to a row at this point of the text. */
  Set<Entity> referrers(Entity entity) {
    return referrers.getOrDefault(entity, Set.of());
  }

  /**
   * The changed rows of a table that are like a state in some columns at this point of the text.
   */
  Set<Entity> alike(String table, State state, List<String> columns, boolean anyCase) {
    Likeness by = new Likeness(table, columns, anyCase);
    Map<String, Set<Entity>> rows = alike.get(by);
    if (rows == null) {
      rows = new HashMap<>();
      for (Entity entity : changed) {
        if (entity.table().equals(table) && entity.now() != null) {
          rows.computeIfAbsent(token(by, entity.now()), t -> new LinkedHashSet<>()).add(entity);
        }
      }
      alike.put(by, rows);
    }
    return rows.getOrDefault(token(by, state), Set.of());
  }

  /** The rows that the changes left alone and that are like a state in some columns. */
  List<Entity> unchangedAlike(String table, State state, List<String> columns) {
    List<String> comparable =
        columns.stream()
            .filter(state::has)
            .filter(c -> !tables.attribute(table, c).json() && !tables.attribute(table, c).array())
            .toList();
    Likeness by = new Likeness(table, columns, false);
    String token = token(by, state);
    List<ObjectNode> rows =
        comparable.isEmpty()
            ? all(table)
            : graphs
                .get(Side.BEFORE)
                .rowsWhere(table, comparable, List.of(RowKey.pick(state.values(), comparable)));
    return entities(rows, table, Side.BEFORE).stream()
        .filter(e -> !changed.contains(e) && token(by, e.now()).equals(token))
        .toList();
  }

  /** The rows of a table that has no column to search by. */
  private List<ObjectNode> all(String table) {
    return handle
        .createQuery("SELECT to_jsonb(t)::text FROM public." + Sql.quote(table) + " t")
        .mapTo(String.class)
        .map(Json::parseObject)
        .filter(r -> !byKey.get(Side.AFTER).containsKey(RowKey.of(catalog, table, r)))
        .list();
  }

  /** Equal for states that are like each other; a row stands for whatever its key was and is. */
  private String token(Likeness by, State state) {
    StringBuilder text = new StringBuilder();
    for (String column : by.columns()) {
      Entity target =
          tables
              .foreignKey(by.table(), column)
              .filter(f -> links(by.table()).contains(f))
              .map(state::link)
              .orElse(null);
      JsonNode value = state.get(column);
      text.append(target != null ? "row " + target.number() : value).append('\n');
    }
    return by.anyCase() ? text.toString().toLowerCase(Locale.ROOT) : text.toString();
  }
}
