package io.iasql.engine.commit;

import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The environment's queue of commits: first come, first served, one at a time, whoever else runs.
 * The database's commit lock and the unique RUNNING row keep other operators out; a runner that
 * lost either finds out at its next write and stops.
 */
public final class CommitQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommitQueue.class);
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final EngineContext context;
  private final EngineListener listener;
  private final ScheduledExecutorService timer;
  private final Jdbi jdbi;
  private final HandedOver parameters = new HandedOver();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private boolean working;
  private boolean wanted;
  private volatile boolean stopping;
  private Duration pause = FIRST_PAUSE;
  private ScheduledFuture<?> nextTry;

  public CommitQueue(
      EngineContext context, EngineListener listener, ScheduledExecutorService timer) {
    this.context = context;
    this.listener = listener;
    this.timer = timer;
    this.jdbi = Jdbis.over(context.database().pool());
  }

  /** The parameters of the transactions in the queue, to be handed over before it is woken. */
  public HandedOver parameters() {
    return parameters;
  }

  /** Looks for work, on the engine's executor; returns at once. */
  public void wake() {
    lock.lock();
    try {
      wanted = true;
      if (working || stopping) {
        return;
      }
      working = true;
    } finally {
      lock.unlock();
    }
    try {
      context.executor().execute(this::drain);
    } catch (RejectedExecutionException e) {
      rest(false);
      throw e;
    }
  }

  /** Stops after the steps under way; what is left is resumed by the next start. */
  @Override
  public void close() {
    lock.lock();
    try {
      stopping = true;
      if (nextTry != null) {
        nextTry.cancel(false);
      }
      while (working) {
        idle.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void drain() {
    Result result;
    do {
      lock.lock();
      try {
        wanted = false;
      } finally {
        lock.unlock();
      }
      result = work();
    } while (!rest(result == Result.DONE));
    if (result == Result.LATER) {
      tryLater();
    }
  }

  /** Ends the work; false when there is more to do at once. */
  private boolean rest(boolean mayGoOn) {
    lock.lock();
    try {
      if (mayGoOn && wanted && !stopping) {
        return false;
      }
      working = false;
      idle.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** One try is scheduled at a time, however often somebody wakes the queue meanwhile. */
  private void tryLater() {
    lock.lock();
    try {
      if (stopping || (nextTry != null && !nextTry.isDone())) {
        return;
      }
      nextTry = timer.schedule(this::tryAgain, pause.toMillis(), TimeUnit.MILLISECONDS);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    } catch (RejectedExecutionException e) {
      LOG.warn("commits of {} wait for the next start", context.environment());
    } finally {
      lock.unlock();
    }
  }

  private void tryAgain() {
    lock.lock();
    try {
      nextTry = null;
    } finally {
      lock.unlock();
    }
    wake();
  }

  private enum Result {
    /** Nothing is left to do now. */
    DONE,
    /** Something stands in the way that passes by itself. */
    LATER
  }

  /** Works off the queue if there is anything in it; otherwise it costs no session. */
  private Result work() {
    try {
      if (!jdbi.withHandle(h -> Journal.hasWork(h, mayBegin()))) {
        return done();
      }
      return workInTurn();
    } catch (LostOwnershipException e) {
      LOG.warn("{}", e.getMessage());
    } catch (UnavailableException | SQLException e) {
      LOG.warn("commits of {} wait: {}", context.environment(), e.getMessage());
    } catch (RuntimeException | Error e) {
      // An error, too: the queue of an environment must not stand still for ever.
      SQLException cause = SqlErrors.sqlCause(e);
      if (cause != null && SqlErrors.isTransient(cause)) {
        LOG.warn("commits of {} wait: PostgreSQL: {}", context.environment(), cause.getMessage());
      } else {
        LOG.error("commits of {} wait", context.environment(), e);
      }
    }
    return Result.LATER;
  }

  /** Works off the queue while no other engine does. */
  private Result workInTurn() throws SQLException {
    try (DatabaseSession session = DatabaseSession.open(context.database())) {
      Result result = tryLock(session.connection()) ? workOff() : Result.LATER;
      session.reuse();
      return result;
    }
  }

  /** Works off the queue, whose lock is held. */
  private Result workOff() {
    while (!stopping) {
      String owner = UUID.randomUUID().toString();
      Set<String> known = parameters.transactions();
      boolean mayBegin = mayBegin();
      jdbi.withHandle(h -> Journal.unclaim(h, known, mayBegin)).forEach(listener::transactionMoved);
      Optional<Journal.Submitted> next =
          jdbi.inTransaction(
              h -> Journal.claim(h, known, owner, mayBegin, context.clock().instant()));
      if (next.isEmpty()) {
        return done();
      }
      run(next.get().with(parameters.of(next.get().id())), owner);
    }
    return Result.DONE;
  }

  /** Whoever waits for a window is woken when it opens. */
  private boolean mayBegin() {
    return context.guardRoom().guards().windows().commit().isOpen(context.clock().instant());
  }

  private Result done() {
    lock.lock();
    try {
      pause = FIRST_PAUSE;
      return Result.DONE;
    } finally {
      lock.unlock();
    }
  }

  private void run(Journal.Submitted transaction, String owner) {
    listener.transactionMoved(transaction.id());
    Instant begun = context.clock().instant();
    try (LogFields fields = LogFields.of(context.environment(), transaction)) {
      boolean ended = new CommitRun(context, listener, transaction, owner, () -> stopping).run();
      if (ended) {
        parameters.forget(transaction.id());
        listener.committed(Duration.between(begun, context.clock().instant()));
        LOG.info("transaction {} of {} ended", transaction.name(), context.environment());
      }
    }
    listener.transactionMoved(transaction.id());
  }

  /** Takes the commit lock for as long as the session is open, unless another one has it. */
  private static boolean tryLock(Connection session) throws SQLException {
    session.setAutoCommit(false);
    try (Statement statement = session.createStatement()) {
      // The PostgreSQL transaction has no snapshot, so it is in no vacuum's way however long it is.
      statement.execute("SET LOCAL idle_in_transaction_session_timeout = 0");
      statement.execute("LOCK TABLE iasql.commit_lock IN SHARE ROW EXCLUSIVE MODE NOWAIT");
      return true;
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }
}
