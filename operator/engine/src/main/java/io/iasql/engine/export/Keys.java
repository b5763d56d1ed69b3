package io.iasql.engine.export;

import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Entity.State;
import io.iasql.engine.store.Catalog.ForeignKey;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * By which columns a row is named in another database: the identity that people chose, where there
 * is one, else everything that people decide, nulls too. Ids and names that the cloud assigned are
 * never among them.
 */
final class Keys {

  /**
   * A row's name.
   *
   * @param columns the columns to compare
   * @param certain whether a constraint or AWS itself forbids a second row like it
   * @param like how many rows of this database are like it, this one included
   * @param newer how many of them the text inserted after this one, or -1 where the text did not
   *     insert it
   */
  record Name(List<String> columns, boolean certain, int like, int newer) {
    boolean ambiguous() {
      return like > 1 && newer < 0;
    }
  }

  private record Level(List<String> columns, boolean certain) {}

  private final World world;
  private final Tables tables;
  private final Modules modules;
  private final Map<String, List<Level>> levels = new HashMap<>();

  Keys(World world) {
    this.world = world;
    this.tables = world.tables();
    this.modules = world.modules();
  }

  /** How to name a row at this point of the text. */
  Name of(Entity entity) {
    State state = entity.named();
    Optional<List<String>> given = world.adaptation().nameOf(entity.table(), state.values());
    if (given.isPresent()) {
      return new Name(given.get(), false, 1, -1);
    }
    Name last = null;
    for (Level level : levels.computeIfAbsent(entity.table(), this::levels)) {
      List<String> columns = withoutImplied(entity.table(), level.columns(), state);
      boolean unique =
          tables.uniques(entity.table()).stream().anyMatch(u -> covers(u, level.columns()));
      if (level.certain()) {
        if (unique || columns.stream().allMatch(state::has)) {
          return new Name(columns, true, 1, -1);
        }
        // An identity with gaps tells nothing apart.
        continue;
      }
      Set<Entity> like = new LinkedHashSet<>(world.alike(entity.table(), state, columns, false));
      like.addAll(world.unchangedAlike(entity.table(), state, columns));
      like.add(entity);
      int newer =
          entity.inserted() == 0
              ? -1
              : (int) like.stream().filter(e -> e.inserted() > entity.inserted()).count();
      last = new Name(columns, false, like.size(), newer);
      if (like.size() == 1) {
        return last;
      }
    }
    return last;
  }

  private static boolean covers(Tables.Unique unique, List<String> columns) {
    return unique.nullsAgree() && columns.containsAll(unique.columns());
  }

  /** A column that only accompanies a reference follows from it. */
  private List<String> withoutImplied(String table, List<String> columns, State state) {
    Set<String> implied = new HashSet<>();
    for (String column : columns) {
      tables
          .foreignKey(table, column)
          .filter(f -> state.has(column))
          .ifPresent(f -> implied.addAll(f.columns().subList(1, f.columns().size())));
    }
    return columns.stream().filter(c -> !implied.contains(c)).toList();
  }

  private List<Level> levels(String table) {
    Optional<Shape> known = modules.resource(table).map(r -> Shape.of(r.type()));
    List<Level> result = new ArrayList<>();
    if (known.isEmpty()) {
      tables.uniques(table).forEach(u -> result.add(new Level(u.columns(), true)));
      List<String> all =
          tables.catalog().columns(table).stream()
              .filter(c -> !tables.attribute(table, c).generated())
              .toList();
      result.add(new Level(all, false));
      return result;
    }
    Shape shape = known.get();
    if (shape.hasChosenIdentity()) {
      Set<String> chosen = new LinkedHashSet<>();
      shape.identity().forEach(c -> chosen.add(c.sqlName()));
      shape.key().stream().filter(c -> !c.assigned()).forEach(c -> chosen.add(c.sqlName()));
      List<String> primary = tables.catalog().primaryKey(table);
      result.add(new Level(chosen.containsAll(primary) ? primary : List.copyOf(chosen), true));
    }
    result.add(new Level(columns(shape, false), false));
    result.add(new Level(columns(shape, true), false));
    return result;
  }

  /** What people decide; policies, which AWS completes in its own way, only where it takes them. */
  private List<String> columns(Shape shape, boolean policies) {
    return shape.columns().stream()
        .filter(c -> mayName(shape, c))
        .filter(c -> policies || c.kind() != Column.Kind.POLICY)
        .map(Column::sqlName)
        .toList();
  }

  private boolean isFlag(Shape shape, Column column) {
    int position = shape.columns().indexOf(column);
    RecordComponent component = shape.type().getRecordComponents()[position];
    return component.getType() == Boolean.class
        && !tables.catalog().isNullable(shape.table(), column.sqlName());
  }

  private boolean mayName(Shape shape, Column column) {
    // Which kind of resource it is, such as a VPC's main route table, is the same everywhere.
    boolean decided =
        column.isDesired() || column.kind() == Column.Kind.REFERENCE || isFlag(shape, column);
    return decided
        && column.kind() != Column.Kind.CHILDREN
        && !column.local()
        && !column.writeOnly()
        && column.refersTo().isEmpty()
        && (column.identity()
            || column.kind() != Column.Kind.REFERENCE
            || !leadsTo(Shape.of(column.target()), shape, new HashSet<>()));
  }

  /** Rows that name each other would have names without end. */
  private static boolean leadsTo(Shape from, Shape to, Set<Shape> seen) {
    return from.equals(to)
        || (seen.add(from)
            && from.references().stream().anyMatch(c -> leadsTo(Shape.of(c.target()), to, seen)));
  }

  /** The columns of a table that are an identity which people choose. */
  Optional<List<String>> identity(String table) {
    return modules
        .resource(table)
        .map(r -> Shape.of(r.type()))
        .filter(Shape::hasChosenIdentity)
        .map(s -> levels.computeIfAbsent(table, this::levels).get(0).columns());
  }

  /**
   * The columns that say which row of a table it is, whatever the point of the text: the chosen
   * identity, else what people decide.
   */
  List<String> lasting(String table) {
    List<Level> all = levels.computeIfAbsent(table, this::levels);
    return all.get(0).columns();
  }

  /** The rows that a row's name names besides. */
  List<Entity> within(Entity entity, Name name) {
    List<Entity> result = new ArrayList<>();
    for (String column : name.columns()) {
      for (ForeignKey fk : world.links(entity.table())) {
        if (fk.columns().get(0).equals(column) && entity.named().link(fk) != null) {
          result.add(entity.named().link(fk));
        }
      }
    }
    return result;
  }
}
