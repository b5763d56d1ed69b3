package io.iasql.engine.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Entity.Side;
import io.iasql.engine.export.Entity.State;
import io.iasql.engine.store.Catalog.ForeignKey;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Ownership;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the changes people could have made, and so can make elsewhere. What comes with an
 * account or with another resource is there without being inserted.
 */
final class Exported {
  private final World world;
  private final Tables tables;
  private final Set<Entity> inserts = new LinkedHashSet<>();
  private final Map<Entity, Set<String>> updates = new LinkedHashMap<>();
  private final Set<Entity> deletes = new LinkedHashSet<>();
  private final Set<Entity> comingAlong = new HashSet<>();
  private final Set<Entity> elsewhere = new LinkedHashSet<>();
  private final Map<Entity, List<String>> secrets = new HashMap<>();
  private final Map<Side, Map<Entity, Ownership>> ownership =
      Map.of(Side.BEFORE, new HashMap<>(), Side.AFTER, new HashMap<>());

  /**
   * @param anew rows that are deleted and inserted again, although they are there at both ends
   */
  Exported(World world, Set<Entity> anew) {
    this.world = world;
    this.tables = world.tables();
    Map<String, List<Entity>> byTable = new LinkedHashMap<>();
    world.changed().forEach(e -> byTable.computeIfAbsent(e.table(), t -> new ArrayList<>()).add(e));
    byTable.forEach(
        (table, rows) ->
            resource(table)
                .ifPresent(
                    r -> {
                      own(r, rows, Side.BEFORE);
                      own(r, rows, Side.AFTER);
                    }));
    // Owners before their children, parents before what goes along with them.
    for (String table : tables.catalog().parentsFirst()) {
      byTable.getOrDefault(table, List.of()).forEach(e -> decide(e, anew.contains(e)));
    }
    byTable.values().forEach(rows -> rows.forEach(this::goWithParent));
  }

  private Optional<CloudResource<?>> resource(String table) {
    return world.modules().resource(table);
  }

  private void own(CloudResource<?> resource, List<Entity> rows, Side side) {
    List<Entity> present = rows.stream().filter(e -> state(e, side) != null).toList();
    Shape shape = Shape.of(resource.type());
    List<ObjectNode> images =
        world.images(shape, present.stream().map(e -> state(e, side)).toList(), side);
    for (int i = 0; i < images.size(); i++) {
      ownership.get(side).put(present.get(i), ownership(resource, images.get(i)));
    }
  }

  private static State state(Entity entity, Side side) {
    return side == Side.BEFORE ? entity.before() : entity.after();
  }

  /** Whose a row is, by its image. */
  static <R extends Record> Ownership ownership(CloudResource<R> resource, ObjectNode image) {
    R record;
    try {
      record = Json.to(image, resource.type());
    } catch (IllegalArgumentException unreadable) {
      // Such a row is a person's mistake and no account's: AWS's own can all be read.
      return Ownership.OWN;
    }
    return resource.ownership(record);
  }

  private Ownership ownership(Entity entity, Side side) {
    return ownership.get(side).getOrDefault(entity, Ownership.OWN);
  }

  private void decide(Entity entity, boolean anew) {
    if (isLeftOut(entity)) {
      elsewhere.add(entity);
      if (entity.before() == null) {
        comingAlong.add(entity);
      }
      return;
    }
    if (entity.before() == null && isThereAlready(entity)) {
      elsewhere.add(entity);
      comingAlong.add(entity);
      return;
    }
    if (entity.before() == null || anew) {
      insert(entity);
    }
    if (entity.after() == null || anew) {
      delete(entity);
    }
    if (anew && !(inserts.contains(entity) && deletes.contains(entity))) {
      inserts.remove(entity);
      deletes.remove(entity);
      comingAlong.remove(entity);
    }
    if (entity.before() != null && entity.after() != null && !anew) {
      Set<String> columns = changedColumns(entity);
      if (!columns.isEmpty()) {
        updates.put(entity, columns);
      }
    }
  }

  /** Left out itself, or part of what is. */
  private boolean isLeftOut(Entity entity) {
    for (State state : Arrays.asList(entity.before(), entity.after())) {
      if (state != null
          && (world.adaptation().leavesOut(entity.table(), state.values())
              || owners(entity, state).stream().anyMatch(this::isLeftOut))) {
        return true;
      }
    }
    return false;
  }

  /** Whether another row is meant that the other environment has. */
  private boolean isThereAlready(Entity entity) {
    return world.adaptation().nameOf(entity.table(), entity.after().values()).isPresent();
  }

  private void insert(Entity entity) {
    boolean possible = resource(entity.table()).map(r -> r instanceof Creates<?>).orElse(true);
    boolean ownersThere = owners(entity, entity.after()).stream().noneMatch(comingAlong::contains);
    if (possible && ownersThere && ownership(entity, Side.AFTER) == Ownership.OWN) {
      inserts.add(entity);
      noteSecrets(entity);
    } else {
      comingAlong.add(entity);
    }
  }

  /** The resources that a row of a child table is part of. */
  private List<Entity> owners(Entity entity, State state) {
    List<Entity> owners = new ArrayList<>();
    if (resource(entity.table()).isEmpty()) {
      for (ForeignKey fk : world.links(entity.table())) {
        boolean owner =
            resource(fk.target()).stream()
                .flatMap(r -> Shape.of(r.type()).columns().stream())
                .anyMatch(
                    c ->
                        c.childTable().equals(entity.table())
                            && c.ownerColumn().equals(fk.columns().get(0)));
        if (owner && state.link(fk) != null) {
          owners.add(state.link(fk));
        }
      }
    }
    return owners;
  }

  private void delete(Entity entity) {
    boolean possible = resource(entity.table()).map(r -> r instanceof Deletes<?>).orElse(true);
    if (possible && ownership(entity, Side.BEFORE) == Ownership.OWN) {
      deletes.add(entity);
    }
  }

  /** What goes with its parent is deleted when the parent is: its row may stand in the way. */
  private void goWithParent(Entity entity) {
    if (entity.after() == null
        && ownership(entity, Side.BEFORE) == Ownership.WITH_PARENT
        && goes(entity, new HashSet<>())) {
      deletes.add(entity);
    }
  }

  private boolean goes(Entity entity, Set<Entity> seen) {
    return entity.before() != null
        && seen.add(entity)
        && world.links(entity.table()).stream()
            .map(entity.before()::link)
            .filter(Objects::nonNull)
            .anyMatch(parent -> deletes.contains(parent) || goes(parent, seen));
  }

  private Set<String> changedColumns(Entity entity) {
    Set<String> columns = new LinkedHashSet<>();
    for (String column : tables.catalog().columns(entity.table())) {
      if (differs(entity, column) && mayChange(entity, column)) {
        columns.add(column);
      }
    }
    noteSecrets(entity);
    return columns;
  }

  private boolean differs(Entity entity, String column) {
    State before = entity.before();
    State after = entity.after();
    // A reference to the same row may have another value: PostgreSQL carries a new key over.
    return (!before.get(column).equals(after.get(column)) || !before.agrees(column, after))
        && world.links(entity.table()).stream()
            .filter(f -> f.columns().contains(column))
            .noneMatch(f -> before.link(f) != null && before.link(f) == after.link(f));
  }

  private boolean mayChange(Entity entity, String column) {
    if (tables.attribute(entity.table(), column).generated()) {
      return false;
    }
    CloudResource<?> resource = resource(entity.table()).orElse(null);
    Column known = column(entity.table(), column).orElse(null);
    if (resource == null || known == null) {
      return true;
    }
    if (known.assigned() || (known.writeOnly() && !asks(entity, column))) {
      return false;
    }
    if (known.local()) {
      return true;
    }
    Ownership ownership = ownership(entity, Side.BEFORE);
    return known.forcesReplacement()
        ? resource instanceof Creates<?>
            && resource instanceof Deletes<?>
            && ownership == Ownership.OWN
        : resource instanceof Updates<?> && ownership != Ownership.PROTECTED;
  }

  /** What a module's record says of a column, if the cloud knows it. */
  Optional<Column> column(String table, String column) {
    return resource(table).stream()
        .flatMap(r -> Shape.of(r.type()).columns().stream())
        .filter(c -> c.sqlName().equals(column))
        .findFirst();
  }

  /** Whether a write-only value is given and asked for where the text runs. */
  private boolean asks(Entity entity, String column) {
    return entity.after().has(column)
        && world.adaptation().parameter(entity.table(), entity.after().told(), column).isPresent();
  }

  private void noteSecrets(Entity entity) {
    for (String column : tables.catalog().columns(entity.table())) {
      boolean secret = column(entity.table(), column).map(Column::writeOnly).orElse(false);
      boolean given =
          entity.after().has(column)
              && (entity.before() == null
                  || !entity.after().get(column).equals(entity.before().get(column)));
      if (secret && given) {
        secrets.computeIfAbsent(entity, e -> new ArrayList<>()).add(column);
      }
    }
  }

  /** Whether a column is written when a row is inserted. */
  boolean isInserted(Entity entity, String column) {
    String table = entity.table();
    boolean given =
        entity.after().has(column) || tables.catalog().defaultOf(table, column).isPresent();
    return given
        && !tables.attribute(table, column).generated()
        && column(table, column)
            .map(c -> !c.assigned() && (!c.writeOnly() || asks(entity, column)))
            .orElse(true);
  }

  /** The rows to be inserted. */
  Set<Entity> inserts() {
    return inserts;
  }

  /** The rows to be changed, with the columns to be set. */
  Map<Entity, Set<String>> updates() {
    return updates;
  }

  /** The rows to be deleted. */
  Set<Entity> deletes() {
    return deletes;
  }

  /**
   * Whether a row is new and this text does not insert it: AWS makes it along with the account or
   * with another resource, or it is {@linkplain #elsewhere() there by other means}.
   */
  boolean comesAlong(Entity entity) {
    return comingAlong.contains(entity);
  }

  /** The changed rows about which the text says nothing because it was asked not to. */
  Set<Entity> elsewhere() {
    return elsewhere;
  }

  /** The write-only columns of each row that were given and stay here. */
  Map<Entity, List<String>> secrets() {
    return secrets;
  }
}
