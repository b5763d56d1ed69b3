package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.Engine;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.Submissions;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.PlanStore;
import io.iasql.operator.status.Reason;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Brings one transaction as far as it can go now, and says how far that is. Everything it goes by
 * is in the environment's database, so it may be called at any time and any number of times.
 */
final class Advance {
  /** As many lines as a status shows, and one to know that there are more. */
  private static final int LINES = SqlTransactionStatus.Plan.MAX_CHANGES + 1;

  private final Engine engine;
  private final Request request;

  private Advance(Engine engine, Request request) {
    this.engine = engine;
    this.request = request;
  }

  /**
   * Advances the transaction.
   *
   * @throws io.iasql.engine.store.UnavailableException while PostgreSQL or AWS is out of reach
   */
  static Snapshot of(Engine engine, Request request) {
    return new Advance(engine, request).run();
  }

  private Snapshot run() {
    // The environment's own reconciler may not have come to a change that this request knows of.
    request.guards().post(engine);
    Optional<TransactionView> submitted =
        engine
            .view(request.uid())
            .filter(v -> v.contentHash().equals(contentHash()) || !v.state().isFinal());
    if (submitted.isPresent()) {
      return submitted(submitted.get());
    }
    return engine
        .committed(request.ledgerName(), request.sql())
        .map(Advance::remembered)
        .orElseGet(() -> planned(Optional.empty()));
  }

  /** A resource that was made again, or a cluster that was rebuilt, runs nothing twice. */
  private static Snapshot remembered(Engine.Committed earlier) {
    Phase phase = Phase.valueOf(earlier.state());
    String text =
        switch (phase) {
          case NO_CHANGES -> "changed nothing at";
          case PARTIALLY_APPLIED -> "was committed in part at";
          default -> "was committed at";
        };
    return Snapshot.of(
        phase,
        Reason.ALREADY_COMMITTED,
        "A transaction of this name with this SQL %s %s as %s; it is not run twice."
            .formatted(text, earlier.at().truncatedTo(ChronoUnit.SECONDS), earlier.planId()),
        Optional.empty());
  }

  private String contentHash() {
    return Submissions.contentHash(request.ledgerName(), request.sql());
  }

  private Snapshot submitted(TransactionView view) {
    return switch (view.state()) {
      case QUEUED -> queued(view);
      case RUNNING -> progress(Phase.COMMITTING, Reason.COMMITTING, "AWS is being changed.", view);
      case COMMITTED ->
          progress(Phase.COMMITTED, Reason.COMMITTED, "AWS and the rows are as planned.", view);
      case NO_CHANGES ->
          progress(Phase.NO_CHANGES, Reason.NO_CHANGES, "The SQL changes nothing.", view);
      case SUPERSEDED, FAILED -> planned(Optional.of(view));
      case PARTIALLY_APPLIED ->
          progress(Phase.PARTIALLY_APPLIED, Reason.PARTIALLY_APPLIED, view.message(), view);
      case ROLLED_BACK -> progress(Phase.ROLLED_BACK, Reason.ROLLED_BACK, view.message(), view);
    };
  }

  private Snapshot queued(TransactionView view) {
    Optional<String> closed = engine.commitClosed();
    if (closed.isPresent()) {
      return progress(
          Phase.QUEUED, Reason.OUTSIDE_WINDOW, "Approved; it waits: " + closed.get() + ".", view);
    }
    return progress(
        Phase.QUEUED,
        Reason.QUEUED,
        engine
            .openedBy()
            .map(
                who ->
                    "Approved; it waits because "
                        + who
                        + " has a transaction open in psql (iasql_begin).")
            .orElse("Approved; it waits for its turn."),
        view);
  }

  private Snapshot progress(Phase phase, Reason reason, String message, TransactionView view) {
    return new Snapshot(
        phase,
        reason,
        message,
        engine.storedPlan(request.uid(), LINES),
        view.total() == 0 ? "" : view.done() + "/" + view.total(),
        request.approver(view.planId()),
        false);
  }

  /**
   * Plans, and submits what is approved.
   *
   * @param before how an earlier submission of the same SQL ended without having done anything
   */
  private Snapshot planned(Optional<TransactionView> before) {
    Optional<PlanStore.Stored> fresh = freshPlan();
    Optional<String> closed = fresh.isPresent() ? Optional.empty() : engine.planClosed();
    if (closed.isPresent()) {
      return Snapshot.of(
          Phase.PLANNING,
          Reason.OUTSIDE_WINDOW,
          "No plan is made now: " + closed.get() + ".",
          engine.storedPlan(request.uid(), LINES).filter(p -> p.isOf(request.draft())));
    }
    PlanStore.Stored plan;
    try {
      plan = fresh.orElseGet(this::plan);
    } catch (InvalidTransactionException e) {
      return Snapshot.of(
          Phase.FAILED, Reason.INVALID_TRANSACTION, e.getMessage(), Optional.empty());
    }
    if (plan.summary().total() == 0) {
      return Snapshot.of(
          Phase.NO_CHANGES, Reason.NO_CHANGES, "The SQL changes nothing.", Optional.of(plan));
    }
    Optional<TransactionView> failed =
        before.filter(v -> v.state() == TransactionState.FAILED && v.planId().equals(plan.id()));
    if (failed.isPresent()) {
      return failed(failed.get(), plan);
    }
    if (!request.approves(plan.id(), engine.tooMuch(plan.summary()).isPresent())) {
      return waiting(plan, before);
    }
    engine.submit(
        new Submission(
            request.uid(),
            request.ledgerName(),
            request.draft(),
            request.onFailure(),
            plan.id(),
            request.approver(plan.id())));
    // The queue has its own pace: what it did with it so far decides, and nothing is done twice.
    return engine
        .view(request.uid())
        .filter(v -> v.planId().equals(plan.id()) && v.state() != TransactionState.SUPERSEDED)
        .map(v -> v.state() == TransactionState.FAILED ? failed(v, plan) : submitted(v))
        .orElseGet(() -> waiting(plan, before));
  }

  /** The same plan is not tried twice: what was in its way must be mended by a person. */
  private Snapshot failed(TransactionView view, PlanStore.Stored plan) {
    return Snapshot.of(
        Phase.FAILED,
        Reason.COMMIT_FAILED,
        view.message()
            + "\nNothing was changed. Mend what was in the way, then delete the resource and apply"
            + " it again",
        Optional.of(plan));
  }

  private Optional<PlanStore.Stored> freshPlan() {
    return engine
        .storedPlan(request.uid(), LINES)
        .filter(p -> p.isOf(request.draft()))
        .filter(p -> !engine.isStale(p));
  }

  private PlanStore.Stored plan() {
    engine.plan(request.uid(), request.draft());
    return engine.storedPlan(request.uid(), LINES).orElseThrow();
  }

  private Snapshot waiting(PlanStore.Stored plan, Optional<TransactionView> before) {
    Optional<String> approved = before.map(TransactionView::planId);
    String tooMuch = engine.tooMuch(plan.summary()).map(t -> t + ". ").orElse("");
    if (approved.isPresent()
        && (request.automatic() || approved.get().equals(request.approvePlan()))) {
      return Snapshot.of(
          Phase.AWAITING_APPROVAL,
          Reason.PLAN_SUPERSEDED,
          "The account or the rows have changed since %s was approved; nothing was done. %sReview the new plan; to approve it, set spec.approvePlan to %s."
              .formatted(approved.get(), tooMuch, plan.id()),
          Optional.of(plan));
    }
    if (!request.approvePlan().isEmpty()) {
      return Snapshot.of(
          Phase.AWAITING_APPROVAL,
          Reason.APPROVAL_MISMATCH,
          "spec.approvePlan is %s, which is not this plan; to approve it, write exactly %s."
              .formatted(request.approvePlan(), plan.id()),
          Optional.of(plan));
    }
    return Snapshot.of(
        Phase.AWAITING_APPROVAL,
        Reason.AWAITING_APPROVAL,
        "%sReview the plan; to approve it, set spec.approvePlan to %s."
            .formatted(tooMuch, plan.id()),
        Optional.of(plan));
  }
}
