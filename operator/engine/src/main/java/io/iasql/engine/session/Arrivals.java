package io.iasql.engine.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Wakes those who wait for something to become so. */
final class Arrivals {
  private static final long LOOK_MILLIS = 500;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private long count;

  /** Something has moved: all look again. */
  void signal() {
    lock.lock();
    try {
      count++;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a probe finds something, which it is asked after each signal and now and then.
   *
   * @param limit how long at most
   * @param each called before each look; may throw to give up
   * @return what was found, or empty when the time is up
   * @throws UnfinishedException when the operator stops meanwhile
   */
  <T> Optional<T> await(Supplier<Optional<T>> probe, Duration limit, Runnable each) {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      long seen = count();
      each.run();
      Optional<T> found = probe.get();
      long left = end - System.nanoTime();
      if (found.isPresent() || left <= 0) {
        return found;
      }
      rest(seen, Math.min(left, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS)));
    }
  }

  private long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  private void rest(long seen, long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (count == seen && left > 0) {
        left = moved.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnfinishedException("the operator stops");
    } finally {
      lock.unlock();
    }
  }
}
