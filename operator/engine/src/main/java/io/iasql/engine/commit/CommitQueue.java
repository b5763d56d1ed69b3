package io.iasql.engine.commit;

import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.store.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The environment's queue of commits: first come, first served, one at a time, whoever else runs.
 * The database's advisory lock and the unique RUNNING row keep other operators out; a runner that
 * lost either finds out at its next write and stops.
 */
public final class CommitQueue implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommitQueue.class);
  private static final long COMMIT_LOCK = 0x6961_7371_6c00_0002L;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final EngineContext context;
  private final EngineListener listener;
  private final ScheduledExecutorService timer;
  private final Jdbi jdbi;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private boolean working;
  private boolean wanted;
  private volatile boolean stopping;
  private Duration pause = FIRST_PAUSE;

  public CommitQueue(
      EngineContext context, EngineListener listener, ScheduledExecutorService timer) {
    this.context = context;
    this.listener = listener;
    this.timer = timer;
    this.jdbi = Jdbi.create(context.database().pool());
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
    context.executor().execute(this::drain);
  }

  /** Stops after the steps under way; what is left is resumed by the next start. */
  @Override
  public void close() {
    stopping = true;
    lock.lock();
    try {
      while (working) {
        idle.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void drain() {
    boolean again = true;
    while (again) {
      lock.lock();
      try {
        wanted = false;
      } finally {
        lock.unlock();
      }
      boolean later = !work();
      lock.lock();
      try {
        again = wanted && !stopping && !later;
        if (!again) {
          working = false;
          idle.signalAll();
        }
      } finally {
        lock.unlock();
      }
      if (later && !stopping) {
        timer.schedule(this::wake, pause.toMillis(), TimeUnit.MILLISECONDS);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.multipliedBy(2);
      } else {
        pause = FIRST_PAUSE;
      }
    }
  }

  /** Works off the queue; false when it has to be tried again later. */
  private boolean work() {
    try (Connection session = context.database().openSession()) {
      if (!jdbi.withHandle(Journal::hasWork)) {
        return true;
      }
      if (!tryLock(session)) {
        return false;
      }
      while (!stopping) {
        String owner = UUID.randomUUID().toString();
        Optional<Journal.Submitted> next =
            jdbi.inTransaction(h -> Journal.claim(h, owner, context.clock().instant()));
        if (next.isEmpty()) {
          return true;
        }
        run(next.get(), owner);
      }
      return true;
    } catch (LostOwnershipException e) {
      LOG.warn("{}", e.getMessage());
      return false;
    } catch (UnavailableException | SQLException e) {
      LOG.warn("commits of {} wait: {}", context.environment(), e.getMessage());
      return false;
    } catch (RuntimeException | Error e) {
      // An error, too: the queue of an environment must not stand still for ever.
      LOG.error("commits of {} wait", context.environment(), e);
      return false;
    }
  }

  private void run(Journal.Submitted transaction, String owner) {
    listener.transactionMoved(transaction.id());
    boolean ended = new CommitRun(context, listener, transaction, owner, () -> stopping).run();
    if (ended) {
      LOG.info("transaction {} of {} ended", transaction.name(), context.environment());
    }
    listener.transactionMoved(transaction.id());
  }

  private static boolean tryLock(Connection session) throws SQLException {
    try (PreparedStatement call = session.prepareStatement("SELECT pg_try_advisory_lock(?)")) {
      call.setLong(1, COMMIT_LOCK);
      try (ResultSet result = call.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }
}
