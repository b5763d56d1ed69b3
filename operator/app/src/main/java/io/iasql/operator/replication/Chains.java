package io.iasql.operator.replication;

import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import io.iasql.crds.ReplicationStatus.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Environments that replicate to each other. A chain that comes back to where it began would carry
 * changes around without end: of the replications of a ring, the youngest is refused.
 */
final class Chains {
  private static final Comparator<Replication> BY_AGE =
      Comparator.comparing((Replication r) -> r.getMetadata().getCreationTimestamp())
          .thenComparing(r -> r.getMetadata().getName());

  private Chains() {}

  /**
   * The ring that a replication would close among older ones, as {@code a → b → a}; empty when it
   * closes none.
   *
   * @param others the replications of its namespace
   */
  static Optional<String> ring(Replication replication, Collection<Replication> others) {
    Map<String, List<Replication>> leaving = new HashMap<>();
    for (Replication other : others) {
      if (!isOver(other) && BY_AGE.compare(other, replication) < 0) {
        leaving.computeIfAbsent(from(other), e -> new ArrayList<>()).add(other);
      }
    }
    String start = from(replication);
    Map<String, String> cameFrom = new HashMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(to(replication)));
    cameFrom.put(to(replication), start);
    while (!open.isEmpty()) {
      String here = open.remove();
      if (here.equals(start)) {
        return Optional.of(path(cameFrom, start));
      }
      for (Replication next : leaving.getOrDefault(here, List.of())) {
        if (cameFrom.putIfAbsent(to(next), here) == null) {
          open.add(to(next));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The environments whose changes come to a replication's source by others, the nearest first.
   *
   * @param others the replications of its namespace
   */
  static List<String> upstream(Replication replication, Collection<Replication> others) {
    Map<String, Set<String>> into = new HashMap<>();
    for (Replication other : others) {
      if (!isOver(other)) {
        into.computeIfAbsent(to(other), e -> new TreeSet<>()).add(from(other));
      }
    }
    Set<String> found = new LinkedHashSet<>(Set.of(from(replication)));
    Deque<String> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      for (String next : into.getOrDefault(open.remove(), Set.of())) {
        if (found.add(next)) {
          open.add(next);
        }
      }
    }
    return found.stream().skip(1).limit(ReplicationStatus.MAX_UPSTREAM).toList();
  }

  private static String path(Map<String, String> cameFrom, String start) {
    Deque<String> path = new ArrayDeque<>(List.of(start));
    for (String at = cameFrom.get(start); !at.equals(start); at = cameFrom.get(at)) {
      path.addFirst(at);
    }
    path.addFirst(start);
    return String.join(" → ", path);
  }

  /** What was carried over once is over; what follows is not. */
  private static boolean isOver(Replication replication) {
    return replication.getMetadata().getDeletionTimestamp() != null
        || (replication.getStatus() != null
            && replication.getStatus().phase() == Phase.COMMITTED
            && replication.getSpec().from().sinceLast() == null);
  }

  private static String from(Replication replication) {
    return replication.getSpec().from().environmentRef().name();
  }

  private static String to(Replication replication) {
    return replication.getSpec().to().environmentRef().name();
  }
}
