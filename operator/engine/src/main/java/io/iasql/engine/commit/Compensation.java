package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The steps that take finished ones back, in reverse order. */
final class Compensation {
  private final String transaction;
  private final List<Journal.Entry> applied;
  private final Modules modules;
  private final Map<RowKey, RowKey> former;
  private final Set<Integer> stayed;
  private final Map<RowKey, List<String>> released = new HashMap<>();
  private final Set<RowKey> deleted = new HashSet<>();
  private final List<Journal.Entry> undo = new ArrayList<>();
  private final Map<Integer, Integer> undoOf = new HashMap<>();

  private Compensation(
      String transaction,
      List<Journal.Entry> applied,
      Modules modules,
      Map<RowKey, RowKey> former) {
    this.transaction = transaction;
    this.applied = applied;
    this.modules = modules;
    this.former = former;
    this.stayed = partsThatStayed(applied);
    for (Journal.Entry entry : applied) {
      if (entry.state() == Journal.StepState.DONE) {
        if (entry.kind() == Steps.Kind.RELEASE) {
          released.put(entry.row(), entry.columns());
        } else if (entry.kind() == Steps.Kind.DELETE) {
          deleted.add(entry.row());
        }
      }
    }
  }

  /**
   * The steps for a failed commit.
   *
   * @param applied the commit's steps
   * @param former the keys that rows had before the transaction, by those they have after it
   */
  static List<Journal.Entry> of(
      String transaction,
      List<Journal.Entry> applied,
      Modules modules,
      Map<RowKey, RowKey> former) {
    return new Compensation(transaction, applied, modules, former).steps();
  }

  /**
   * Deletions of parts without a call whose resource, with which they were to go, is still there.
   */
  static Set<Integer> partsThatStayed(List<Journal.Entry> applied) {
    Set<Integer> waitedFor = new HashSet<>();
    applied.stream()
        .filter(e -> e.state() != Journal.StepState.DONE)
        .forEach(e -> waitedFor.addAll(e.dependsOn()));
    return applied.stream()
        .filter(e -> e.kind() == Steps.Kind.DELETE && e.before() == null)
        .map(Journal.Entry::step)
        .filter(waitedFor::contains)
        .collect(Collectors.toSet());
  }

  private List<Journal.Entry> steps() {
    for (int i = applied.size() - 1; i >= 0; i--) {
      Journal.Entry entry = applied.get(i);
      if (isToBeTakenBack(entry)) {
        undoOf.put(entry.step(), undo.size());
        undo.add(inverse(entry));
      }
    }
    return withLateColumns(inOrder());
  }

  private boolean isToBeTakenBack(Journal.Entry entry) {
    boolean done = entry.state() == Journal.StepState.DONE;
    // What a failed step left behind is taken back, too.
    boolean left = entry.state() == Journal.StepState.FAILED && entry.result() != null;
    return switch (entry.kind()) {
      case CREATE -> (done && entry.result() != null) || left;
      // What was set after the creation goes with the resource.
      case UPDATE -> (done || left) && (entry.before() != null || comesAlong(entry));
      case RELEASE -> done || left;
      case DELETE -> done && !stayed.contains(entry.step());
    };
  }

  /** Whether the resource comes anew with another one, with nothing of what it was given before. */
  private static boolean comesAlong(Journal.Entry entry) {
    return entry.kind() == Steps.Kind.UPDATE && entry.before() == null && entry.desired() != null;
  }

  private Journal.Entry inverse(Journal.Entry entry) {
    boolean letGo = released.containsKey(entry.row());
    if (comesAlong(entry)) {
      return entry(Steps.Kind.UPDATE, entry, null, entry.columns()).asking(entry.desired());
    }
    return switch (entry.kind()) {
      case CREATE -> entry(Steps.Kind.DELETE, entry, entry.result(), List.of());
      // The new resource must let go of what the old one named, before that can come back.
      case UPDATE ->
          letGo
              ? entry(Steps.Kind.RELEASE, entry, entry.result(), released.get(entry.row()))
              : entry(Steps.Kind.UPDATE, entry, entry.result(), entry.columns())
                  .asking(entry.before());
      case RELEASE -> {
        ObjectNode now = deleted.contains(entry.row()) ? null : entry.result();
        yield entry(Steps.Kind.UPDATE, entry, now, columnsToSetAgain(entry)).asking(entry.before());
      }
      case DELETE ->
          entry(Steps.Kind.CREATE, entry, null, released.getOrDefault(entry.row(), List.of()))
              .asking(entry.before() == null ? entry.desired() : entry.before());
    };
  }

  /** What was let go of, and what the update that followed changed besides. */
  private List<String> columnsToSetAgain(Journal.Entry release) {
    Set<String> columns = new TreeSet<>(release.columns());
    if (!deleted.contains(release.row())) {
      applied.stream()
          .filter(e -> e.kind() == Steps.Kind.UPDATE && e.row().equals(release.row()))
          .filter(e -> e.before() != null)
          .forEach(e -> columns.addAll(e.columns()));
    }
    return List.copyOf(columns);
  }

  private Journal.Entry entry(
      Steps.Kind kind, Journal.Entry of, ObjectNode before, List<String> columns) {
    return Journal.entry(
        transaction,
        Journal.Phase.UNDO,
        undo.size(),
        kind,
        former.getOrDefault(of.row(), of.row()),
        of.description(),
        of.region(),
        before,
        columns,
        Set.of(),
        Journal.StepState.PENDING);
  }

  /** A waited for B going forward, so undoing B waits for undoing A. */
  private List<Journal.Entry> inOrder() {
    Map<Integer, Set<Integer>> after = new HashMap<>();
    for (Journal.Entry entry : applied) {
      Integer first = undoOf.get(entry.step());
      for (Integer earlier : entry.dependsOn()) {
        Integer then = undoOf.get(earlier);
        if (first != null && then != null) {
          after.computeIfAbsent(then, t -> new TreeSet<>()).add(first);
        }
      }
    }
    return undo.stream().map(e -> e.after(after.getOrDefault(e.step(), Set.of()))).toList();
  }

  /** Columns that need other resources to be in place are set once those are. */
  private List<Journal.Entry> withLateColumns(List<Journal.Entry> steps) {
    List<Journal.Entry> result = new ArrayList<>();
    List<Journal.Entry> late = new ArrayList<>();
    for (Journal.Entry entry : steps) {
      Set<String> columns = new TreeSet<>(entry.columns());
      Set<Integer> after = new TreeSet<>(Set.of(entry.step()));
      if (entry.kind() == Steps.Kind.CREATE) {
        for (Column column : shape(entry.row()).columns()) {
          Set<Integer> first = stepsOf(steps, column.appliedAfter());
          if (!first.isEmpty() && !Shape.canonical(column, entry.desired()).isNull()) {
            columns.add(column.name());
            after.addAll(first);
          }
        }
      }
      if (columns.size() == entry.columns().size()) {
        result.add(entry);
        continue;
      }
      Set<String> own = new TreeSet<>(columns);
      own.removeAll(entry.columns());
      result.add(entry.setting(List.copyOf(columns)));
      late.add(
          Journal.entry(
                  transaction,
                  Journal.Phase.UNDO,
                  steps.size() + late.size(),
                  Steps.Kind.UPDATE,
                  entry.row(),
                  entry.description(),
                  entry.region(),
                  null,
                  List.copyOf(own),
                  after,
                  Journal.StepState.PENDING)
              .asking(entry.desired()));
    }
    result.addAll(late);
    return result;
  }

  private Set<Integer> stepsOf(List<Journal.Entry> steps, List<Class<? extends Record>> types) {
    return steps.stream()
        .filter(e -> types.contains(shape(e.row()).type()))
        .map(Journal.Entry::step)
        .collect(Collectors.toSet());
  }

  private Shape shape(RowKey row) {
    return modules.shape(row.table());
  }

  /**
   * What a step asks for: its row's image. Taking back, the cloud gets what it had, which may
   * differ from what the row said; only references are the row's, because what they name may have
   * another key by now.
   */
  static ObjectNode wanted(Shape shape, Journal.Entry entry, Map<RowKey, ObjectNode> images) {
    ObjectNode image = images.get(entry.row());
    if (entry.phase() != Journal.Phase.UNDO || entry.desired() == null) {
      return image;
    }
    if (image == null) {
      return entry.desired();
    }
    ObjectNode wanted = image.deepCopy();
    for (Column column : shape.columns()) {
      boolean reference =
          column.kind() == Column.Kind.REFERENCE
              || column.kind() == Column.Kind.CHILDREN
              || !column.refersTo().isEmpty();
      JsonNode had = entry.desired().get(column.name());
      if (!reference && !column.assigned() && had != null) {
        wanted.set(column.name(), had);
      }
    }
    return wanted;
  }
}
