package io.iasql.engine.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the steps that wait for each other: the strongly connected components of a graph, by
 * Tarjan's algorithm with a stack of its own, since chains may be longer than a thread's.
 */
final class Rings {
  private record Visit(StepNode node, Iterator<StepNode> open) {}

  private final Map<StepNode, Integer> index = new HashMap<>();
  private final Map<StepNode, Integer> low = new HashMap<>();
  private final Deque<StepNode> path = new ArrayDeque<>();
  private final Set<StepNode> onPath = new HashSet<>();
  private final List<Set<StepNode>> found = new ArrayList<>();
  private final Set<StepNode> within;

  private Rings(Collection<StepNode> nodes) {
    this.within = new HashSet<>(nodes);
  }

  /** The rings among these nodes, each with two nodes or more. */
  static List<Set<StepNode>> among(Collection<StepNode> nodes) {
    Rings rings = new Rings(nodes);
    for (StepNode node : nodes) {
      if (!rings.index.containsKey(node)) {
        rings.visit(node);
      }
    }
    return rings.found;
  }

  private void visit(StepNode start) {
    Deque<Visit> open = new ArrayDeque<>();
    open.push(enter(start));
    while (!open.isEmpty()) {
      Visit visit = open.peek();
      if (visit.open().hasNext()) {
        StepNode next = visit.open().next();
        if (!within.contains(next)) {
          continue;
        }
        if (!index.containsKey(next)) {
          open.push(enter(next));
        } else if (onPath.contains(next)) {
          low.merge(visit.node(), index.get(next), Math::min);
        }
      } else {
        open.pop();
        leave(visit.node());
        if (!open.isEmpty()) {
          low.merge(open.peek().node(), low.get(visit.node()), Math::min);
        }
      }
    }
  }

  private Visit enter(StepNode node) {
    index.put(node, index.size());
    low.put(node, index.get(node));
    path.push(node);
    onPath.add(node);
    return new Visit(node, List.copyOf(node.after).iterator());
  }

  private void leave(StepNode node) {
    if (!low.get(node).equals(index.get(node))) {
      return;
    }
    Set<StepNode> ring = new HashSet<>();
    StepNode member;
    do {
      member = path.pop();
      onPath.remove(member);
      ring.add(member);
    } while (member != node);
    if (ring.size() > 1) {
      found.add(ring);
    }
  }
}
