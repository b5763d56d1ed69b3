package io.iasql.engine;

import io.iasql.engine.catalog.Modules;
import io.iasql.engine.commit.CommitQueue;
import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.Submissions;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.guard.GuardCheck;
import io.iasql.engine.guard.Guards;
import io.iasql.engine.guard.WindowWatch;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUsers;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Fingerprint;
import io.iasql.engine.plan.OwnedRows;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.plan.Planner;
import io.iasql.engine.replicate.Replicas;
import io.iasql.engine.session.PsqlSession;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.sync.DriftPolicy;
import io.iasql.engine.sync.Importer;
import io.iasql.engine.sync.SyncReport;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.jdbi.v3.core.Jdbi;

/**
 * The engine of one environment: everything the operator asks of it.
 *
 * <p>Safe for use by several threads. Every method but {@link #wake} and {@link #submit} may take
 * as long as PostgreSQL and AWS take; none belongs on a reconcile thread. All throw {@link
 * io.iasql.engine.store.UnavailableException} while PostgreSQL or AWS is out of reach.
 */
public final class Engine implements AutoCloseable {
  private final EngineContext context;
  private final Jdbi jdbi;
  private final Installer installer;
  private final Planner planner;
  private final Importer importer;
  private final CommitQueue queue;
  private final EngineListener listener;
  private final PsqlSession psql;
  private final WindowWatch watch;
  private final Replicas replicas;

  /**
   * An engine that has touched nothing yet.
   *
   * @param timer for trying again later; does no work itself
   */
  public Engine(EngineContext context, EngineListener listener, ScheduledExecutorService timer) {
    this.context = context;
    this.listener = listener;
    this.jdbi = Jdbis.over(context.database().pool());
    this.installer = new Installer(context.database(), context.modules());
    this.planner = new Planner(context);
    this.importer = new Importer(context);
    this.queue = new CommitQueue(context, new Moves(), timer);
    this.replicas = new Replicas(context, jdbi, planner);
    this.psql = new PsqlSession(context, planner, importer, installer, queue, timer, new Moves());
    this.watch = new WindowWatch(context.guardRoom(), context.clock(), timer, this::windowMoved);
  }

  /** Tells both who listens to the engine and who waits in psql. */
  private final class Moves implements EngineListener {
    @Override
    public void transactionMoved(String id) {
      listener.transactionMoved(id);
      psql.transactionMoved();
    }

    @Override
    public void tablesMoved(Set<String> tables) {
      listener.tablesMoved(tables);
    }

    @Override
    public void opened() {
      listener.opened();
    }

    @Override
    public void windowMoved() {
      listener.windowMoved();
    }

    @Override
    public void proposed() {
      listener.proposed();
    }

    @Override
    public void committed(Duration took) {
      listener.committed(took);
    }
  }

  /** The product's modules. */
  public Modules modules() {
    return context.modules();
  }

  /**
   * Brings the database to this version and installs modules with all they depend on.
   *
   * @return the names of the modules that were installed now
   * @throws IllegalArgumentException when a module is unknown
   */
  public List<String> prepare(Collection<String> modules) {
    return Outages.translate(
        () -> {
          installer.migrate();
          return installer.install(modules);
        });
  }

  /**
   * Begins to answer calls from psql and to see to what people write, or goes on with other
   * settings; returns at once.
   *
   * @param approvesAll whether what people write is committed at once; else it becomes a {@link
   *     Proposal}
   * @param declared the modules that the environment is declared with: nobody takes them out
   */
  public void openToPeople(boolean approvesAll, Collection<String> declared) {
    psql.open(approvesAll, Set.copyOf(declared));
  }

  /**
   * Has every plan from now on keep to guards; returns at once. Older ones than those that are
   * posted are left aside.
   *
   * @param generation the generation of the declaration that they are from
   */
  public void guard(long generation, Guards guards) {
    boolean closed = commitClosed().isPresent();
    if (context.guardRoom().post(generation, guards)) {
      watch.reset();
      if (closed) {
        queue.wake();
      }
    }
  }

  private void windowMoved() {
    queue.wake();
    listener.windowMoved();
  }

  /** Why no plan is made now, in words, if none is: the environment's windows are closed. */
  public Optional<String> planClosed() {
    return context.guardRoom().guards().windows().planClosed(context.clock().instant());
  }

  /** Why no commit begins now, in words, if none does: the environment's windows are closed. */
  public Optional<String> commitClosed() {
    return context.guardRoom().guards().windows().commitClosed(context.clock().instant());
  }

  /** What a plan has too much of, in words, to be approved by the environment itself. */
  public Optional<String> tooMuch(Plan.Summary summary) {
    return context.guardRoom().guards().limits().exceeded(summary.deletes(), summary.total());
  }

  /** A sentence for each guard that cannot hold as it is written; the others do. */
  public List<String> guardProblems() {
    return Outages.translate(
        () -> jdbi.inTransaction(h -> GuardCheck.problems(h, context.guardRoom().guards())));
  }

  /** Who has a transaction open in psql; commits of others wait until it ends. */
  public Optional<String> openedBy() {
    return Outages.translate(psql::openedBy);
  }

  /** What people wrote and waits to become a transaction that is planned and approved. */
  public List<Proposal> proposals() {
    return Outages.translate(psql::proposals);
  }

  /** The proposal is a transaction of its own now. */
  public void taken(Proposal proposal) {
    Outages.translate(
        () -> {
          psql.taken(proposal);
          return null;
        });
  }

  /**
   * Lets these people log in to the prepared database, and nobody else whom it once let in.
   *
   * @throws io.iasql.engine.login.LoginException when a person must mend something first
   */
  public void setUsers(Collection<DatabaseUser> users) {
    Outages.translate(
        () -> {
          new DatabaseUsers(jdbi).set(users);
          return null;
        });
  }

  /** The names of the installed modules. */
  public List<String> installedModules() {
    return Outages.translate(() -> jdbi.withHandle(Installer::installed));
  }

  /**
   * Reads the account into the rows, which follow it.
   *
   * @param tables only these, or all when empty
   */
  public SyncReport sync(Set<String> tables) {
    return sync(tables, DriftPolicy.ACCEPT);
  }

  /**
   * Reads the account.
   *
   * @param tables only these, or all when empty
   * @param policy what happens where the account differs from the rows; what was never read before
   *     is taken into the rows in any case
   */
  public SyncReport sync(Set<String> tables, DriftPolicy policy) {
    SyncReport report =
        Outages.translate(
            () -> {
              List<String> installed = jdbi.withHandle(Installer::installed);
              boolean known = jdbi.withHandle(Installer::imported).containsAll(installed);
              SyncReport read = importer.sync(tables, known ? policy : DriftPolicy.ACCEPT);
              if (!known && tables.isEmpty() && read.failures().isEmpty()) {
                jdbi.useHandle(h -> Installer.rememberImported(h, installed));
              }
              return read;
            });
    listener.synced(report);
    if (!report.changedTables().isEmpty()) {
      listener.tablesMoved(report.changedTables());
    }
    if (policy == DriftPolicy.RESTORE && !report.drift().isEmpty()) {
      listener.proposed();
    }
    return report;
  }

  /**
   * Plans a transaction and keeps the plan; changes neither rows nor AWS.
   *
   * @throws InvalidTransactionException when it cannot be as it is written
   */
  public Plan plan(String transaction, Draft draft) {
    return plan(transaction, draft, 0);
  }

  /**
   * Plans a transaction whose plan has expired: what approved that one does not approve this one,
   * even if it does the same.
   *
   * @throws InvalidTransactionException when it cannot be as it is written
   */
  public Plan planAnew(String transaction, Draft draft) {
    return plan(transaction, draft, 1);
  }

  private Plan plan(String transaction, Draft draft, int expired) {
    Instant begun = context.clock().instant();
    Plan made =
        Outages.translate(
            () -> {
              Planner.Planned planned = planner.plan(draft);
              jdbi.useTransaction(
                  h ->
                      PlanStore.save(
                          h,
                          transaction,
                          Fingerprint.of(h, draft),
                          planned.plan(),
                          planned.inverse(),
                          expired));
              return planned.plan();
            });
    listener.planned(Duration.between(begun, context.clock().instant()));
    return made;
  }

  /** Plans SQL without parameters. */
  public Plan plan(String transaction, String sql) {
    return plan(transaction, new Draft.Statements(sql));
  }

  /** Whether a stored plan is of what a draft says now. */
  public boolean isOf(PlanStore.Stored plan, Draft draft) {
    return Outages.translate(() -> jdbi.withHandle(h -> plan.isOf(Fingerprint.of(h, draft))));
  }

  /** What {@link TransactionView#contentHash} is of a transaction of this name and draft. */
  public String contentHash(String name, Draft draft) {
    return Outages.translate(() -> jdbi.withHandle(h -> Submissions.contentHash(h, name, draft)));
  }

  /** The transaction's newest plan with its first {@code limit} changes. */
  public Optional<PlanStore.Stored> storedPlan(String transaction, int limit) {
    return Outages.translate(() -> jdbi.withHandle(h -> PlanStore.load(h, transaction, limit)));
  }

  /**
   * Whether rows that the transaction's plan depends on have moved since it was made, or other
   * guards were posted.
   */
  public boolean isStale(PlanStore.Stored plan) {
    if (!plan.guards().equals(context.guardRoom().guards().fingerprint())) {
      return true;
    }
    return Outages.translate(
        () ->
            jdbi.withHandle(
                h ->
                    h.createQuery(
                            "SELECT EXISTS (SELECT 1 FROM iasql.table_move"
                                + " WHERE table_name = ANY (:tables) AND moved_at > :at)")
                        .bindArray("tables", String.class, plan.tables().toArray())
                        .bind("at", plan.createdAt().atOffset(java.time.ZoneOffset.UTC))
                        .mapTo(Boolean.class)
                        .one()));
  }

  /**
   * Puts an approved transaction into the queue; returns at once. One that is there already, or has
   * been committed, stays as it is. Its parameters are kept in memory until its commit has begun.
   */
  public void submit(Submission submission) {
    queue.parameters().put(submission.id(), submission.draft().parameters());
    Outages.translate(
        () -> {
          jdbi.useTransaction(h -> Submissions.submit(h, submission, context.clock().instant()));
          return null;
        });
    queue.wake();
  }

  /**
   * Hands the parameters of a submitted transaction over again, for one that was submitted before a
   * restart; returns at once.
   */
  public void handOver(String transaction, Draft draft) {
    if (queue.parameters().put(transaction, draft.parameters())) {
      queue.wake();
    }
  }

  /**
   * Takes a transaction that has not begun out of the queue; its plan stays.
   *
   * @return false when it has begun, or was not there
   */
  public boolean recall(String transaction) {
    boolean recalled =
        Outages.translate(() -> jdbi.inTransaction(h -> Submissions.withdraw(h, transaction)));
    if (recalled) {
      queue.parameters().forget(transaction);
    }
    return recalled;
  }

  /** A submitted transaction, if it was submitted to this environment. */
  public Optional<TransactionView> view(String transaction) {
    return Outages.translate(() -> jdbi.withHandle(h -> Submissions.view(h, transaction)));
  }

  /**
   * Takes a transaction that has not begun out of the queue and forgets its plan.
   *
   * @return false when it is running and must be waited for
   */
  public boolean withdraw(String transaction) {
    return Outages.translate(
        () ->
            jdbi.inTransaction(
                h -> {
                  // In the order in which a commit comes to them.
                  Submissions.withdraw(h, transaction);
                  PlanStore.forget(h, transaction);
                  return Submissions.view(h, transaction).stream()
                      .allMatch(v -> v.state().isFinal());
                }));
  }

  /** A transaction of SQL without parameters that has been committed before. */
  public Optional<Committed> committed(String name, String sql) {
    return committed(name, new Draft.Statements(sql));
  }

  /**
   * A transaction of this name and draft that has been committed before, by whichever resource.
   *
   * @return its id, plan and time
   */
  public Optional<Committed> committed(String name, Draft draft) {
    return Outages.translate(
        () ->
            jdbi.withHandle(
                h ->
                    h.createQuery(
                            "SELECT transaction_id, plan_id, state, committed_at FROM iasql.ledger"
                                + " WHERE content_hash = :hash")
                        .bind("hash", Submissions.contentHash(h, name, draft))
                        .map(
                            (rs, ctx) ->
                                new Committed(
                                    rs.getString(1),
                                    rs.getString(2),
                                    rs.getString(3),
                                    rs.getObject(4, OffsetDateTime.class).toInstant()))
                        .findOne()));
  }

  /** An entry of the ledger. */
  public record Committed(String transaction, String planId, String state, java.time.Instant at) {}

  /**
   * SQL that deletes all rows that are the environment's own; what comes with the account and what
   * is protected stays, with all that these need.
   *
   * @return one statement, or an empty string when there is nothing to delete
   */
  public String deletionOfAll() {
    return Outages.translate(
        () ->
            jdbi.inTransaction(
                h ->
                    OwnedRows.deletion(
                        h,
                        context.catalog(h),
                        context.modules(),
                        context.guardRoom().guards().protect())));
  }

  /** This environment as the source or the target of replications. */
  public Replicas replicas() {
    return replicas;
  }

  /** Whether a commit runs, or waits for nothing but its turn. */
  public boolean isBusy() {
    return Outages.translate(
        () -> jdbi.withHandle(h -> Submissions.hasWork(h, commitClosed().isEmpty())));
  }

  /** Looks for queued or interrupted commits; returns at once. */
  public void wake() {
    queue.wake();
  }

  /** Stops after the steps under way; what is left is resumed by the next engine. */
  @Override
  public void close() {
    watch.close();
    psql.close();
    queue.close();
  }
}
