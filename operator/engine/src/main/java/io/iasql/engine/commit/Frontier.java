package io.iasql.engine.commit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The edge between steps that have ended and steps that have not: which can begin now and which
 * never will. Each step is looked at once for each step it waits for, however many there are.
 */
final class Frontier {
  private final Map<Integer, Journal.Entry> open = new HashMap<>();
  private final Map<Integer, Set<Integer>> waitingFor = new HashMap<>();
  private final Map<Integer, List<Integer>> followers = new HashMap<>();
  private final Set<Integer> ready = new TreeSet<>();
  private final Map<Integer, Journal.Entry> hopeless = new TreeMap<>();
  private boolean unsure;

  Frontier(List<Journal.Entry> entries) {
    for (Journal.Entry entry : entries) {
      if (!isFinal(entry.state())) {
        open.put(entry.step(), entry);
      }
    }
    for (Journal.Entry entry : open.values()) {
      Set<Integer> first = new HashSet<>(entry.dependsOn());
      first.retainAll(open.keySet());
      waitingFor.put(entry.step(), first);
      first.forEach(f -> followers.computeIfAbsent(f, k -> new ArrayList<>()).add(entry.step()));
      if (first.isEmpty()) {
        ready.add(entry.step());
      }
    }
    Set<Integer> failed = new HashSet<>();
    for (Journal.Entry entry : entries) {
      if (entry.state() == Journal.StepState.FAILED || entry.state() == Journal.StepState.SKIPPED) {
        failed.add(entry.step());
      }
    }
    for (Journal.Entry entry : entries) {
      if (entry.dependsOn().stream().anyMatch(failed::contains)) {
        giveUp(entry.step());
      }
    }
  }

  private static boolean isFinal(Journal.StepState state) {
    return state != Journal.StepState.PENDING && state != Journal.StepState.STARTED;
  }

  /** Takes up to {@code limit} steps that can begin now, in their order. */
  List<Journal.Entry> takeReady(int limit) {
    List<Journal.Entry> taken = new ArrayList<>();
    for (Integer step : List.copyOf(ready)) {
      if (taken.size() >= limit) {
        break;
      }
      ready.remove(step);
      taken.add(open.remove(step));
    }
    return taken;
  }

  /** Takes the steps that will never begin. */
  List<Journal.Entry> takeHopeless() {
    List<Journal.Entry> taken = List.copyOf(hopeless.values());
    hopeless.clear();
    return taken;
  }

  /** A step that was taken has ended. */
  void ended(int step, Outcome outcome) {
    if (outcome instanceof Outcome.Unknown) {
      unsure = true;
      return;
    }
    for (Integer follower : followers.getOrDefault(step, List.of())) {
      if (outcome instanceof Outcome.Failed) {
        giveUp(follower);
      } else if (open.containsKey(follower)) {
        Set<Integer> first = waitingFor.get(follower);
        first.remove(step);
        if (first.isEmpty()) {
          ready.add(follower);
        }
      }
    }
  }

  private void giveUp(int start) {
    List<Integer> path = new ArrayList<>(List.of(start));
    while (!path.isEmpty()) {
      int step = path.remove(path.size() - 1);
      Journal.Entry entry = open.remove(step);
      if (entry != null) {
        ready.remove(step);
        hopeless.put(step, entry);
        path.addAll(followers.getOrDefault(step, List.of()));
      }
    }
  }

  /** Whether every step has been taken and is known to have ended. */
  boolean isWorkedOff() {
    return open.isEmpty() && hopeless.isEmpty() && !unsure;
  }
}
