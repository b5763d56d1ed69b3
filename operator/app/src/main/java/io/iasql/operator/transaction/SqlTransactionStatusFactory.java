package io.iasql.operator.transaction;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.crds.Condition;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Action;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.crds.SqlTransactionStatus.Summary;
import io.iasql.engine.plan.PlanStore;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Says in a status how far a transaction is. */
final class SqlTransactionStatusFactory {
  private static final int MAX_VALUE = 512;
  private static final int MAX_NOTE = 1024;
  private static final String PENDING = "(known after commit)";

  /** How a plan shows a write-only value. What only begins so is what people wrote. */
  private static final Pattern MASKED = Pattern.compile("hash:[0-9a-f]{64}");

  private final Clock clock;

  SqlTransactionStatusFactory(Clock clock) {
    this.clock = clock;
  }

  /** The status that says what a snapshot says. */
  SqlTransactionStatus of(SqlTransaction transaction, Snapshot snapshot) {
    return of(transaction, snapshot, "");
  }

  /**
   * The status that says what a snapshot says.
   *
   * @param comparison what the review says of the transaction that this one repeats; may be empty
   */
  SqlTransactionStatus of(SqlTransaction transaction, Snapshot snapshot, String comparison) {
    Plan plan = snapshot.plan().map(p -> plan(transaction, p, snapshot)).orElse(null);
    if (plan == null && snapshot.again() && transaction.getStatus() != null) {
      plan = transaction.getStatus().plan();
    }
    return new SqlTransactionStatus(
        transaction.getMetadata().getGeneration(),
        snapshot.phase(),
        plan,
        review(transaction, snapshot, plan, comparison),
        snapshot.approvedBy().isEmpty() ? null : snapshot.approvedBy(),
        snapshot.progress().isEmpty() ? null : snapshot.progress(),
        Conditions.cut(snapshot.message()),
        conditions(transaction, snapshot, plan));
  }

  private static String review(
      SqlTransaction transaction, Snapshot snapshot, Plan plan, String comparison) {
    if (plan == null) {
      return null;
    }
    if (snapshot.sql().isEmpty() && transaction.getStatus() != null) {
      return transaction.getStatus().review();
    }
    return Review.of(
        transaction.getMetadata().getName(),
        transaction.getSpec().description(),
        comparison,
        plan,
        snapshot.plan().map(PlanStore.Stored::notes).orElse(List.of()),
        snapshot.sql());
  }

  /** The engine cannot be asked now; what it said last stays. */
  SqlTransactionStatus waiting(SqlTransaction transaction, Reason reason, String message) {
    SqlTransactionStatus before = transaction.getStatus();
    boolean keep = before != null && before.phase() != null && before.phase() != Phase.FAILED;
    Snapshot snapshot = Snapshot.of(keep ? before.phase() : Phase.PLANNING, reason, message);
    Plan plan = keep ? before.plan() : null;
    return new SqlTransactionStatus(
        transaction.getMetadata().getGeneration(),
        snapshot.phase(),
        plan,
        keep ? before.review() : null,
        keep ? before.approvedBy() : null,
        keep ? before.progress() : null,
        Conditions.cut(message),
        conditions(transaction, snapshot, plan));
  }

  /** It waits for something before anything can begin; the engine need not be asked. */
  SqlTransactionStatus held(SqlTransaction transaction, Hold hold) {
    return hold.phase() == Phase.PLANNING
        ? waiting(transaction, hold.reason(), hold.message())
        : of(transaction, Snapshot.of(hold.phase(), hold.reason(), hold.message()));
  }

  /** Somebody said no. */
  SqlTransactionStatus rejected(SqlTransaction transaction) {
    return of(
        transaction,
        Snapshot.of(
            Phase.REJECTED, Reason.REJECTED, "Rejected by spec.reject; nothing was changed."));
  }

  /**
   * The status of a transaction that is over, for the spec as it is now: nothing else changes.
   * Without it kstatus takes a later edit (of its description, of its approval) for work that is
   * still to be done.
   */
  SqlTransactionStatus over(SqlTransaction transaction) {
    SqlTransactionStatus status = transaction.getStatus();
    long generation = transaction.getMetadata().getGeneration();
    return new SqlTransactionStatus(
        generation,
        status.phase(),
        status.plan(),
        status.review(),
        status.approvedBy(),
        status.progress(),
        status.message(),
        Conditions.ofGeneration(status.conditions(), generation));
  }

  private List<Condition> conditions(SqlTransaction transaction, Snapshot snapshot, Plan plan) {
    Phase phase = snapshot.phase();
    boolean applied = phase == Phase.COMMITTED || phase == Phase.NO_CHANGES;
    boolean ready = applied || phase == Phase.PLANNED;
    boolean approved =
        switch (phase) {
          case QUEUED, COMMITTING, COMMITTED, PARTIALLY_APPLIED, ROLLED_BACK -> true;
          default -> false;
        };
    boolean working =
        (phase == Phase.PLANNING || phase == Phase.QUEUED || phase == Phase.COMMITTING)
            && snapshot.reason() != Reason.SUSPENDED;
    boolean stalled =
        phase == Phase.FAILED || phase == Phase.PARTIALLY_APPLIED || phase == Phase.ROLLED_BACK;
    List<Condition> before =
        transaction.getStatus() == null ? List.of() : transaction.getStatus().conditions();
    String message = snapshot.message();
    return Conditions.following(before, transaction.getMetadata().getGeneration(), clock)
        .set(Conditions.READY, is(ready), snapshot.reason(), message)
        .set(
            "Planned",
            is(plan != null || ready),
            plan != null ? Reason.PLANNED : snapshot.reason(),
            plan != null ? plan.id() + ": " + plan.text() : message)
        .set(
            "Approved",
            is(approved),
            approved ? Reason.PLAN_APPROVED : snapshot.reason(),
            approved && plan != null ? plan.id() + " was approved." : message)
        .set("Applied", is(applied), snapshot.reason(), message)
        .setIf(
            (working || snapshot.again()) && !stalled,
            Conditions.RECONCILING,
            snapshot.reason(),
            message)
        .setIf(stalled, Conditions.STALLED, snapshot.reason(), message)
        .toList();
  }

  private static Condition.Status is(boolean holds) {
    return holds ? Condition.Status.TRUE : Condition.Status.FALSE;
  }

  private static Plan plan(SqlTransaction transaction, PlanStore.Stored stored, Snapshot snapshot) {
    boolean truncated = stored.lines().size() > Plan.MAX_CHANGES;
    return new Plan(
        stored.id(),
        new Summary(
            stored.summary().create(),
            stored.summary().update(),
            stored.summary().replace(),
            stored.summary().delete()),
        stored.summary().text(),
        stored.lines().stream()
            .limit(Plan.MAX_CHANGES)
            .map(SqlTransactionStatusFactory::change)
            .toList(),
        truncated,
        truncated ? PlanConfigMap.name(transaction.getMetadata().getName()) : null,
        // A Kubernetes time has no fraction of a second.
        snapshot.expires().map(at -> at.truncatedTo(ChronoUnit.SECONDS)).orElse(null));
  }

  private static Change change(PlanStore.Line line) {
    List<ColumnChange> columns = new ArrayList<>();
    for (JsonNode column : line.columns()) {
      columns.add(
          new ColumnChange(
              column.get("name").asText(),
              text(column.get("before")),
              column.get("known_after_commit").asBoolean() ? PENDING : text(column.get("after"))));
    }
    return new Change(
        Action.valueOf(line.action().toUpperCase(Locale.ROOT)),
        line.table(),
        line.id(),
        line.description(),
        columns,
        line.note().isEmpty() ? null : cut(line.note(), MAX_NOTE),
        line.dependants().stream().map(d -> cut(d, MAX_VALUE)).toList());
  }

  private static String text(JsonNode value) {
    if (value == null || value.isNull()) {
      return null;
    }
    String text = value.isTextual() ? value.asText() : value.toString();
    return MASKED.matcher(text).matches() ? "(write-only)" : cut(text, MAX_VALUE);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
