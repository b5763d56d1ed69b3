package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.Engine;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.PlanStore;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.time.Instant;
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
  private final Clock clock;

  private Advance(Engine engine, Request request, Clock clock) {
    this.engine = engine;
    this.request = request;
    this.clock = clock;
  }

  /**
   * Advances the transaction.
   *
   * @param mayPlan whether the rows are such that SQL finds what it looks for
   * @return empty where it takes a plan to say more
   * @throws io.iasql.engine.store.UnavailableException while PostgreSQL or AWS is out of reach
   */
  static Optional<Snapshot> of(Engine engine, Request request, Clock clock, boolean mayPlan) {
    return new Advance(engine, request, clock).run(mayPlan);
  }

  private Optional<Snapshot> run(boolean mayPlan) {
    // The environment's own reconciler may not have come to a change that this request knows of.
    request.guards().post(engine);
    Optional<TransactionView> view = engine.view(request.uid());
    if (view.filter(this::isToBeRecalled).isPresent()) {
      // It may have begun meanwhile.
      view = engine.recall(request.uid()) ? Optional.empty() : engine.view(request.uid());
    }
    Optional<TransactionView> known = view.filter(v -> isFixed(v) || isOfDraft(v));
    if (known.isPresent() && !isUndone(known.get())) {
      return Optional.of(submitted(known.get()));
    }
    if (request.hold().isPresent()) {
      return Optional.of(held(request.hold().get()));
    }
    Draft draft = request.draft().orElseThrow();
    Optional<Snapshot> earlier =
        known.isPresent()
            ? Optional.empty()
            : engine.committed(request.ledgerName(), draft).map(this::remembered);
    return earlier.isPresent() || !mayPlan ? earlier : Optional.of(planned(draft, known));
  }

  /** Whether it has not begun and is not, or not now, what is asked for. */
  private boolean isToBeRecalled(TransactionView view) {
    return !view.state().isFinal()
        && view.total() == 0
        && (request.hold().isPresent()
            || request.planOnly()
            || !isOfDraft(view)
            || !isUpheld(view));
  }

  private boolean isUpheld(TransactionView view) {
    return engine
        .storedPlan(request.uid(), LINES)
        .filter(p -> request.upholds(view, p, engine.tooMuch(p.summary()).isPresent()))
        .isPresent();
  }

  /** Whether it is what it is, whatever the spec says by now. */
  private static boolean isFixed(TransactionView view) {
    return switch (view.state()) {
      case QUEUED, RUNNING, COMMITTED, PARTIALLY_APPLIED -> true;
      case NO_CHANGES, SUPERSEDED, FAILED, ROLLED_BACK -> false;
    };
  }

  private static boolean isUndone(TransactionView view) {
    return view.state() == TransactionState.SUPERSEDED || view.state() == TransactionState.FAILED;
  }

  private boolean isOfDraft(TransactionView view) {
    return request
        .draft()
        .filter(d -> view.contentHash().equals(engine.contentHash(request.ledgerName(), d)))
        .isPresent();
  }

  /** What waits for something besides its approval keeps the plan that it has. */
  private Snapshot held(Hold hold) {
    Optional<PlanStore.Stored> plan =
        request
            .draft()
            .flatMap(d -> engine.storedPlan(request.uid(), LINES).filter(p -> engine.isOf(p, d)));
    boolean planned = plan.isPresent() && hold.phase() == Phase.PLANNING;
    return Snapshot.of(
        planned ? Phase.AWAITING_APPROVAL : hold.phase(),
        hold.reason(),
        hold.message(),
        plan,
        plan.flatMap(p -> request.draft().map(d -> sql(d, p))).orElse(""));
  }

  /** A resource that was made again, or a cluster that was rebuilt, runs nothing twice. */
  private Snapshot remembered(Engine.Committed earlier) {
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
            .formatted(text, earlier.at().truncatedTo(ChronoUnit.SECONDS), earlier.planId()));
  }

  private Snapshot submitted(TransactionView view) {
    if (!view.state().isFinal() && isOfDraft(view)) {
      // After a restart the engine does not know them.
      request.draft().ifPresent(d -> engine.handOver(request.uid(), d));
    }
    return switch (view.state()) {
      case QUEUED -> queued(view);
      case RUNNING ->
          progress(
              Phase.COMMITTING,
              Reason.COMMITTING,
              view.total() == 0
                  ? "The plan is checked once more before AWS is changed."
                  : "AWS is being changed.",
              view);
      case COMMITTED ->
          progress(Phase.COMMITTED, Reason.COMMITTED, "AWS and the rows are as planned.", view);
      case NO_CHANGES ->
          progress(Phase.NO_CHANGES, Reason.NO_CHANGES, "The SQL changes nothing.", view);
      case SUPERSEDED, FAILED -> planned(request.draft().orElseThrow(), Optional.of(view));
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

  /** The SQL as people see it. */
  private static String sql(Draft draft, PlanStore.Stored plan) {
    return draft instanceof Draft.Undo ? plan.sql() : draft.text();
  }

  private Snapshot progress(Phase phase, Reason reason, String message, TransactionView view) {
    Optional<PlanStore.Stored> plan = engine.storedPlan(request.uid(), LINES);
    return new Snapshot(
        phase,
        reason,
        message,
        plan,
        view.total() == 0 ? "" : view.done() + "/" + view.total(),
        request.approver(plan.map(PlanStore.Stored::id).orElse(view.planId())),
        isOfDraft(view) ? plan.flatMap(p -> request.draft().map(d -> sql(d, p))).orElse("") : "",
        Optional.empty(),
        false);
  }

  /**
   * Plans, and submits what is approved.
   *
   * @param before how an earlier submission of the same SQL ended without having done anything
   */
  private Snapshot planned(Draft draft, Optional<TransactionView> before) {
    Optional<PlanStore.Stored> fresh = knownPlan(draft).filter(p -> !hasExpired(p));
    Optional<String> closed = fresh.isPresent() ? Optional.empty() : engine.planClosed();
    if (closed.isPresent()) {
      Optional<PlanStore.Stored> stale =
          engine.storedPlan(request.uid(), LINES).filter(p -> engine.isOf(p, draft));
      return Snapshot.of(
          Phase.PLANNING,
          Reason.OUTSIDE_WINDOW,
          "No plan is made now: " + closed.get() + ".",
          stale,
          stale.map(p -> sql(draft, p)).orElse(""));
    }
    PlanStore.Stored plan;
    try {
      plan = fresh.orElseGet(() -> plan(draft));
    } catch (InvalidTransactionException e) {
      return Snapshot.of(Phase.FAILED, Reason.INVALID_TRANSACTION, e.getMessage());
    }
    if (request.planOnly()) {
      return Snapshot.of(
              Phase.PLANNED,
              Reason.PLAN_ONLY,
              "This is what the SQL would do; spec.planOnly keeps it from being committed.",
              Optional.of(plan),
              sql(draft, plan))
          .expiring(expiry(plan));
    }
    if (plan.summary().total() == 0) {
      return Snapshot.of(
          Phase.NO_CHANGES,
          Reason.NO_CHANGES,
          "The SQL changes nothing.",
          Optional.of(plan),
          sql(draft, plan));
    }
    Optional<TransactionView> failed =
        before.filter(
            v -> v.state() == TransactionState.FAILED && v.planId().equals(plan.planId()));
    if (failed.isPresent()) {
      return failed(draft, failed.get(), plan);
    }
    if (!request.approves(plan.id(), engine.tooMuch(plan.summary()).isPresent())) {
      return waiting(draft, plan, before);
    }
    engine.submit(
        new Submission(
            request.uid(),
            request.ledgerName(),
            draft,
            request.onFailure(),
            plan.planId(),
            request.approver(plan.id())));
    // The queue has its own pace: what it did with it so far decides, and nothing is done twice.
    return engine
        .view(request.uid())
        .filter(v -> v.planId().equals(plan.planId()) && v.state() != TransactionState.SUPERSEDED)
        .map(v -> v.state() == TransactionState.FAILED ? failed(draft, v, plan) : submitted(v))
        .orElseGet(() -> waiting(draft, plan, before));
  }

  /** The same plan is not tried twice: what was in its way must be mended by a person. */
  private Snapshot failed(Draft draft, TransactionView view, PlanStore.Stored plan) {
    return Snapshot.of(
        Phase.FAILED,
        Reason.COMMIT_FAILED,
        view.message()
            + "\nNothing was changed. Mend what was in the way, then delete the resource and apply"
            + " it again",
        Optional.of(plan),
        sql(draft, plan));
  }

  /** The plan of this draft, unless rows that it depends on have moved since. */
  private Optional<PlanStore.Stored> knownPlan(Draft draft) {
    return engine
        .storedPlan(request.uid(), LINES)
        .filter(p -> engine.isOf(p, draft))
        .filter(p -> !engine.isStale(p));
  }

  private PlanStore.Stored plan(Draft draft) {
    if (knownPlan(draft).filter(this::hasExpired).isPresent()) {
      engine.planAnew(request.uid(), draft);
    } else {
      engine.plan(request.uid(), draft);
    }
    return engine.storedPlan(request.uid(), LINES).orElseThrow();
  }

  /** Whether an id is a plan's, or the plan's with a number after it has expired. */
  private static boolean isRoundOf(String plan, String id) {
    return id.equals(plan) || id.startsWith(plan + "-");
  }

  private Optional<Instant> expiry(PlanStore.Stored plan) {
    return request.planTtl().map(ttl -> plan.createdAt().plus(ttl));
  }

  private boolean hasExpired(PlanStore.Stored plan) {
    return expiry(plan).filter(at -> !clock.instant().isBefore(at)).isPresent();
  }

  private Snapshot waiting(Draft draft, PlanStore.Stored plan, Optional<TransactionView> before) {
    return waitingForApproval(draft, plan, before).expiring(expiry(plan));
  }

  private Snapshot waitingForApproval(
      Draft draft, PlanStore.Stored plan, Optional<TransactionView> before) {
    Optional<String> approved = before.map(TransactionView::planId);
    String tooMuch = engine.tooMuch(plan.summary()).map(t -> t + ". ").orElse("");
    if (approved.isPresent()
        && (request.automatic() || isRoundOf(approved.get(), request.approvePlan()))) {
      return Snapshot.of(
          Phase.AWAITING_APPROVAL,
          Reason.PLAN_SUPERSEDED,
          "The account or the rows have changed since %s was approved; nothing was done. %sReview the new plan; to approve it, set spec.approvePlan to %s."
              .formatted(approved.get(), tooMuch, plan.id()),
          Optional.of(plan),
          sql(draft, plan));
    }
    if (plan.hadBefore(request.approvePlan())) {
      return Snapshot.of(
          Phase.AWAITING_APPROVAL,
          Reason.PLAN_EXPIRED,
          "%s has expired (spec.planTTL); the plan was made anew. Review it; to approve it, set spec.approvePlan to %s."
              .formatted(request.approvePlan(), plan.id()),
          Optional.of(plan),
          sql(draft, plan));
    }
    if (!request.approvePlan().isEmpty()) {
      return Snapshot.of(
          Phase.AWAITING_APPROVAL,
          Reason.APPROVAL_MISMATCH,
          "spec.approvePlan is %s, which is not this plan; to approve it, write exactly %s."
              .formatted(request.approvePlan(), plan.id()),
          Optional.of(plan),
          sql(draft, plan));
    }
    return Snapshot.of(
        Phase.AWAITING_APPROVAL,
        Reason.AWAITING_APPROVAL,
        "%sReview the plan; to approve it, set spec.approvePlan to %s."
            .formatted(tooMuch, plan.id()),
        Optional.of(plan),
        sql(draft, plan));
  }
}
