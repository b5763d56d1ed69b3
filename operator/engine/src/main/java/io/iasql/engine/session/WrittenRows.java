package io.iasql.engine.session;

import io.iasql.engine.EngineContext;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.OnFailure;
import io.iasql.engine.Proposal;
import io.iasql.engine.commit.CommitQueue;
import io.iasql.engine.commit.Pending;
import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.Submissions;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.export.SqlExport;
import io.iasql.engine.guard.Windows;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Fingerprint;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.plan.Planner;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.Snapshots;
import io.iasql.engine.store.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Brings what people have written to the cloud: at once where every plan is approved, as a proposal
 * where plans wait for approval. What cannot be is taken back, so that rows and cloud agree again.
 */
final class WrittenRows {
  /** How often a plan may be overtaken by further writes. */
  private static final int TRIES = 10;

  private static final Duration LONGEST_COMMIT = Duration.ofHours(12);

  private final EngineContext context;
  private final Jdbi jdbi;
  private final Planner planner;
  private final CommitQueue queue;
  private final Arrivals arrivals;
  // One at a time: two of them would commit the same rows.
  private final ReentrantLock turn = new ReentrantLock();

  WrittenRows(EngineContext context, Planner planner, CommitQueue queue, Arrivals arrivals) {
    this.context = context;
    this.jdbi = Jdbis.over(context.database().pool());
    this.planner = planner;
    this.queue = queue;
    this.arrivals = arrivals;
  }

  /** Whether there is any. */
  boolean any() {
    return jdbi.withHandle(Pending::any);
  }

  /** The audit entries of all of it. */
  Set<Long> pending() {
    return jdbi.withHandle(Pending::entries);
  }

  /**
   * Throws when it could not be planned, or not be committed, at this time.
   *
   * @param automatic whether it would be committed at once
   * @throws CallException then
   */
  void refuseOutsideWindows(boolean automatic) {
    Windows windows = context.guardRoom().guards().windows();
    Instant now = context.clock().instant();
    windows
        .planClosed(now)
        .or(() -> automatic ? windows.commitClosed(now) : Optional.empty())
        .ifPresent(
            closed -> {
              throw new CallException("not now: " + closed);
            });
  }

  /**
   * What a commit would do now.
   *
   * @throws CallException outside the windows for plans
   */
  Plan plan() {
    refuseOutsideWindows(false);
    return planner.plan(new Draft.Pending()).plan();
  }

  /**
   * Commits it.
   *
   * @param id the transaction's id
   * @param by who commits
   * @return what was done; empty when nothing was, because it is too much for the environment to
   *     approve by itself
   * @throws InvalidTransactionException when it cannot be; the rows are taken back
   * @throws CallException when AWS refused; what was done is taken back as far as that goes
   * @throws UnfinishedException when the commit goes on without the caller
   * @throws io.iasql.engine.store.UnavailableException when PostgreSQL or AWS is out of reach; the
   *     rows stay as they are
   */
  Optional<List<PlanStore.Line>> commit(String id, String by, Calls.Waiting waiting) {
    turn.lock();
    try {
      refuseOutsideWindows(true);
      for (int attempt = 1; attempt <= TRIES; attempt++) {
        Set<Long> seen = pending();
        Plan plan = planOrTakeBack(id, seen);
        if (!any()) {
          return Optional.of(List.of());
        }
        if (tooMuch(plan).isPresent()) {
          return Optional.empty();
        }
        submit(id, by, plan);
        TransactionView end = awaitEnd(id, seen, waiting);
        if (end.state() != TransactionState.SUPERSEDED) {
          return Optional.of(ended(id, seen, end, plan));
        }
      }
      throw new UnavailableException(
          "the rows or the account kept moving while they were to be committed; nothing was done",
          null);
    } finally {
      turn.unlock();
    }
  }

  /** What a plan has too much of to be approved by the environment itself. */
  Optional<String> tooMuch(Plan plan) {
    Plan.Summary summary = plan.summary();
    return context.guardRoom().guards().limits().exceeded(summary.deletes(), summary.total());
  }

  private Plan planOrTakeBack(String id, Set<Long> seen) {
    try {
      return plan();
    } catch (InvalidTransactionException e) {
      takeBack(id, seen);
      throw e;
    }
  }

  private void submit(String id, String by, Plan plan) {
    jdbi.useTransaction(
        h -> {
          PlanStore.save(h, id, Fingerprint.of(h, new Draft.Pending()), plan);
          Submissions.submit(
              h,
              new Submission(
                  id, "psql/" + id, new Draft.Pending(), OnFailure.ROLLBACK, plan.id(), by),
              context.clock().instant());
        });
    queue.wake();
  }

  private TransactionView awaitEnd(String id, Set<Long> seen, Calls.Waiting waiting) {
    String[] told = {""};
    return arrivals
        .await(
            () -> {
              TransactionView view = jdbi.withHandle(h -> Submissions.view(h, id)).orElseThrow();
              String progress = view.total() == 0 ? "" : view.done() + "/" + view.total();
              if (!progress.isEmpty() && !progress.equals(told[0]) && !view.state().isFinal()) {
                told[0] = progress;
                waiting.progress("committed " + progress);
              }
              return Optional.of(view).filter(v -> v.state().isFinal());
            },
            LONGEST_COMMIT,
            () -> leaveIfInVain(id, seen, waiting))
        .orElseThrow(
            () ->
                new UnfinishedException(
                    "the commit goes on; its end will be in iasql_get_errors()"));
  }

  /** What has not begun can be taken out of the queue; what has goes on to its end. */
  private void leaveIfInVain(String id, Set<Long> seen, Calls.Waiting waiting) {
    Optional<String> closed =
        context.guardRoom().guards().windows().commitClosed(context.clock().instant());
    if (closed.isPresent() && jdbi.inTransaction(h -> Submissions.withdraw(h, id))) {
      takeBack(id, seen);
      throw new CallException("not now: " + closed.get() + "\nThe rows are as they were before");
    }
    try {
      waiting.check();
    } catch (CallException e) {
      if (jdbi.inTransaction(h -> Submissions.withdraw(h, id))) {
        throw e;
      }
    }
  }

  private List<PlanStore.Line> ended(String id, Set<Long> seen, TransactionView end, Plan plan) {
    switch (end.state()) {
      case COMMITTED, NO_CHANGES -> {
        return PlanStore.lines(plan);
      }
      case FAILED -> {
        takeBack(id, seen);
        throw new CallException(end.message() + "\nThe rows are as they were before");
      }
      default -> throw new CallException(end.message());
    }
  }

  /**
   * Puts the rows back as they were before people wrote to them.
   *
   * @param id the transaction that the writes belong to from now on
   * @return what had been done to the rows
   */
  List<NetChange.Row> takeBack(String id) {
    return Snapshots.of(jdbi, h -> Pending.takeBack(h, context, id));
  }

  /**
   * Puts the rows back as they were before some was written to them. What has been written since
   * has its own turn.
   *
   * @param id the transaction that the writes belong to from now on
   * @param seen the audit entries; those that a commit has taken are that commit's
   */
  void takeBack(String id, Set<Long> seen) {
    Snapshots.of(jdbi, h -> Pending.takeBack(h, context, id, seen));
  }

  /**
   * Makes a proposal of it: the rows are as they were, until the proposal is approved.
   *
   * @param description what it is for, or null
   * @return the proposal with the plan that it leads to, or empty when nothing was written
   * @throws InvalidTransactionException when it cannot be; the rows are taken back
   */
  Optional<Proposal> propose(String id, String description) {
    turn.lock();
    try {
      Set<Long> seen = pending();
      if (seen.isEmpty()) {
        return Optional.empty();
      }
      planOrTakeBack(id, seen);
      Proposal written = Snapshots.of(jdbi, h -> write(h, id, description));
      Plan plan = planner.plan(new Draft.Statements(written.sql())).plan();
      jdbi.useHandle(
          h -> h.execute("UPDATE iasql.proposal SET plan_id = ? WHERE id = ?", plan.id(), id));
      return Optional.of(
          new Proposal(id, written.author(), written.description(), written.sql(), plan.id()));
    } finally {
      turn.unlock();
    }
  }

  private Proposal write(Handle handle, String id, String description) {
    Catalog catalog = context.catalog(handle);
    String author = String.join(", ", Pending.authors(handle));
    List<NetChange.Row> rows = NetChange.pending(handle, catalog, context.modules());
    refuseSecrets(handle, rows);
    String sql =
        SqlExport.of(handle, catalog, context.modules(), rows).stream()
            .collect(Collectors.joining("\n"));
    Pending.takeBack(handle, context, id);
    Proposal proposal =
        new Proposal(
            id,
            author,
            description == null ? "Written in psql by " + author : description,
            sql,
            "");
    Proposal.save(handle, proposal, context.clock().instant());
    return proposal;
  }

  /** A value that is written once and never read back cannot stand in SQL that waits for review. */
  private void refuseSecrets(Handle handle, List<NetChange.Row> rows) {
    for (NetChange.Row row : rows) {
      for (String column :
          handle
              .createQuery(
                  "SELECT column_name FROM iasql.write_only WHERE table_name = :table ORDER BY 1")
              .bind("table", row.key().table())
              .mapTo(String.class)
              .list()) {
        boolean given =
            row.after() != null
                && row.after().hasNonNull(column)
                && (row.before() == null
                    || !row.after().get(column).equals(row.before().get(column)));
        if (given) {
          throw new CallException(
              row.key().table()
                  + "."
                  + column
                  + " is never shown or exported, so it cannot wait for approval as SQL; apply a"
                  + " SqlTransaction that sets it, or leave it out");
        }
      }
    }
  }
}
