package io.iasql.operator.transaction;

import io.iasql.crds.LocalReference;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.operator.status.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The transactions that one waits for, those of spec.dependsOn. */
final class Dependencies {
  private final Function<String, Optional<SqlTransaction>> transactions;

  private Dependencies(Function<String, Optional<SqlTransaction>> transactions) {
    this.transactions = transactions;
  }

  /**
   * Why a transaction waits for others; empty when it does not.
   *
   * @param transactions looks up a transaction of its namespace
   */
  static Optional<Hold> of(
      SqlTransaction transaction, Function<String, Optional<SqlTransaction>> transactions) {
    return new Dependencies(transactions).of(transaction);
  }

  /** The names of the transactions that one waits for. */
  static List<String> names(SqlTransaction transaction) {
    return transaction.getSpec().dependsOn().stream().map(LocalReference::name).toList();
  }

  private Optional<Hold> of(SqlTransaction transaction) {
    List<String> failed = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (String name : names(transaction)) {
      Optional<SqlTransaction> other = transactions.apply(name);
      if (other.isEmpty()) {
        waiting.add("SqlTransaction " + name + ", which does not exist");
        continue;
      }
      Phase phase = phase(other.get());
      String text = "SqlTransaction " + name + " (" + text(phase) + ")";
      switch (phase) {
        case COMMITTED, NO_CHANGES -> {}
        case REJECTED, FAILED, PARTIALLY_APPLIED, ROLLED_BACK -> failed.add(text);
        case PLANNED, PLANNING, AWAITING_APPROVAL, QUEUED, COMMITTING -> waiting.add(text);
      }
    }
    if (failed.isEmpty() && waiting.isEmpty()) {
      return Optional.empty();
    }
    List<String> cycle = cycle(transaction);
    if (!cycle.isEmpty()) {
      return Optional.of(
          new Hold(
              Phase.FAILED,
              Reason.DEPENDENCY_CYCLE,
              "These wait for each other: "
                  + String.join(" -> ", cycle)
                  + ". Take one of them out of the other's spec.dependsOn."));
    }
    if (!failed.isEmpty()) {
      return Optional.of(
          new Hold(
              Phase.FAILED,
              Reason.DEPENDENCY_FAILED,
              "Nothing is done, because it depends on "
                  + String.join(" and ", failed)
                  + ". Mend that, or take it out of spec.dependsOn."));
    }
    return Optional.of(
        new Hold(
            Phase.PLANNING,
            Reason.WAITING_FOR_OTHERS,
            "It waits for " + String.join(" and ", waiting) + "."));
  }

  private static Phase phase(SqlTransaction transaction) {
    return transaction.getStatus() == null || transaction.getStatus().phase() == null
        ? Phase.PLANNING
        : transaction.getStatus().phase();
  }

  /** As the status has it: {@code AwaitingApproval}. */
  private static String text(Phase phase) {
    StringBuilder text = new StringBuilder();
    for (String word : phase.name().split("_")) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }

  /** The shortest way from a transaction back to itself, or none. */
  private List<String> cycle(SqlTransaction transaction) {
    String start = transaction.getMetadata().getName();
    Map<String, String> cameFrom = new HashMap<>();
    Deque<String> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      String name = open.remove();
      List<String> next =
          name.equals(start)
              ? names(transaction)
              : transactions.apply(name).map(Dependencies::names).orElse(List.of());
      for (String other : next) {
        if (other.equals(start)) {
          return path(start, name, cameFrom);
        }
        if (cameFrom.putIfAbsent(other, name) == null) {
          open.add(other);
        }
      }
    }
    return List.of();
  }

  private static List<String> path(String start, String last, Map<String, String> cameFrom) {
    Deque<String> path = new ArrayDeque<>(List.of(start));
    for (String name = last; !name.equals(start); name = cameFrom.get(name)) {
      path.push(name);
    }
    path.push(start);
    return List.copyOf(path);
  }
}
