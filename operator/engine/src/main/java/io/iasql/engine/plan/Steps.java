package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.Creates;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The order of work: each action as one or more steps, and for each step the steps that come first.
 * Parents are created before their children and deleted after them; a ring is broken by a later
 * update, or by letting go first, where a column allows it.
 */
public final class Steps {

  /** What a step does. */
  public enum Kind {
    CREATE,
    UPDATE,
    /** Takes references away, so that what they name can go. */
    RELEASE,
    DELETE
  }

  /**
   * One call, or a few that belong together.
   *
   * @param number its place, from 0; a step depends on lower numbers only
   * @param kind what it does
   * @param action the action it is part of
   * @param columns for an update or a release the columns it changes; for a creation those it
   *     leaves to a later update
   * @param dependsOn numbers of the steps that must be done first
   */
  public record Step(
      int number, Kind kind, Plan.Action action, List<String> columns, Set<Integer> dependsOn) {

    /** Whether the cloud is called: what comes along goes along, too. */
    public boolean calls() {
      return action.calls() && !(action.comesAlong() && kind == Kind.DELETE);
    }

    /** Whether this is the deletion of a part that is there and goes without a call. */
    public boolean goesWithItsResource() {
      return kind == Kind.DELETE && !action.calls() && action.part() && action.before() != null;
    }
  }

  private final Modules modules;
  private final Map<RowKey, Plan.Action> actions = new LinkedHashMap<>();
  private final References references;

  /** Where each new resource comes to be; for one that comes along with its parent, its update. */
  private final Map<RowKey, StepNode> creates = new LinkedHashMap<>();

  private final Map<RowKey, StepNode> updates = new LinkedHashMap<>();
  private final Map<RowKey, StepNode> laters = new LinkedHashMap<>();
  private final Map<RowKey, StepNode> releases = new LinkedHashMap<>();
  private final Map<RowKey, StepNode> deletes = new LinkedHashMap<>();
  private final Set<RowKey> deleteFirst = new HashSet<>();

  private Steps(Modules modules, List<Plan.Action> all) {
    this.modules = modules;
    for (Plan.Action action : all) {
      actions.put(action.row(), action);
      if (action.comesAlong()) {
        creates.put(action.row(), update(action));
      } else if (action.creates()) {
        creates.put(action.row(), new StepNode(Kind.CREATE, action));
      }
      if (action.kind() == Plan.Kind.UPDATE) {
        updates.put(action.row(), update(action));
      }
      if (action.deletes()) {
        deletes.put(action.row(), new StepNode(Kind.DELETE, action));
      }
      if (action.deleteFirst()) {
        deleteFirst.add(action.row());
      }
    }
    this.references = new References(modules, all);
  }

  private static StepNode update(Plan.Action action) {
    StepNode node = new StepNode(Kind.UPDATE, action);
    action.changes().forEach(c -> node.columns.add(c.name()));
    return node;
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
    steps.freePlaces();
    steps.spreadDeleteFirst();
    steps.actions.values().forEach(steps::connect);
    steps.connectTypes();
    return steps.sorted();
  }

  private Shape shape(Plan.Action action) {
    return modules.shape(action.row().table());
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
                .ifPresent(holder -> afterDeletion(create, holder)));
  }

  /** The same of what cannot exist beside another resource, whatever the two are called. */
  private void freePlaces() {
    Map<String, List<StepNode>> made =
        creates.values().stream().collect(Collectors.groupingBy(Steps::table));
    Map<String, List<StepNode>> gone =
        deletes.values().stream().collect(Collectors.groupingBy(Steps::table));
    made.forEach(
        (table, creations) -> {
          List<StepNode> deletions = gone.getOrDefault(table, List.of());
          if (!deletions.isEmpty()
              && modules.resource(table).orElseThrow() instanceof Creates<?> resource) {
            freePlaces(resource, creations, deletions);
          }
        });
  }

  private <R extends Record> void freePlaces(
      Creates<R> resource, List<StepNode> creations, List<StepNode> deletions) {
    Map<StepNode, R> current = new LinkedHashMap<>();
    for (StepNode deletion : deletions) {
      if (deletion.action.before() != null) {
        current.put(deletion, Json.to(deletion.action.before(), resource.type()));
      }
    }
    for (StepNode creation : creations) {
      R desired = Json.to(creation.action.wanted(), resource.type());
      current.forEach(
          (deletion, holder) -> {
            if (resource.excludes(holder, desired)) {
              afterDeletion(creation, deletion.action.row());
            }
          });
    }
  }

  /** Whether a replacement's own old one goes first is said by its action. */
  private void afterDeletion(StepNode create, RowKey holder) {
    if (!holder.equals(create.action.row())) {
      deleteFirst.add(holder);
      create.after.add(deletes.get(holder));
    }
  }

  private static String table(StepNode node) {
    return node.action.row().table();
  }

  private Optional<String> identity(Plan.Action action, boolean wanted) {
    Shape shape = shape(action);
    JsonNode image = wanted ? action.wanted() : action.rowBefore();
    if (!shape.hasChosenIdentity() || image == null) {
      return Optional.empty();
    }
    return Optional.of(shape.table() + shape.identityOf(image));
  }

  /** Where a parent's old one goes first, its replaced children's old ones go before it. */
  private void spreadDeleteFirst() {
    Deque<RowKey> open = new ArrayDeque<>(deleteFirst);
    while (!open.isEmpty()) {
      for (Plan.Action child : references.wantedBy(open.remove())) {
        if (child.kind() == Plan.Kind.REPLACE && deleteFirst.add(child.row())) {
          open.add(child.row());
        }
      }
    }
  }

  // Connect --------------------------------------------------------------------------------------

  private void connect(Plan.Action action) {
    RowKey row = action.row();
    StepNode create = creates.get(row);
    StepNode update = updates.get(row);
    StepNode delete = deletes.get(row);
    for (StepNode node : new StepNode[] {create, update}) {
      if (node != null) {
        references.wanted(action).stream()
            .map(creates::get)
            .filter(parent -> parent != null && parent != node)
            .forEach(node.after::add);
      }
    }
    if (create != null) {
      postponeSelfReferences(create);
    }
    if (create != null && delete != null) {
      if (deleteFirst.contains(row)) {
        create.after.add(delete);
      } else {
        delete.after.add(create);
      }
    }
    for (RowKey parent : references.former(action)) {
      StepNode parentsEnd = deletes.get(parent);
      if (parentsEnd == null || parent.equals(row)) {
        continue;
      }
      if (delete != null) {
        parentsEnd.after.add(delete);
      } else if (update != null) {
        if (!deleteFirst.contains(parent)) {
          parentsEnd.after.add(update);
        } else {
          release(action, parent).ifPresent(update.after::add);
        }
      }
    }
    connectAppliedAfter(action);
  }

  /** A resource can name itself only once it is there. */
  private void postponeSelfReferences(StepNode create) {
    for (Column column : shape(create.action).references()) {
      JsonNode value = create.action.wanted().get(column.name());
      boolean itself =
          value != null
              && !value.isNull()
              && RowGraph.rowOf(value).equals(create.action.row())
              && create.kind == Kind.CREATE
              && !column.forcesReplacement();
      if (itself) {
        postpone(create, column.name());
      }
    }
  }

  private StepNode postpone(StepNode create, String column) {
    StepNode later =
        laters.computeIfAbsent(create.action.row(), r -> new StepNode(Kind.UPDATE, create.action));
    later.columns.add(column);
    later.after.add(create);
    create.columns.add(column);
    return later;
  }

  /** Lets go of a row before that one is deleted; empty when no column can be emptied in place. */
  private Optional<StepNode> release(Plan.Action action, RowKey parent) {
    List<Column> holding =
        shape(action).references().stream()
            .filter(
                c -> {
                  JsonNode value = action.rowBefore().get(c.name());
                  return value != null
                      && !value.isNull()
                      && references.formerTarget(value).equals(parent);
                })
            .toList();
    if (holding.isEmpty() || holding.stream().anyMatch(Column::forcesReplacement)) {
      return Optional.empty();
    }
    StepNode release =
        releases.computeIfAbsent(action.row(), r -> new StepNode(Kind.RELEASE, action));
    holding.forEach(c -> release.columns.add(c.name()));
    deletes.get(parent).after.add(release);
    return Optional.of(release);
  }

  private void connectTypes() {
    Map<String, List<Plan.Action>> byPlace =
        actions.values().stream().collect(Collectors.groupingBy(Steps::place));
    for (Plan.Action action : actions.values()) {
      StepNode create = creates.get(action.row());
      StepNode delete = deletes.get(action.row());
      for (Class<? extends Record> type :
          modules.resource(action.row().table()).orElseThrow().after()) {
        String place = Shape.of(type).table() + " " + action.region();
        for (Plan.Action other : byPlace.getOrDefault(place, List.of())) {
          if (create != null && creates.containsKey(other.row())) {
            create.after.add(creates.get(other.row()));
          }
          if (delete != null && other.kind() == Plan.Kind.DELETE) {
            deletes.get(other.row()).after.add(delete);
          }
        }
      }
    }
  }

  private static String place(Plan.Action action) {
    return action.row().table() + " " + action.region();
  }

  private void connectAppliedAfter(Plan.Action action) {
    for (Column column : shape(action).columns()) {
      if (column.appliedAfter().isEmpty()) {
        continue;
      }
      Set<StepNode> first = new HashSet<>();
      for (Plan.Action other : references.wantedBy(action.row())) {
        if (column.appliedAfter().contains(shape(other).type())) {
          first.add(creates.getOrDefault(other.row(), updates.get(other.row())));
        }
      }
      for (Plan.Action other : references.formerlyBy(action.row())) {
        if (column.appliedAfter().contains(shape(other).type())
            && !references.wanted(other).contains(action.row())) {
          first.add(deletes.get(other.row()));
        }
      }
      first.remove(null);
      if (first.isEmpty()) {
        continue;
      }
      StepNode update = updates.get(action.row());
      StepNode create = creates.get(action.row());
      if (update != null && update.columns.contains(column.name())) {
        update.after.addAll(first);
      } else if (create != null
          && create.kind == Kind.CREATE
          && !Shape.canonical(column, action.wanted()).isNull()) {
        postpone(create, column.name()).after.addAll(first);
      }
    }
  }

  // Sort -----------------------------------------------------------------------------------------

  private List<Step> sorted() {
    Map<StepNode, Integer> numbers = new WorkOrder(this::nodes, this::breakRing).numbers();
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

  private List<StepNode> nodes() {
    List<StepNode> all = new ArrayList<>(creates.values());
    all.addAll(updates.values());
    all.addAll(laters.values());
    all.addAll(releases.values());
    all.addAll(deletes.values());
    return all;
  }

  private void breakRing(Set<StepNode> ring) {
    List<StepNode> inOrder =
        ring.stream().sorted(Comparator.comparing((StepNode n) -> n.action.row())).toList();
    for (StepNode node : inOrder) {
      if (node.kind == Kind.CREATE ? breakCreation(ring, node) : breakDeletion(ring, node)) {
        return;
      }
    }
    throw new InvalidTransactionException(
        List.of(
            "no order of work exists for "
                + inOrder.stream()
                    .map(n -> n.action.row().table() + " " + n.action.description())
                    .distinct()
                    .collect(Collectors.joining(", "))
                + ": they need each other; split the change into two transactions"));
  }

  private boolean breakCreation(Set<StepNode> ring, StepNode node) {
    for (Column column : shape(node.action).references()) {
      JsonNode value = node.action.wanted().get(column.name());
      if (column.forcesReplacement() || value == null || value.isNull()) {
        continue;
      }
      StepNode parent = creates.get(RowGraph.rowOf(value));
      if (parent != null && ring.contains(parent) && node.after.remove(parent)) {
        postpone(node, column.name()).after.add(parent);
        return true;
      }
    }
    return false;
  }

  private boolean breakDeletion(Set<StepNode> ring, StepNode node) {
    if (node.kind != Kind.DELETE) {
      return false;
    }
    for (RowKey parent : references.former(node.action)) {
      StepNode parentsEnd = deletes.get(parent);
      if (ring.contains(parentsEnd) && parentsEnd.after.contains(node)) {
        Optional<StepNode> release = release(node.action, parent);
        if (release.isPresent()) {
          parentsEnd.after.remove(node);
          node.after.add(release.get());
          return true;
        }
      }
    }
    return false;
  }
}
