package io.iasql.operator.replication;

import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.replicate.Commit;
import io.iasql.engine.replicate.Replicas;
import io.iasql.engine.replicate.ReplicationException;
import io.iasql.operator.replication.ReplicationSnapshot.Compared;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Brings one replication as far as it can go now: makes the next SqlTransaction once the one before
 * is committed. Everything it goes by is in the cluster and in the environments' databases, so it
 * may be called at any time and any number of times.
 */
final class Carrying {
  private final ReplicationRequest request;
  private final Optional<Replicas> source;
  private final Replicas target;
  private final MadeTransactions transactions;
  private final Clock clock;
  private final Comparer comparer;
  private final Progress progress;

  /**
   * Nothing is done yet.
   *
   * @param source the source; empty when the environment is gone
   * @param before the last comparison, if there was one
   */
  Carrying(
      ReplicationRequest request,
      Optional<Replicas> source,
      Replicas target,
      MadeTransactions transactions,
      Clock clock,
      Optional<Compared> before) {
    this.request = request;
    this.source = source;
    this.target = target;
    this.transactions = transactions;
    this.clock = clock;
    this.comparer = new Comparer(target, before);
    this.progress = new Progress(request, before);
  }

  ReplicationSnapshot run() {
    if (!request.cycle().isEmpty()) {
      return progress.failed(
          Reason.CYCLIC_CHAIN,
          "The chain comes back to where it begins, so changes would go around in it: "
              + request.cycle()
              + ". Delete one of its Replications.");
    }
    try {
      return source.map(this::carry).orElseGet(this::withoutSource);
    } catch (ReplicationException e) {
      return progress.failed(Reason.INVALID_REPLICATION, e.getMessage());
    }
  }

  private ReplicationSnapshot carry(Replicas from) {
    SourceCommits commits = new SourceCommits(request, from, transactions, clock);
    CommitStep step =
        new CommitStep(request, from, target, transactions, comparer, clock, progress);
    List<Commit> next = commits.after(progress.position());
    for (Commit commit : next) {
      Optional<ReplicationSnapshot> stop = step.take(commit);
      if (stop.isPresent()) {
        return stop.get();
      }
      progress.pass(commit);
    }
    return commits.missing(progress, next).orElseGet(() -> progress.committed(end()));
  }

  private String end() {
    String from = request.source().getName();
    String to = request.target().getName();
    if (request.follows()) {
      return "All that was committed in %s is in %s; the next commit is followed."
          .formatted(from, to);
    }
    return request.names().isEmpty() && !progress.hasLooked()
        ? "Nothing was committed in %s in this time.".formatted(from)
        : "It is in %s.".formatted(to);
  }

  /** What was made before goes on; nothing new is made. */
  private ReplicationSnapshot withoutSource() {
    String gone = "Environment %s does not exist".formatted(request.source().getName());
    Optional<Phase> made =
        progress.transaction().flatMap(transactions::find).map(MadeTransactions::phase);
    if (made.isEmpty()) {
      return progress.failed(
          Reason.SOURCE_GONE,
          gone + ", so its changes cannot be read. Bring it back, or delete this Replication.");
    }
    String name = progress.transaction().orElseThrow();
    return switch (made.get()) {
      case COMMITTED, NO_CHANGES ->
          request.names().size() == 1
              ? progress.committed(end())
              : progress.failed(
                  Reason.SOURCE_GONE,
                  gone + ". SqlTransaction %s, made of it, is committed.".formatted(name));
      case FAILED, REJECTED, PARTIALLY_APPLIED, ROLLED_BACK ->
          progress.failed(
              Reason.SOURCE_GONE,
              gone + ". SqlTransaction %s, made of it, has failed.".formatted(name));
      case PLANNING, PLANNED, AWAITING_APPROVAL, QUEUED, COMMITTING ->
          progress.proposed(
              Reason.SOURCE_GONE,
              gone
                  + ". SqlTransaction %s was made before and can be approved as it is."
                      .formatted(name),
              false);
    };
  }
}
