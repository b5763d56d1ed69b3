package io.iasql.engine.session;

import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.EnvironmentDatabase;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what the database tells (PostgreSQL manual, LISTEN), on a connection and a thread of its
 * own, both asleep in between. After a lost connection it acts as if it had been told everything.
 */
final class Notifications implements AutoCloseable {
  /** Somebody calls a function. */
  static final String CALL = "call";

  /** Somebody has written rows. */
  static final String WRITE = "write";

  private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
  private static final int LOOK_MILLIS = 1_000;
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 30_000;

  private final String environment;
  private final EnvironmentDatabase database;
  private final Consumer<Set<String>> told;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition stop = lock.newCondition();
  private volatile boolean stopping;
  private Thread thread;

  /**
   * @param told what was told, several things at once; called on the own thread
   */
  Notifications(String environment, EnvironmentDatabase database, Consumer<Set<String>> told) {
    this.environment = environment;
    this.database = database;
    this.told = told;
  }

  /** Begins to hear, unless it does already. */
  void start() {
    lock.lock();
    try {
      if (thread == null && !stopping) {
        thread = new Thread(this::run, "iasql-listen-" + environment);
        thread.setDaemon(true);
        thread.start();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      stopping = true;
      stop.signalAll();
      running = thread;
    } finally {
      lock.unlock();
    }
    if (running != null) {
      try {
        running.join(TimeUnit.SECONDS.toMillis(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    long pause = FIRST_PAUSE_MILLIS;
    while (!stopping) {
      try (DatabaseSession session = DatabaseSession.open(database);
          Statement statement = session.connection().createStatement()) {
        statement.execute("LISTEN iasql");
        told.accept(Set.of(CALL, WRITE));
        pause = FIRST_PAUSE_MILLIS;
        hear(session.connection().unwrap(PGConnection.class));
      } catch (SQLException | RuntimeException e) {
        if (!stopping) {
          LOG.warn("environment {} hears nothing from its database: {}", environment, e.toString());
        }
        pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
      }
      rest(pause);
    }
  }

  private void hear(PGConnection session) throws SQLException {
    while (!stopping) {
      PGNotification[] all = session.getNotifications(LOOK_MILLIS);
      if (all != null && all.length > 0) {
        Set<String> what = new HashSet<>();
        for (PGNotification one : all) {
          what.add(one.getParameter());
        }
        told.accept(what);
      }
    }
  }

  private void rest(long millis) {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (!stopping && left > 0) {
        left = stop.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping = true;
    } finally {
      lock.unlock();
    }
  }
}
