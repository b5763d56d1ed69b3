package io.iasql.engine.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Numbers steps so that each comes after those it waits for: Kahn's algorithm. */
final class WorkOrder {
  private final Supplier<List<StepNode>> nodes;
  private final Consumer<Set<StepNode>> breaker;

  /**
   * @param nodes all steps, asked anew after rings have been broken
   * @param breaker takes a ring apart, or throws
   */
  WorkOrder(Supplier<List<StepNode>> nodes, Consumer<Set<StepNode>> breaker) {
    this.nodes = nodes;
    this.breaker = breaker;
  }

  /** Every step with its number, in order. */
  Map<StepNode, Integer> numbers() {
    while (true) {
      List<StepNode> all = nodes.get();
      Map<StepNode, Integer> numbers = number(all);
      if (numbers.size() == all.size()) {
        return numbers;
      }
      // All rings of a round at once: the number of rounds does not grow with the number of rings.
      Rings.among(all.stream().filter(n -> !numbers.containsKey(n)).toList()).forEach(breaker);
    }
  }

  private static Map<StepNode, Integer> number(List<StepNode> all) {
    Map<StepNode, Integer> numbers = new LinkedHashMap<>();
    Map<StepNode, Integer> open = new HashMap<>();
    Map<StepNode, List<StepNode>> next = new HashMap<>();
    Deque<StepNode> ready = new ArrayDeque<>();
    for (StepNode node : all) {
      open.put(node, node.after.size());
      node.after.forEach(first -> next.computeIfAbsent(first, n -> new ArrayList<>()).add(node));
      if (node.after.isEmpty()) {
        ready.add(node);
      }
    }
    while (!ready.isEmpty()) {
      StepNode node = ready.remove();
      numbers.put(node, numbers.size());
      for (StepNode follower : next.getOrDefault(node, List.of())) {
        if (open.merge(follower, -1, Integer::sum) == 0) {
          ready.add(follower);
        }
      }
    }
    return numbers;
  }
}
