package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which rows of a plan its actions refer to, by foreign key or by the text of an assigned key;
 * found once for each action. A row is known by its key after the transaction.
 */
final class References {
  private final Modules modules;
  private final Map<RowKey, RowKey> renamed = new HashMap<>();
  private final Map<String, List<Plan.Action>> byAssignedKey = new HashMap<>();
  private final Map<RowKey, Set<RowKey>> wanted = new HashMap<>();
  private final Map<RowKey, Set<RowKey>> former = new HashMap<>();
  private final Map<RowKey, List<Plan.Action>> wantedBy = new HashMap<>();
  private final Map<RowKey, List<Plan.Action>> formerlyBy = new HashMap<>();

  References(Modules modules, Collection<Plan.Action> actions) {
    this.modules = modules;
    for (Plan.Action action : actions) {
      if (action.rowBefore() != null) {
        renamed.put(RowGraph.rowOf(action.rowBefore()), action.row());
        String id = shape(action).assignedKey(action.rowBefore());
        if (id != null) {
          byAssignedKey.computeIfAbsent(id, i -> new ArrayList<>()).add(action);
        }
      }
    }
    for (Plan.Action action : actions) {
      wanted.put(action.row(), collect(action, action.wanted(), Map.of()));
      former.put(action.row(), collect(action, action.rowBefore(), renamed));
      wanted(action).forEach(r -> wantedBy.computeIfAbsent(r, k -> new ArrayList<>()).add(action));
      former(action)
          .forEach(r -> formerlyBy.computeIfAbsent(r, k -> new ArrayList<>()).add(action));
    }
  }

  private Shape shape(Plan.Action action) {
    return modules.shape(action.row().table());
  }

  /** The rows that an action's resource is to refer to. */
  Set<RowKey> wanted(Plan.Action action) {
    return wanted.get(action.row());
  }

  /** The rows that an action's resource referred to before. */
  Set<RowKey> former(Plan.Action action) {
    return former.get(action.row());
  }

  /** The actions whose resources are to refer to a row. */
  List<Plan.Action> wantedBy(RowKey row) {
    return wantedBy.getOrDefault(row, List.of());
  }

  /** The actions whose resources referred to a row before. */
  List<Plan.Action> formerlyBy(RowKey row) {
    return formerlyBy.getOrDefault(row, List.of());
  }

  /** The row that a foreign key in an image from before the transaction leads to. */
  RowKey formerTarget(JsonNode reference) {
    RowKey row = RowGraph.rowOf(reference);
    return renamed.getOrDefault(row, row);
  }

  private Set<RowKey> collect(Plan.Action action, ObjectNode image, Map<RowKey, RowKey> names) {
    Set<RowKey> result = new LinkedHashSet<>();
    if (image != null) {
      collect(shape(action), image, names, result);
    }
    return result;
  }

  private void collect(Shape shape, JsonNode image, Map<RowKey, RowKey> names, Set<RowKey> result) {
    for (Column column : shape.columns()) {
      JsonNode value = image.get(column.name());
      if (value == null || value.isNull()) {
        continue;
      }
      switch (column.kind()) {
        case REFERENCE -> {
          RowKey row = RowGraph.rowOf(value);
          result.add(names.getOrDefault(row, row));
        }
        case CHILDREN ->
            value.forEach(child -> collect(Shape.of(column.target()), child, names, result));
        default -> {
          if (!column.refersTo().isEmpty()) {
            named(column, value, result);
          }
        }
      }
    }
  }

  private void named(Column column, JsonNode value, Set<RowKey> result) {
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      for (Plan.Action other : byAssignedKey.getOrDefault(id.asText(), List.of())) {
        if (column.refersTo().contains(shape(other).type())) {
          result.add(other.row());
        }
      }
    }
  }
}
