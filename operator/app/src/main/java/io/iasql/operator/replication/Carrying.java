package io.iasql.operator.replication;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.LocalReference;
import io.iasql.crds.ReplicationStatus;
import io.iasql.crds.ReplicationStatus.Phase;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.engine.Engine;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.replicate.Carried;
import io.iasql.engine.replicate.Commit;
import io.iasql.engine.replicate.Comparison;
import io.iasql.engine.replicate.ReplicationException;
import io.iasql.engine.replicate.Unmapped;
import io.iasql.operator.replication.ReplicationSnapshot.Compared;
import io.iasql.operator.status.Reason;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings one replication as far as it can go now: makes the next SqlTransaction once the one before
 * is committed. Everything it goes by is in the cluster and in the environments' databases, so it
 * may be called at any time and any number of times.
 */
final class Carrying {
  private final KubernetesClient client;
  private final Clock clock;
  private final ReplicationRequest request;
  private final Optional<Engine> source;
  private final Engine target;
  private final Optional<Compared> compared;
  private final List<ReplicationStatus.Carried> done = new ArrayList<>();
  private Optional<String> transaction;
  private long position;
  private List<String> parameters = List.of();

  /**
   * @param source the source's engine; empty when the environment is gone
   * @param before the last comparison, if there was one
   */
  Carrying(
      KubernetesClient client,
      Clock clock,
      ReplicationRequest request,
      Optional<Engine> source,
      Engine target,
      Optional<Compared> before) {
    this.client = client;
    this.clock = clock;
    this.request = request;
    this.source = source;
    this.target = target;
    this.compared = before;
    this.transaction = Optional.of(request.lastTransaction()).filter(t -> !t.isEmpty());
    this.position = request.position();
  }

  ReplicationSnapshot run() {
    if (!request.cycle().isEmpty()) {
      return failed(
          Reason.CYCLIC_CHAIN,
          "The chain comes back to where it begins, so changes would go around in it: "
              + request.cycle()
              + ". Delete one of its Replications.");
    }
    if (source.isEmpty()) {
      return withoutSource();
    }
    try {
      for (Commit commit : commits()) {
        Optional<ReplicationSnapshot> stop = carry(commit);
        if (stop.isPresent()) {
          return stop.get();
        }
        position = Math.max(position, commit.position());
      }
      return missing().orElseGet(this::end);
    } catch (ReplicationException e) {
      return failed(Reason.INVALID_REPLICATION, e.getMessage());
    }
  }

  private ReplicationSnapshot end() {
    return snapshot(
        Phase.COMMITTED,
        Reason.COMMITTED,
        request.follows()
            ? "All that was committed in %s is in %s; the next commit is followed."
                .formatted(request.source().getName(), request.target().getName())
            : done.isEmpty()
                ? "Nothing was committed in %s in this time.".formatted(request.source().getName())
                : "It is in %s.".formatted(request.target().getName()),
        false,
        false,
        null);
  }

  // What is to be carried ------------------------------------------------------------------------

  private List<Commit> commits() {
    Engine from = source.orElseThrow();
    String since = request.spec().from().since();
    if (request.follows()) {
      return position < 0
          ? from.replicas().commits(request.created().minusMillis(1), Instant.now(clock))
          : from.replicas().commits(position);
    }
    if (since != null) {
      Instant start =
          Character.isDigit(since.charAt(since.length() - 1)) || since.endsWith("Z")
              ? OffsetDateTime.parse(since).toInstant()
              : request.created().minus(Duration.parse("PT" + since));
      return from.replicas().commits(start, request.created());
    }
    return request.names().stream()
        .flatMap(name -> from.replicas().commit(ledgerName(name)).stream())
        .sorted(Comparator.comparingLong(Commit::position))
        .toList();
  }

  private String ledgerName(String name) {
    return request.namespace() + "/" + name;
  }

  /** What became of the first SqlTransaction that is named and not committed in the source. */
  private Optional<ReplicationSnapshot> missing() {
    for (String name : request.names()) {
      boolean committed = source.orElseThrow().replicas().commit(ledgerName(name)).isPresent();
      if (!committed) {
        Optional<ReplicationSnapshot> stop = notCommitted(name, find(name));
        if (stop.isPresent()) {
          return stop;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<ReplicationSnapshot> notCommitted(String name, Optional<SqlTransaction> found) {
    String environment = request.source().getName();
    if (found.isEmpty()) {
      return Optional.of(
          waiting(
              Reason.SOURCE_NOT_COMMITTED,
              "SqlTransaction %s does not exist, and %s has committed none of that name."
                  .formatted(name, environment),
              null));
    }
    String of = found.get().getSpec().environmentRef().name();
    if (!of.equals(environment)) {
      return Optional.of(
          failed(
              Reason.INVALID_REPLICATION,
              "SqlTransaction %s is of Environment %s, not of %s."
                  .formatted(name, of, environment)));
    }
    SqlTransactionStatus.Phase phase = phase(found.get());
    return switch (phase) {
      case NO_CHANGES -> {
        done.add(new ReplicationStatus.Carried(name, null, null, "NoChanges"));
        yield Optional.empty();
      }
      case FAILED, REJECTED, PARTIALLY_APPLIED, ROLLED_BACK ->
          Optional.of(
              failed(
                  Reason.SOURCE_FAILED,
                  "SqlTransaction %s of %s was not committed as a whole, so there is nothing to"
                          .formatted(name, environment)
                      + " repeat: "
                      + found.get().getStatus().message()));
      default ->
          Optional.of(
              waiting(
                  Reason.SOURCE_NOT_COMMITTED,
                  "SqlTransaction %s of %s is not committed yet.".formatted(name, environment),
                  null));
    };
  }

  private Optional<SqlTransaction> find(String name) {
    return Optional.ofNullable(
        client
            .resources(SqlTransaction.class)
            .inNamespace(request.namespace())
            .withName(name)
            .get());
  }

  private static SqlTransactionStatus.Phase phase(SqlTransaction transaction) {
    return Optional.ofNullable(transaction.getStatus())
        .map(SqlTransactionStatus::phase)
        .orElse(SqlTransactionStatus.Phase.PLANNING);
  }

  // One commit -----------------------------------------------------------------------------------

  /** Carries one commit over; empty when it is in the target, and the next one may follow. */
  private Optional<ReplicationSnapshot> carry(Commit commit) {
    String name = ReplicatedTransaction.name(request, commit);
    Optional<SqlTransaction> made = find(name);
    if (made.isPresent()) {
      return made(commit, made.get());
    }
    if (target.replicas().isInLedger(ledgerName(name))) {
      done(commit, name, "AlreadyCommitted");
      return Optional.empty();
    }
    Instant ripe = commit.at().plus(soakTime());
    if (ripe.isAfter(clock.instant())) {
      return Optional.of(
          waiting(
              Reason.SOAKING,
              "%s was committed in %s at %s; it goes on at %s (requiredSoakTime %s)."
                  .formatted(
                      ReplicatedTransaction.sourceName(commit),
                      request.source().getName(),
                      commit.at(),
                      ripe,
                      request.spec().requiredSoakTime()),
              ripe));
    }
    Carried carried = carried(commit);
    if (carried.isEmpty()) {
      done(commit, null, "NothingToDo");
      return Optional.empty();
    }
    List<Unmapped> unmapped = unmapped(carried);
    if (!unmapped.isEmpty()) {
      return Optional.of(unmapped(commit, unmapped));
    }
    return Optional.of(make(commit, carried));
  }

  private Duration soakTime() {
    String time = request.spec().requiredSoakTime();
    return time == null ? Duration.ZERO : Duration.parse("PT" + time);
  }

  private Carried carried(Commit commit) {
    return source
        .orElseThrow()
        .replicas()
        .carry(commit.id(), target.replicas().place(), request.rules(), !request.follows());
  }

  private List<Unmapped> unmapped(Carried carried) {
    Set<String> modules = target.replicas().missingModules(carried);
    if (modules.isEmpty()) {
      return target.replicas().unmapped(carried);
    }
    String name = request.target().getName();
    String patch =
        "kubectl patch environment %s -n %s --type=json -p '[%s]'"
            .formatted(
                name,
                request.namespace(),
                String.join(
                    ",",
                    modules.stream()
                        .map(
                            m ->
                                "{\"op\":\"add\",\"path\":\"/spec/modules/-\",\"value\":\"%s\"}"
                                    .formatted(m))
                        .toList()));
    return modules.stream()
        .map(
            m ->
                new Unmapped(
                    "iasql_module",
                    m,
                    "tables that " + name + " has not: add the module",
                    List.of(patch)))
        .toList();
  }

  private ReplicationSnapshot make(Commit commit, Carried carried) {
    SqlTransaction wanted = ReplicatedTransaction.of(request, commit, carried.sql());
    Optional<Compared> now = compare(carried, wanted, "");
    SqlTransaction made;
    try {
      made = client.resource(wanted).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      made = find(wanted.getMetadata().getName()).orElse(wanted);
    }
    return proposed(commit, made, now);
  }

  private Optional<Compared> compare(Carried carried, SqlTransaction transaction, String plan) {
    String sql = transaction.getSpec().sql();
    String key = transaction.getMetadata().getName() + "/" + plan + "/" + sql.hashCode();
    if (compared.filter(c -> c.key().equals(key)).isPresent()) {
      return compared;
    }
    try {
      Comparison result = target.replicas().compare(sql, carried);
      return Optional.of(new Compared(key, result, ReplicatedTransaction.isEdited(transaction)));
    } catch (InvalidTransactionException e) {
      // The transaction's own status says what is wrong with it.
      return Optional.empty();
    }
  }

  private Optional<ReplicationSnapshot> made(Commit commit, SqlTransaction made) {
    SqlTransactionStatus.Phase phase = phase(made);
    parameters = ParameterCalls.of(made.getSpec().sql());
    return switch (phase) {
      case COMMITTED, NO_CHANGES -> {
        parameters = List.of();
        done(
            commit,
            made.getMetadata().getName(),
            phase == SqlTransactionStatus.Phase.COMMITTED ? "Committed" : "NoChanges");
        transaction = Optional.of(made.getMetadata().getName());
        yield Optional.empty();
      }
      case FAILED, REJECTED, PARTIALLY_APPLIED, ROLLED_BACK -> {
        done(commit, made.getMetadata().getName(), "Failed");
        transaction = Optional.of(made.getMetadata().getName());
        yield Optional.of(
            failed(
                Reason.TRANSACTION_FAILED,
                "SqlTransaction %s: %s Mend it, or delete it to have it made anew."
                    .formatted(made.getMetadata().getName(), made.getStatus().message())));
      }
      case COMMITTING, QUEUED -> Optional.of(proposed(commit, made, compared));
      default -> {
        String plan =
            made.getStatus() == null || made.getStatus().plan() == null
                ? ""
                : made.getStatus().plan().id();
        yield Optional.of(proposed(commit, made, compare(carried(commit), made, plan)));
      }
    };
  }

  private ReplicationSnapshot proposed(
      Commit commit, SqlTransaction made, Optional<Compared> last) {
    String name = made.getMetadata().getName();
    transaction = Optional.of(name);
    parameters = ParameterCalls.of(made.getSpec().sql());
    Optional<Compared> now = last.filter(c -> c.key().startsWith(name + "/"));
    SqlTransactionStatus.Phase phase = phase(made);
    boolean waits = phase == SqlTransactionStatus.Phase.AWAITING_APPROVAL;
    done(commit, name, waits ? "AwaitingApproval" : "Proposed");
    String message =
        waits
            ? "SqlTransaction %s waits for approval: %s".formatted(name, made.getStatus().message())
            : "SqlTransaction %s was made and is on its way.".formatted(name);
    return new ReplicationSnapshot(
        Phase.PROPOSED,
        waits ? Reason.AWAITING_APPROVAL : Reason.COMMITTING,
        now.filter(Compared::edited).isPresent()
            ? message + " Its SQL was edited since it was made."
            : message,
        false,
        !waits,
        transaction,
        now,
        List.of(),
        parameters,
        List.copyOf(done),
        position,
        null,
        false);
  }

  private ReplicationSnapshot unmapped(Commit commit, List<Unmapped> unmapped) {
    done(commit, null, "Unmapped");
    Unmapped first = unmapped.get(0);
    return new ReplicationSnapshot(
        Phase.UNMAPPED,
        Reason.UNMAPPED,
        "%s of %s cannot be made in %s: %s %s, needed by %s%s. See status.unmapped; it is looked at again when %s moves."
            .formatted(
                ReplicatedTransaction.sourceName(commit),
                request.source().getName(),
                request.target().getName(),
                first.table(),
                first.name(),
                first.neededBy(),
                unmapped.size() == 1 ? "" : ", and " + (unmapped.size() - 1) + " more",
                request.target().getName()),
        true,
        false,
        transaction,
        Optional.empty(),
        unmapped,
        List.of(),
        List.copyOf(done),
        position,
        null,
        false);
  }

  private void done(Commit commit, String name, String phase) {
    done.add(
        new ReplicationStatus.Carried(
            ReplicatedTransaction.sourceName(commit),
            commit.at(),
            name == null ? null : new LocalReference(name),
            phase));
  }

  // The source is gone ---------------------------------------------------------------------------

  /** What was made before goes on; nothing new is made. */
  private ReplicationSnapshot withoutSource() {
    Optional<SqlTransaction> made = transaction.flatMap(this::find);
    String gone = "Environment %s does not exist".formatted(request.source().getName());
    if (made.isEmpty()) {
      return failed(
          Reason.SOURCE_GONE,
          gone + ", so its changes cannot be read. Bring it back, or delete this Replication.");
    }
    SqlTransactionStatus.Phase phase = phase(made.get());
    boolean over =
        phase == SqlTransactionStatus.Phase.COMMITTED
            || phase == SqlTransactionStatus.Phase.NO_CHANGES;
    return over
        ? failed(
            Reason.SOURCE_GONE,
            gone + ". SqlTransaction %s, made of it, is committed.".formatted(transaction.get()))
        : snapshot(
            Phase.PROPOSED,
            Reason.SOURCE_GONE,
            gone
                + ". SqlTransaction %s was made before and can be approved as it is."
                    .formatted(transaction.get()),
            false,
            false,
            null);
  }

  // Snapshots ------------------------------------------------------------------------------------

  private ReplicationSnapshot waiting(Reason reason, String message, Instant lookAgain) {
    return snapshot(Phase.WAITING, reason, message, false, true, lookAgain);
  }

  private ReplicationSnapshot failed(Reason reason, String message) {
    return snapshot(Phase.FAILED, reason, message, true, false, null);
  }

  private ReplicationSnapshot snapshot(
      Phase phase,
      Reason reason,
      String message,
      boolean stalled,
      boolean working,
      Instant lookAgain) {
    return new ReplicationSnapshot(
        phase,
        reason,
        message,
        stalled,
        working,
        transaction,
        compared,
        List.of(),
        parameters,
        List.copyOf(done),
        position,
        lookAgain,
        false);
  }
}
