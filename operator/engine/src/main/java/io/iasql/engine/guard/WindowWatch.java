package io.iasql.engine.guard;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells when a window opens or closes: sleeps until then. */
public final class WindowWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WindowWatch.class);

  /** A sleep may be wrong by as much as clocks are set meanwhile. */
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(30);

  private final GuardRoom room;
  private final Clock clock;
  private final ScheduledExecutorService timer;
  private final Runnable listener;
  private ScheduledFuture<?> next;
  private boolean closed;

  /**
   * A watch that sleeps until it is {@linkplain #reset told of windows}.
   *
   * @param listener told on the timer's thread; must return at once
   */
  public WindowWatch(
      GuardRoom room, Clock clock, ScheduledExecutorService timer, Runnable listener) {
    this.room = room;
    this.clock = clock;
    this.timer = timer;
    this.listener = listener;
  }

  /** Goes by the windows that are posted now. */
  public synchronized void reset() {
    if (next != null) {
      next.cancel(false);
      next = null;
    }
    Optional<Duration> wait =
        room.guards()
            .windows()
            .nextChange(clock.instant())
            .map(change -> Duration.between(clock.instant(), change));
    if (wait.isEmpty() || closed) {
      return;
    }
    boolean isNear = wait.get().compareTo(LONGEST_SLEEP) <= 0;
    try {
      // A millisecond later than it is due: never a little too early.
      next =
          timer.schedule(
              isNear ? this::tell : this::reset,
              (isNear ? wait.get() : LONGEST_SLEEP).toMillis() + 1,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("windows are watched by the next start", e);
    }
  }

  private void tell() {
    listener.run();
    reset();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel(false);
    }
  }
}
