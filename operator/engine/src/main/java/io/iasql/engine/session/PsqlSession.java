package io.iasql.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.Proposal;
import io.iasql.engine.commit.CommitQueue;
import io.iasql.engine.export.SqlExport;
import io.iasql.engine.plan.Planner;
import io.iasql.engine.session.OpenTransaction.Mark;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.UnavailableException;
import io.iasql.engine.sync.Importer;
import io.iasql.spi.CloudException;
import io.iasql.spi.ModuleFunction;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people do in an environment's database with psql, and what comes of it. */
public final class PsqlSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PsqlSession.class);

  /** So that statements that follow each other closely are committed together. */
  private static final Duration GATHERING = Duration.ofMillis(200);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  private final EngineContext context;
  private final Jdbi jdbi;
  private final CallTable table;
  private final Calls calls;
  private final WrittenRows written;
  private final Interactive interactive;
  private final ModuleCalls modules;
  private final Notifications notifications;
  private final Arrivals arrivals = new Arrivals();
  private final ScheduledExecutorService timer;
  private final EngineListener listener;
  private final ExecutorService threads;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile boolean automatic;
  private volatile Set<String> required = Set.of();
  private volatile Duration retry = FIRST_RETRY;
  private volatile boolean recovered;
  private volatile ScheduledFuture<?> next;

  /**
   * A session that hears nothing yet.
   *
   * @param listener told of what people open and propose
   */
  public PsqlSession(
      EngineContext context,
      Planner planner,
      Importer importer,
      Installer installer,
      CommitQueue queue,
      ScheduledExecutorService timer,
      EngineListener listener) {
    this.context = context;
    this.jdbi = Jdbis.over(context.database().pool());
    this.timer = timer;
    this.listener = listener;
    this.threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "iasql-call-" + context.environment());
              thread.setDaemon(true);
              return thread;
            });
    this.table = new CallTable(jdbi);
    this.written = new WrittenRows(context, planner, queue, arrivals);
    this.interactive =
        new Interactive(context, written, importer, queue, arrivals, () -> automatic, listener);
    this.modules = new ModuleCalls(context, installer, importer, () -> automatic, () -> required);
    this.calls = new Calls(table, threads, this::answer);
    this.notifications = new Notifications(context.environment(), context.database(), this::told);
  }

  /**
   * Begins to hear calls and writes; does nothing when it does already.
   *
   * @param approvesAll whether every plan is approved
   * @param declared the modules that the environment is declared with
   */
  public void open(boolean approvesAll, Set<String> declared) {
    boolean freed = approvesAll && !automatic;
    automatic = approvesAll;
    required = Set.copyOf(declared);
    notifications.start();
    if (freed) {
      look();
    }
  }

  /** A submitted transaction has moved. */
  public void transactionMoved() {
    arrivals.signal();
  }

  @Override
  public void close() {
    notifications.close();
    ScheduledFuture<?> waiting = next;
    if (waiting != null) {
      waiting.cancel(false);
    }
    threads.shutdownNow();
  }

  // What the database tells --------------------------------------------------------------------

  private void told(Set<String> what) {
    if (!recovered) {
      interactive.recover();
      table.clear();
      recovered = true;
    }
    if (what.contains(Notifications.CALL)) {
      calls.takeUp();
    }
    if (what.contains(Notifications.WRITE)) {
      look();
    }
    arrivals.signal();
  }

  /** Sees to what was written, a moment later and on another thread. */
  private void look() {
    if (looking.compareAndSet(false, true)) {
      later(GATHERING);
    }
  }

  private void later(Duration wait) {
    try {
      next =
          timer.schedule(
              () -> threads.execute(this::commitWrites), wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("writes to {} wait for the next start", context.environment());
    }
  }

  /** Writes outside a transaction are committed, or proposed, like any other. */
  private void commitWrites() {
    looking.set(false);
    String id = UUID.randomUUID().toString();
    try {
      Set<Long> seen = written.pending();
      if (jdbi.withHandle(OpenTransaction::id).isPresent() || seen.isEmpty()) {
        return;
      }
      commitOrTakeBack(id, seen);
      retry = FIRST_RETRY;
      if (written.any()) {
        look();
      }
    } catch (UnfinishedException e) {
      LOG.info(
          "writes to {} are left to whoever goes on: {}", context.environment(), e.getMessage());
    } catch (UnavailableException | CloudException e) {
      LOG.warn("writes to {} wait: {}", context.environment(), e.getMessage());
      again();
    } catch (RuntimeException e) {
      LOG.error("writes to {} wait", context.environment(), e);
      again();
    }
  }

  private void commitOrTakeBack(String id, Set<Long> seen) {
    try {
      boolean done = automatic && written.commit(id, "automatic", new Patience()).isPresent();
      if (!done && written.propose(id, null).isPresent()) {
        listener.proposed();
      }
    } catch (UnfinishedException e) {
      throw e;
    } catch (InvalidTransactionException e) {
      error(id, e.getMessage());
    } catch (CallException e) {
      // What was committed and refused is no longer pending: the commit itself has taken it back.
      written.takeBack(id, seen);
      error(id, e.getMessage());
    }
  }

  private void again() {
    if (looking.compareAndSet(false, true)) {
      later(retry);
      retry =
          retry.multipliedBy(2).compareTo(LONGEST_RETRY) > 0
              ? LONGEST_RETRY
              : retry.multipliedBy(2);
    }
  }

  private void error(String id, String message) {
    LOG.warn("writes to {} were taken back: {}", context.environment(), message);
    jdbi.useHandle(
        h ->
            OpenTransaction.mark(
                h, Mark.ERROR, "operator", id, message, context.clock().instant()));
  }

  /** Nobody waits for what is done by itself. */
  private static final class Patience implements Calls.Waiting {
    @Override
    public void progress(String text) {
      // The queue tells its listener.
    }

    @Override
    public void check() {
      // It is never withdrawn.
    }
  }

  // Functions -----------------------------------------------------------------------------------

  private JsonNode answer(Call call, Calls.Waiting waiting) {
    return switch (call.function()) {
      case "iasql_begin" -> interactive.begin(call, waiting);
      case "iasql_preview" -> interactive.preview(call, waiting);
      case "iasql_commit" -> interactive.commit(call, waiting);
      case "iasql_rollback" -> interactive.rollback(call, waiting);
      case "iasql_create_review" -> interactive.review(call, waiting);
      case "iasql_install" ->
          interactive.alone(call, waiting, () -> modules.install(call.arguments()));
      case "iasql_uninstall" ->
          interactive.alone(call, waiting, () -> modules.uninstall(call.arguments()));
      case "iasql_modules_list" -> modules.list();
      case "iasql_get_sql_since" -> sqlSince(call.argument(0));
      case "iasql_get_sql_for_transaction" ->
          statements(
              jdbi.withHandle(
                  h ->
                      SqlExport.forTransaction(
                          h, context.catalog(h), context.modules(), call.argument(0))));
      default -> {
        ModuleFunction function =
            modules
                .function(call.function())
                .orElseThrow(
                    () -> new CallException("there is no function " + call.function() + "()"));
        yield interactive.alone(call, waiting, () -> modules.call(function, call.arguments()));
      }
    };
  }

  private JsonNode sqlSince(String since) {
    return jdbi.withHandle(
        h ->
            statements(
                SqlExport.since(
                    h, context.catalog(h), context.modules(), time(h, since).orElse(null))));
  }

  /** PostgreSQL reads the time, because it wrote it. */
  private static Optional<Instant> time(Handle handle, String text) {
    return text == null
        ? Optional.empty()
        : Optional.of(
            handle
                .createQuery("SELECT CAST(:text AS timestamptz)")
                .bind("text", text)
                .mapTo(OffsetDateTime.class)
                .one()
                .toInstant());
  }

  private static JsonNode statements(List<String> statements) {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    statements.forEach(s -> rows.addObject().put("sql", s));
    return rows;
  }

  /** Who has a transaction open. */
  public Optional<String> openedBy() {
    return jdbi.withHandle(
        h ->
            h.createQuery("SELECT opened_by FROM iasql.open_transaction")
                .mapTo(String.class)
                .findOne());
  }

  // Proposals -----------------------------------------------------------------------------------

  /** What was written and waits to become a SqlTransaction, the oldest first. */
  public List<Proposal> proposals() {
    return jdbi.withHandle(
        h ->
            h.createQuery(
                    "SELECT id, author, description, sql, plan_id FROM iasql.proposal"
                        + " ORDER BY proposed_at, id")
                .map(
                    (rs, ctx) ->
                        new Proposal(
                            rs.getString(1),
                            rs.getString(2),
                            rs.getString(3),
                            rs.getString(4),
                            rs.getString(5)))
                .list());
  }

  /** The proposal is a SqlTransaction now. */
  public void taken(Proposal proposal) {
    jdbi.useHandle(h -> h.execute("DELETE FROM iasql.proposal WHERE id = ?", proposal.id()));
  }
}
