package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The order of work: each action as one or more steps, and for each step the steps that come first.
 * Parents are created before their children and deleted after them; a cycle is broken by a later
 * update where a column allows it.
 */
public final class Steps {

  /** What a step does. */
  public enum Kind {
    CREATE,
    UPDATE,
    DELETE
  }

  /**
   * One call, or a few that belong together.
   *
   * @param number its place, from 0; a step depends on lower numbers only
   * @param kind what it does
   * @param action the action it is part of
   * @param columns for an update the columns it sets; for a creation those it leaves to a later
   *     update
   * @param dependsOn numbers of the steps that must be done first
   */
  public record Step(
      int number, Kind kind, Plan.Action action, List<String> columns, Set<Integer> dependsOn) {}

  private static final class Node {
    final Kind kind;
    final Plan.Action action;
    final Set<String> columns = new TreeSet<>();
    final Set<Node> after = new HashSet<>();

    Node(Kind kind, Plan.Action action) {
      this.kind = kind;
      this.action = action;
    }
  }

  private final Modules modules;
  private final Map<RowKey, Plan.Action> actions = new LinkedHashMap<>();
  private final Map<RowKey, Node> creates = new LinkedHashMap<>();
  private final Map<RowKey, Node> updates = new LinkedHashMap<>();
  private final Map<RowKey, Node> deletes = new LinkedHashMap<>();
  private final Map<RowKey, Node> laters = new LinkedHashMap<>();
  private final Map<RowKey, RowKey> renamed = new HashMap<>();
  private final Set<RowKey> deleteFirst = new HashSet<>();

  private Steps(Modules modules, List<Plan.Action> all) {
    this.modules = modules;
    for (Plan.Action action : all) {
      actions.put(action.row(), action);
      if (action.rowBefore() != null) {
        renamed.put(RowGraph.rowOf(action.rowBefore()), action.row());
      }
      if (action.creates()) {
        creates.put(action.row(), new Node(Kind.CREATE, action));
      }
      if (action.kind() == Plan.Kind.UPDATE) {
        Node update = new Node(Kind.UPDATE, action);
        action.changes().forEach(c -> update.columns.add(c.name()));
        updates.put(action.row(), update);
      }
      if (action.deletes()) {
        deletes.put(action.row(), new Node(Kind.DELETE, action));
      }
      if (action.deleteFirst()) {
        deleteFirst.add(action.row());
      }
    }
  }

  /** Actions in the order in which people read them: by kind, then by table and name. */
  static List<Plan.Action> readingOrder(List<Plan.Action> actions) {
    return actions.stream()
        .sorted(
            Comparator.comparing(Plan.Action::kind)
                .thenComparing(a -> a.row().table())
                .thenComparing(Plan.Action::stable)
                .thenComparing(Plan.Action::row))
        .toList();
  }

  /**
   * The steps of a plan in an order that works.
   *
   * @throws InvalidTransactionException when resources need each other in a circle that no update
   *     can break
   */
  public static List<Step> of(Modules modules, List<Plan.Action> actions) {
    Steps steps = new Steps(modules, actions);
    steps.freeNames();
    steps.spreadDeleteFirst();
    steps.actions.values().forEach(steps::connect);
    return steps.sort();
  }

  private static Shape shape(Modules modules, Plan.Action action) {
    return Shape.of(modules.resource(action.row().table()).orElseThrow().type());
  }

  private Shape shape(Plan.Action action) {
    return shape(modules, action);
  }

  /** A name that another resource gives up in the same plan is free only once that one is gone. */
  private void freeNames() {
    Map<String, RowKey> givenUp = new HashMap<>();
    deletes
        .keySet()
        .forEach(row -> identity(actions.get(row), false).ifPresent(id -> givenUp.put(id, row)));
    creates.forEach(
        (row, create) ->
            identity(create.action, true)
                .map(givenUp::get)
                .filter(holder -> !holder.equals(row))
                .ifPresent(
                    holder -> {
                      deleteFirst.add(holder);
                      create.after.add(deletes.get(holder));
                    }));
  }

  private java.util.Optional<String> identity(Plan.Action action, boolean wanted) {
    Shape shape = shape(action);
    JsonNode image = wanted ? action.wanted() : action.rowBefore();
    if (!shape.hasChosenIdentity() || image == null) {
      return java.util.Optional.empty();
    }
    return java.util.Optional.of(shape.table() + shape.identityOf(image));
  }

  /** Where a parent's old one goes first, its replaced children's old ones go before it. */
  private void spreadDeleteFirst() {
    boolean more = true;
    while (more) {
      more = false;
      for (Plan.Action action : actions.values()) {
        if (action.kind() == Plan.Kind.REPLACE
            && !deleteFirst.contains(action.row())
            && references(action, action.wanted()).stream().anyMatch(deleteFirst::contains)) {
          deleteFirst.add(action.row());
          more = true;
        }
      }
    }
  }

  private void connect(Plan.Action action) {
    RowKey row = action.row();
    Node create = creates.get(row);
    Node update = updates.get(row);
    Node delete = deletes.get(row);
    for (Node node : new Node[] {create, update}) {
      if (node != null) {
        references(action, action.wanted()).stream()
            .map(creates::get)
            .filter(parent -> parent != null && parent != node)
            .forEach(node.after::add);
      }
    }
    if (create != null && delete != null) {
      if (deleteFirst.contains(row)) {
        create.after.add(delete);
      } else {
        delete.after.add(create);
      }
    }
    if (action.rowBefore() != null) {
      for (RowKey parent : references(action, action.rowBefore())) {
        Node parentsEnd = deletes.get(parent);
        if (parentsEnd == null || parent.equals(row)) {
          continue;
        }
        if (delete != null) {
          parentsEnd.after.add(delete);
        } else if (update != null && !deleteFirst.contains(parent)) {
          parentsEnd.after.add(update);
        }
      }
    }
    connectTypes(action, create, delete);
    connectAppliedAfter(action);
  }

  private void connectTypes(Plan.Action action, Node create, Node delete) {
    for (Class<? extends Record> type :
        modules.resource(action.row().table()).orElseThrow().after()) {
      String table = Shape.of(type).table();
      for (Plan.Action other : actions.values()) {
        if (!other.row().table().equals(table) || !other.region().equals(action.region())) {
          continue;
        }
        if (create != null && creates.containsKey(other.row())) {
          create.after.add(creates.get(other.row()));
        }
        if (delete != null && other.kind() == Plan.Kind.DELETE) {
          deletes.get(other.row()).after.add(delete);
        }
      }
    }
  }

  private void connectAppliedAfter(Plan.Action action) {
    for (Column column : shape(action).columns()) {
      if (column.appliedAfter().isEmpty()) {
        continue;
      }
      Set<Node> first = new HashSet<>();
      for (Plan.Action other : actions.values()) {
        if (!column.appliedAfter().contains(shape(other).type())) {
          continue;
        }
        if (references(other, other.wanted()).contains(action.row())) {
          first.add(creates.getOrDefault(other.row(), updates.get(other.row())));
        } else if (references(other, other.rowBefore()).contains(action.row())) {
          first.add(deletes.get(other.row()));
        }
      }
      first.remove(null);
      if (first.isEmpty()) {
        continue;
      }
      Node update = updates.get(action.row());
      if (update != null && update.columns.contains(column.name())) {
        update.after.addAll(first);
      } else if (creates.containsKey(action.row())
          && action.changes().stream().anyMatch(c -> c.name().equals(column.name()))) {
        postpone(creates.get(action.row()), column.name()).after.addAll(first);
      }
    }
  }

  private Node postpone(Node create, String column) {
    Node later =
        laters.computeIfAbsent(create.action.row(), r -> new Node(Kind.UPDATE, create.action));
    later.columns.add(column);
    later.after.add(create);
    create.columns.add(column);
    return later;
  }

  /** The rows that an image refers to, by foreign key or by the text of an assigned key. */
  private Set<RowKey> references(Plan.Action action, JsonNode image) {
    Set<RowKey> result = new HashSet<>();
    if (image != null) {
      collect(shape(action), image, result);
    }
    return result;
  }

  private void collect(Shape shape, JsonNode image, Set<RowKey> result) {
    for (Column column : shape.columns()) {
      JsonNode value = image.get(column.name());
      if (value == null || value.isNull()) {
        continue;
      }
      switch (column.kind()) {
        case REFERENCE -> {
          RowKey row = RowGraph.rowOf(value);
          result.add(renamed.getOrDefault(row, row));
        }
        case CHILDREN -> value.forEach(child -> collect(Shape.of(column.target()), child, result));
        default -> {
          if (!column.refersTo().isEmpty()) {
            named(column, value, result);
          }
        }
      }
    }
  }

  private void named(Column column, JsonNode value, Set<RowKey> result) {
    for (Plan.Action other : actions.values()) {
      if (other.rowBefore() != null && column.refersTo().contains(shape(other).type())) {
        String id = Speculation.assignedKey(shape(other), other.rowBefore());
        if (id != null && Speculation.names(value, id)) {
          result.add(other.row());
        }
      }
    }
  }

  // Sort -----------------------------------------------------------------------------------------

  private List<Step> sort() {
    while (true) {
      Map<Node, Integer> numbers = new LinkedHashMap<>();
      Set<Node> stuck = number(numbers);
      if (stuck.isEmpty()) {
        return steps(numbers);
      }
      breakCycle(stuck);
    }
  }

  private List<Node> nodes() {
    List<Node> all = new ArrayList<>(creates.values());
    all.addAll(updates.values());
    all.addAll(laters.values());
    all.addAll(deletes.values());
    return all;
  }

  /** Kahn's algorithm; returns the nodes that no order reaches. */
  private Set<Node> number(Map<Node, Integer> numbers) {
    List<Node> all = nodes();
    Map<Node, Integer> open = new LinkedHashMap<>();
    Map<Node, List<Node>> next = new HashMap<>();
    for (Node node : all) {
      open.put(node, node.after.size());
      node.after.forEach(first -> next.computeIfAbsent(first, n -> new ArrayList<>()).add(node));
    }
    Deque<Node> ready = new ArrayDeque<>();
    all.stream().filter(n -> n.after.isEmpty()).forEach(ready::add);
    while (!ready.isEmpty()) {
      Node node = ready.remove();
      numbers.put(node, numbers.size());
      for (Node follower : next.getOrDefault(node, List.of())) {
        if (open.merge(follower, -1, Integer::sum) == 0) {
          ready.add(follower);
        }
      }
    }
    Set<Node> stuck = new HashSet<>(all);
    stuck.removeAll(numbers.keySet());
    return stuck;
  }

  private void breakCycle(Set<Node> stuck) {
    List<Node> inOrder =
        stuck.stream().sorted(Comparator.comparing((Node n) -> n.action.row())).toList();
    for (Node node : inOrder) {
      if (node.kind != Kind.CREATE) {
        continue;
      }
      for (Column column : shape(node.action).references()) {
        JsonNode value = node.action.wanted().get(column.name());
        if (column.forcesReplacement() || value == null || value.isNull()) {
          continue;
        }
        Node parent = creates.get(RowGraph.rowOf(value));
        if (parent != null && stuck.contains(parent) && node.after.remove(parent)) {
          postpone(node, column.name()).after.add(parent);
          return;
        }
      }
    }
    throw new InvalidTransactionException(
        List.of(
            "no order of work exists for "
                + inOrder.stream()
                    .map(n -> n.action.row().toString())
                    .distinct()
                    .collect(Collectors.joining(", "))
                + ": they need each other; split the change into two transactions"));
  }

  private static List<Step> steps(Map<Node, Integer> numbers) {
    List<Step> result = new ArrayList<>();
    numbers.forEach(
        (node, number) ->
            result.add(
                new Step(
                    number,
                    node.kind,
                    node.action,
                    List.copyOf(node.columns),
                    node.after.stream()
                        .map(numbers::get)
                        .collect(Collectors.toCollection(TreeSet::new)))));
    return result;
  }
}
