package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.Engine;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.Submissions;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.PlanStore;
import io.iasql.operator.status.Reason;
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
    Optional<TransactionView> submitted =
        engine
            .view(request.uid())
            .filter(v -> v.contentHash().equals(contentHash()) || !v.state().isFinal());
    if (submitted.isPresent()) {
      return submitted(submitted.get());
    }
    Optional<Engine.Committed> earlier = engine.committed(request.ledgerName(), request.sql());
    if (earlier.isPresent()) {
      return Snapshot.of(
          Phase.COMMITTED,
          Reason.ALREADY_COMMITTED,
          "A transaction of this name with this SQL was committed at %s as %s; it is not run twice."
              .formatted(earlier.get().at(), earlier.get().planId()),
          Optional.empty());
    }
    return planned("");
  }

  private String contentHash() {
    return Submissions.contentHash(request.ledgerName(), request.sql());
  }

  private Snapshot submitted(TransactionView view) {
    return switch (view.state()) {
      case QUEUED ->
          progress(Phase.QUEUED, Reason.QUEUED, "Approved; it waits for its turn.", view);
      case RUNNING -> progress(Phase.COMMITTING, Reason.COMMITTING, "AWS is being changed.", view);
      case COMMITTED ->
          progress(Phase.COMMITTED, Reason.COMMITTED, "AWS and the rows are as planned.", view);
      case NO_CHANGES ->
          progress(Phase.NO_CHANGES, Reason.NO_CHANGES, "The SQL changes nothing.", view);
      case SUPERSEDED -> planned(view.message());
      case FAILED -> progress(Phase.FAILED, Reason.COMMIT_FAILED, view.message(), view);
      case PARTIALLY_APPLIED ->
          progress(Phase.PARTIALLY_APPLIED, Reason.PARTIALLY_APPLIED, view.message(), view);
      case ROLLED_BACK -> progress(Phase.ROLLED_BACK, Reason.ROLLED_BACK, view.message(), view);
    };
  }

  private Snapshot progress(Phase phase, Reason reason, String message, TransactionView view) {
    return new Snapshot(
        phase,
        reason,
        message,
        engine.storedPlan(request.uid(), LINES),
        view.total() == 0 ? "" : view.done() + "/" + view.total(),
        request.automatic() ? "automatic" : request.approvedBy(),
        false);
  }

  private Snapshot planned(String superseded) {
    PlanStore.Stored plan;
    try {
      plan = freshPlan();
    } catch (InvalidTransactionException e) {
      return Snapshot.of(
          Phase.FAILED, Reason.INVALID_TRANSACTION, e.getMessage(), Optional.empty());
    }
    if (plan.summary().total() == 0) {
      return Snapshot.of(
          Phase.NO_CHANGES, Reason.NO_CHANGES, "The SQL changes nothing.", Optional.of(plan));
    }
    if (request.approves(plan.id())) {
      engine.submit(
          new Submission(
              request.uid(),
              request.ledgerName(),
              request.sql(),
              request.onFailure(),
              plan.id(),
              request.automatic() ? "automatic" : request.approvedBy()));
      return engine
          .view(request.uid())
          .filter(v -> v.planId().equals(plan.id()))
          .map(this::submitted)
          .orElseGet(() -> waiting(plan, superseded));
    }
    return waiting(plan, superseded);
  }

  private PlanStore.Stored freshPlan() {
    Optional<PlanStore.Stored> known =
        engine
            .storedPlan(request.uid(), LINES)
            .filter(p -> p.isOf(request.sql()))
            .filter(p -> !engine.isStale(p));
    if (known.isPresent()) {
      return known.get();
    }
    engine.plan(request.uid(), request.sql());
    return engine.storedPlan(request.uid(), LINES).orElseThrow();
  }

  private Snapshot waiting(PlanStore.Stored plan, String superseded) {
    if (!superseded.isEmpty()) {
      return Snapshot.of(
          Phase.AWAITING_APPROVAL, Reason.PLAN_SUPERSEDED, superseded, Optional.of(plan));
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
        "Review the plan; to approve it, set spec.approvePlan to %s.".formatted(plan.id()),
        Optional.of(plan));
  }
}
