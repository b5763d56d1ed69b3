package io.iasql.operator.replication;

import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.replicate.Carried;
import io.iasql.engine.replicate.Commit;
import io.iasql.engine.replicate.Replicas;
import io.iasql.engine.replicate.Unmapped;
import io.iasql.operator.replication.ReplicationSnapshot.Compared;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Takes one commit of the source as far as it can go in the target. */
final class CommitStep {
  private final ReplicationRequest request;
  private final Replicas source;
  private final Replicas target;
  private final MadeTransactions transactions;
  private final Obstacles obstacles;
  private final Comparer comparer;
  private final Clock clock;
  private final Progress progress;

  CommitStep(
      ReplicationRequest request,
      Replicas source,
      Replicas target,
      MadeTransactions transactions,
      Comparer comparer,
      Clock clock,
      Progress progress) {
    this.request = request;
    this.source = source;
    this.target = target;
    this.transactions = transactions;
    this.obstacles = new Obstacles(request, target);
    this.comparer = comparer;
    this.clock = clock;
    this.progress = progress;
  }

  /** What it stops at; empty when the commit is in the target, and the next one may follow. */
  Optional<ReplicationSnapshot> take(Commit commit) {
    String name = ReplicatedTransaction.name(request, commit);
    Optional<SqlTransaction> made = transactions.find(name);
    if (made.isPresent()) {
      return follow(commit, made.get());
    }
    if (target.isInLedger(request.ledgerName(name))) {
      progress.looked(commit, name, "AlreadyCommitted");
      return Optional.empty();
    }
    Instant ripe = commit.at().plus(request.soakTime());
    if (ripe.isAfter(clock.instant())) {
      return Optional.of(soaking(commit, ripe));
    }
    Carried carried = carried(commit);
    if (carried.isEmpty()) {
      progress.looked(commit, null, "NothingToDo");
      return Optional.empty();
    }
    List<Unmapped> unmapped = obstacles.of(carried);
    if (!unmapped.isEmpty()) {
      progress.looked(commit, null, "Unmapped");
      return Optional.of(progress.unmapped(obstacles.describe(commit, unmapped), unmapped));
    }
    SqlTransaction wanted = ReplicatedTransaction.of(request, commit, carried.sql());
    // Before it is made: its review is to say from the first that it is the same, or is not.
    Optional<Compared> compared = comparer.of(wanted, () -> carried);
    return Optional.of(proposed(commit, transactions.make(wanted), compared));
  }

  private ReplicationSnapshot soaking(Commit commit, Instant ripe) {
    Duration soakTime = request.soakTime();
    return progress.waiting(
        Reason.SOAKING,
        "%s was committed in %s at %s; it goes on at %s (requiredSoakTime %s)."
            .formatted(
                ReplicatedTransaction.sourceName(commit),
                request.source().getName(),
                commit.at(),
                ripe,
                soakTime.toString().substring(2).toLowerCase(Locale.ROOT)),
        ripe);
  }

  private Carried carried(Commit commit) {
    // Of what is followed without end, rows that a rule is about may be still to come.
    return source.carry(commit.id(), target.place(), request.rules(), !request.follows());
  }

  private Optional<ReplicationSnapshot> follow(Commit commit, SqlTransaction made) {
    String name = made.getMetadata().getName();
    return switch (MadeTransactions.phase(made)) {
      case COMMITTED -> over(commit, name, "Committed");
      case NO_CHANGES -> over(commit, name, "NoChanges");
      case FAILED, REJECTED, PARTIALLY_APPLIED, ROLLED_BACK -> Optional.of(failed(commit, made));
      case QUEUED, COMMITTING -> Optional.of(proposed(commit, made, comparer.last(made)));
      case PLANNING, PLANNED, AWAITING_APPROVAL ->
          Optional.of(proposed(commit, made, comparer.of(made, () -> carried(commit))));
    };
  }

  private Optional<ReplicationSnapshot> over(Commit commit, String name, String phase) {
    progress.looked(commit, name, phase);
    progress.made(name, List.of());
    return Optional.empty();
  }

  private ReplicationSnapshot failed(Commit commit, SqlTransaction made) {
    String name = made.getMetadata().getName();
    progress.looked(commit, name, "Failed");
    progress.made(name, asksFor(made));
    return progress.failed(
        Reason.TRANSACTION_FAILED,
        "SqlTransaction %s: %s Mend it, or delete it to have it made anew."
            .formatted(name, made.getStatus().message()));
  }

  private ReplicationSnapshot proposed(
      Commit commit, SqlTransaction made, Optional<Compared> compared) {
    String name = made.getMetadata().getName();
    boolean waits = MadeTransactions.phase(made) == Phase.AWAITING_APPROVAL;
    progress.looked(commit, name, waits ? "AwaitingApproval" : "Proposed");
    progress.made(name, asksFor(made));
    progress.compared(compared);
    String message =
        waits
            ? "SqlTransaction %s waits for approval: %s".formatted(name, made.getStatus().message())
            : "SqlTransaction %s was made and is on its way.".formatted(name);
    return progress.proposed(
        waits ? Reason.AWAITING_APPROVAL : Reason.COMMITTING,
        ReplicatedTransaction.isEdited(made)
            ? message + " Its SQL was edited since it was made."
            : message,
        !waits);
  }

  private static List<String> asksFor(SqlTransaction made) {
    String sql = made.getSpec().sql();
    return sql == null ? List.of() : ParameterCalls.of(sql);
  }
}
