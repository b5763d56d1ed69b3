package io.iasql.operator.replication;

import io.iasql.crds.SqlTransaction;
import io.iasql.engine.replicate.Commit;
import io.iasql.engine.replicate.Replicas;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which commits of the source a replication is about, and why one that it names is not there. */
final class SourceCommits {
  /** Kubernetes says to the second when something was created. */
  private static final Duration PRECISION = Duration.ofSeconds(1);

  private final ReplicationRequest request;
  private final Replicas source;
  private final MadeTransactions transactions;
  private final Clock clock;

  SourceCommits(
      ReplicationRequest request, Replicas source, MadeTransactions transactions, Clock clock) {
    this.request = request;
    this.source = source;
    this.transactions = transactions;
    this.clock = clock;
  }

  /**
   * The commits in their order.
   *
   * @param position the last one that is done with, or -1
   */
  List<Commit> after(long position) {
    if (request.follows()) {
      return position < 0
          ? source.commits(request.created().minusMillis(1), clock.instant())
          : source.commits(position);
    }
    String since = request.spec().from().since();
    if (since != null) {
      return source.commits(start(since), request.created().plus(PRECISION));
    }
    return request.names().stream()
        .flatMap(name -> source.commit(request.ledgerName(name)).stream())
        .sorted(Comparator.comparingLong(Commit::position))
        .toList();
  }

  private Instant start(String since) {
    return since.contains("T")
        ? OffsetDateTime.parse(since).toInstant()
        : request.created().minus(Duration.parse("PT" + since));
  }

  /**
   * What stands against the first transaction that is named and not among the commits; empty when
   * all are, or changed nothing. The source is not asked again: what it has committed meanwhile is
   * not committed yet, and the next look takes it.
   *
   * @param commits what {@link #after} has found
   */
  Optional<ReplicationSnapshot> missing(Progress progress, List<Commit> commits) {
    Set<String> there = commits.stream().map(Commit::name).collect(Collectors.toSet());
    for (String name : request.names()) {
      if (!there.contains(request.ledgerName(name))) {
        Optional<ReplicationSnapshot> stop =
            notCommitted(progress, name, transactions.find(name).orElse(null));
        if (stop.isPresent()) {
          return stop;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<ReplicationSnapshot> notCommitted(
      Progress progress, String name, SqlTransaction found) {
    String environment = request.source().getName();
    if (found == null) {
      return Optional.of(
          progress.waiting(
              Reason.SOURCE_NOT_COMMITTED,
              "SqlTransaction %s does not exist, and %s has committed none of that name."
                  .formatted(name, environment),
              null));
    }
    String of = found.getSpec().environmentRef().name();
    if (!of.equals(environment)) {
      return Optional.of(
          progress.failed(
              Reason.INVALID_REPLICATION,
              "SqlTransaction %s is of Environment %s, not of %s."
                  .formatted(name, of, environment)));
    }
    return switch (MadeTransactions.phase(found)) {
      case NO_CHANGES -> {
        progress.lookedAtNoChanges(name);
        yield Optional.empty();
      }
      case FAILED, REJECTED, PARTIALLY_APPLIED, ROLLED_BACK ->
          Optional.of(
              progress.failed(
                  Reason.SOURCE_FAILED,
                  "SqlTransaction %s of %s was not committed as a whole, so there is nothing to repeat: %s"
                      .formatted(name, environment, found.getStatus().message())));
      case PLANNING, PLANNED, AWAITING_APPROVAL, QUEUED, COMMITTING, COMMITTED ->
          Optional.of(
              progress.waiting(
                  Reason.SOURCE_NOT_COMMITTED,
                  "SqlTransaction %s of %s is not committed yet.".formatted(name, environment),
                  null));
    };
  }
}
