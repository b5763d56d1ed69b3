package io.iasql.engine.commit;

import io.iasql.engine.plan.Steps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The steps that take finished ones back, in reverse order. */
final class Compensation {
  private Compensation() {}

  static List<Journal.Entry> of(String transaction, List<Journal.Entry> applied) {
    Map<Integer, Integer> undoOf = new HashMap<>();
    List<Journal.Entry> undo = new ArrayList<>();
    for (int i = applied.size() - 1; i >= 0; i--) {
      Journal.Entry entry = applied.get(i);
      boolean done = entry.state() == Journal.StepState.DONE && entry.result() != null;
      boolean deleted =
          entry.state() == Journal.StepState.DONE && entry.kind() == Steps.Kind.DELETE;
      boolean left = entry.state() == Journal.StepState.FAILED && entry.result() != null;
      // A column that was set after the creation goes with the resource.
      boolean setLater = entry.kind() == Steps.Kind.UPDATE && entry.before() == null;
      if ((done || deleted || left) && !setLater) {
        undoOf.put(entry.step(), undo.size());
        undo.add(inverse(transaction, undo.size(), entry));
      }
    }
    return withOrder(applied, undo, undoOf);
  }

  private static Journal.Entry inverse(String transaction, int step, Journal.Entry entry) {
    Steps.Kind kind =
        switch (entry.kind()) {
          case CREATE -> Steps.Kind.DELETE;
          case UPDATE -> Steps.Kind.UPDATE;
          case DELETE -> Steps.Kind.CREATE;
        };
    return Journal.entry(
        transaction,
        Journal.Phase.UNDO,
        step,
        kind,
        entry.row(),
        entry.description(),
        entry.region(),
        kind == Steps.Kind.CREATE ? null : entry.result(),
        kind == Steps.Kind.UPDATE ? entry.columns() : List.of(),
        Set.of(),
        Journal.StepState.PENDING);
  }

  /** A waited for B going forward, so undoing B waits for undoing A. */
  private static List<Journal.Entry> withOrder(
      List<Journal.Entry> applied, List<Journal.Entry> undo, Map<Integer, Integer> undoOf) {
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
    return undo.stream()
        .map(
            e ->
                new Journal.Entry(
                    e.phase(),
                    e.step(),
                    e.kind(),
                    e.row(),
                    e.description(),
                    e.region(),
                    e.before(),
                    e.desired(),
                    e.columns(),
                    after.getOrDefault(e.step(), Set.of()),
                    e.token(),
                    e.state(),
                    e.result(),
                    e.error()))
        .toList();
  }
}
