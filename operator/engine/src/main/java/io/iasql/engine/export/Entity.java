package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.store.Catalog.ForeignKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One row through the changes: as it was, as it is to be, and as it is at a point of the text. A
 * state is null while the row is not there.
 */
final class Entity {

  /** From which end of the changes values are. */
  enum Side {
    BEFORE,
    AFTER
  }

  /** A row's values, and the rows that its foreign keys lead to. */
  static final class State {
    private final World world;
    private final String table;
    private final Side side;
    private final ObjectNode values;
    private final ObjectNode told;
    private final Map<ForeignKey, Entity> links = new HashMap<>();

    State(World world, String table, Side side, ObjectNode values, ObjectNode told) {
      this.world = world;
      this.table = table;
      this.side = side;
      this.values = values;
      this.told = told;
    }

    /** A column as the text says it. */
    JsonNode get(String column) {
      JsonNode value = told.get(column);
      return value == null ? NullNode.getInstance() : value;
    }

    boolean has(String column) {
      return told.hasNonNull(column);
    }

    /** A column as the text is to say it, to be looked at as a whole. */
    ObjectNode told() {
      return told;
    }

    /** Whether a column has the same value in this environment. */
    boolean agrees(String column, State other) {
      return Objects.equals(values.get(column), other.values.get(column));
    }

    /** The row as this environment has it, by which others are found. */
    ObjectNode values() {
      return values;
    }

    /** The row that a foreign key leads to, or null. */
    Entity link(ForeignKey fk) {
      if (!links.containsKey(fk)) {
        links.put(fk, world.resolve(fk, values, side));
      }
      return links.get(fk);
    }

    /** This state with some columns as they are in another. */
    State with(Collection<String> columns, State other) {
      State mixed = new State(world, table, side, values.deepCopy(), told.deepCopy());
      for (String column : columns) {
        mixed.values.set(column, other.values.get(column));
        mixed.told.set(column, other.told.get(column));
      }
      for (ForeignKey fk : world.links(table)) {
        mixed.links.put(fk, (columns.contains(fk.columns().get(0)) ? other : this).link(fk));
      }
      return mixed;
    }

    /** This state without the values of some columns. */
    State without(Collection<String> columns) {
      State mixed = with(List.of(), this);
      columns.forEach(mixed.values::putNull);
      columns.forEach(mixed.told::putNull);
      for (ForeignKey fk : world.links(table)) {
        if (columns.contains(fk.columns().get(0))) {
          mixed.links.put(fk, null);
        }
      }
      return mixed;
    }

    /** This state with a text in a column. */
    State with(String column, String text) {
      State mixed = with(List.of(), this);
      mixed.values.put(column, text);
      mixed.told.put(column, text);
      return mixed;
    }
  }

  private final int number;
  private final String table;
  private final State before;
  private final State after;
  private State now;
  private int inserted;

  Entity(int number, String table, State before, State after) {
    this.number = number;
    this.table = table;
    this.before = before;
    this.after = after;
    this.now = before;
  }

  /** A number that no other row of this export has. */
  int number() {
    return number;
  }

  String table() {
    return table;
  }

  State before() {
    return before;
  }

  State after() {
    return after;
  }

  /** As it is at this point of the text. */
  State now() {
    return now;
  }

  void now(State state) {
    now = state;
  }

  /** When the text inserted it: a later one has a greater number; 0 for a row that was there. */
  int inserted() {
    return inserted;
  }

  void inserted(int order) {
    inserted = order;
  }

  /** The best known state by which the row can be named. */
  State named() {
    return now != null ? now : before != null ? before : after;
  }
}
