package io.iasql.operator.replication;

import io.iasql.crds.Condition;
import io.iasql.crds.LocalReference;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import io.iasql.crds.ReplicationStatus.Carried;
import io.iasql.crds.ReplicationStatus.Comparison;
import io.iasql.crds.ReplicationStatus.Difference;
import io.iasql.crds.ReplicationStatus.Phase;
import io.iasql.crds.ReplicationStatus.Unmapped;
import io.iasql.crds.ReplicationStatus.Verdict;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says in a status how far a replication is. */
final class ReplicationStatusFactory {
  private static final int MAX_VALUE = 512;

  private final Clock clock;

  ReplicationStatusFactory(Clock clock) {
    this.clock = clock;
  }

  /**
   * The status that says what a snapshot says.
   *
   * @param upstream the environments whose changes come to its source
   */
  ReplicationStatus of(
      Replication replication, List<String> upstream, ReplicationSnapshot snapshot) {
    Optional<ReplicationStatus> before = Optional.ofNullable(replication.getStatus());
    Optional<LocalReference> transaction = snapshot.transaction().map(LocalReference::new);
    // What was compared before the operator was started anew still holds.
    Comparison comparison =
        snapshot
            .compared()
            .map(ReplicationStatusFactory::comparison)
            .or(
                () ->
                    before
                        .filter(s -> transaction.equals(Optional.ofNullable(s.transactionRef())))
                        .filter(s -> snapshot.phase() != Phase.UNMAPPED)
                        .map(ReplicationStatus::comparison))
            .orElse(null);
    return new ReplicationStatus(
        replication.getMetadata().getGeneration(),
        snapshot.phase(),
        transaction.orElse(null),
        comparison,
        snapshot.unmapped().stream()
            .limit(ReplicationStatus.MAX_LISTED)
            .map(u -> new Unmapped(u.table(), cut(u.name()), cut(u.neededBy()), u.suggestions()))
            .toList(),
        snapshot.parameters().stream().limit(ReplicationStatus.MAX_LISTED).toList(),
        carried(before.map(ReplicationStatus::transactions).orElse(List.of()), snapshot.done()),
        snapshot.position() < 0 ? null : snapshot.position(),
        upstream,
        Conditions.cut(snapshot.message()),
        conditions(replication, snapshot));
  }

  /** An environment cannot be asked now; what was said last stays. */
  ReplicationStatus waiting(
      Replication replication, List<String> upstream, Reason reason, String message) {
    Optional<ReplicationStatus> before = Optional.ofNullable(replication.getStatus());
    ReplicationSnapshot snapshot =
        new ReplicationSnapshot(
            before.map(ReplicationStatus::phase).orElse(Phase.WAITING),
            reason,
            message,
            false,
            true,
            before.map(ReplicationStatus::transactionRef).map(LocalReference::name),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            before.map(ReplicationStatus::position).orElse(-1L),
            null,
            false);
    return of(replication, upstream, snapshot);
  }

  private static List<Carried> carried(List<Carried> before, List<Carried> now) {
    List<Carried> all = new ArrayList<>(before);
    for (Carried one : now) {
      all.removeIf(b -> b.source().equals(one.source()));
      all.add(one);
    }
    return all.subList(Math.max(0, all.size() - ReplicationStatus.MAX_TRANSACTIONS), all.size());
  }

  private static Comparison comparison(ReplicationSnapshot.Compared compared) {
    List<Difference> differences =
        compared.result().differences().stream()
            .map(
                d ->
                    new Difference(
                        d.table(),
                        d.row().isEmpty() ? null : cut(d.row()),
                        d.column().isEmpty() ? null : d.column(),
                        cut(d.source()),
                        cut(d.target()),
                        d.explainedBy().isEmpty() ? null : d.explainedBy()))
            .toList();
    boolean truncated = differences.size() > ReplicationStatus.MAX_LISTED;
    return new Comparison(
        compared.result().same() ? Verdict.SAME : Verdict.DIFFERENT,
        compared.result().digest(),
        compared.edited(),
        differences.stream().limit(ReplicationStatus.MAX_LISTED).toList(),
        truncated);
  }

  private List<Condition> conditions(Replication replication, ReplicationSnapshot snapshot) {
    List<Condition> before =
        replication.getStatus() == null ? List.of() : replication.getStatus().conditions();
    boolean ready = snapshot.phase() == Phase.COMMITTED;
    boolean working = !ready && (snapshot.working() || snapshot.again()) && !snapshot.stalled();
    Conditions conditions =
        Conditions.following(before, replication.getMetadata().getGeneration(), clock)
            .set(
                Conditions.READY,
                ready ? Condition.Status.TRUE : Condition.Status.FALSE,
                snapshot.reason(),
                snapshot.message());
    if (snapshot.phase() == Phase.UNMAPPED) {
      conditions.set("Resolved", Condition.Status.FALSE, snapshot.reason(), snapshot.message());
    } else if (ready || snapshot.phase() == Phase.PROPOSED) {
      conditions.set(
          "Resolved",
          Condition.Status.TRUE,
          Reason.RESOLVED,
          "The target has all that the changes refer to.");
    }
    return conditions
        .setIf(working, Conditions.RECONCILING, snapshot.reason(), snapshot.message())
        .setIf(snapshot.stalled(), Conditions.STALLED, snapshot.reason(), snapshot.message())
        .toList();
  }

  private static String cut(String text) {
    return text.length() <= MAX_VALUE ? text : text.substring(0, MAX_VALUE - 1) + "…";
  }
}
