package io.iasql.engine.fake;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The life of one operator process. It passes points, one before and one after each durable write
 * and each call that changes the cloud, and can be told to end at one of them; afterwards nothing
 * that belongs to the process reaches the cloud or the database.
 */
public final class Power {
  private static final int NEVER = -1;

  private final int end;
  private final AtomicInteger passed = new AtomicInteger();
  private final AtomicBoolean off = new AtomicBoolean();
  private final AtomicLong connections = new AtomicLong();
  private volatile String last = "";

  private Power(int end) {
    this.end = end;
  }

  /** A process that lives on. */
  public static Power lasting() {
    return new Power(NEVER);
  }

  /** A process that ends at its nth point, counted from 0. */
  public static Power until(int point) {
    return new Power(point);
  }

  /** Ends the process now. */
  public void cut() {
    off.set(true);
  }

  public boolean isOff() {
    return off.get();
  }

  /** Where it ended. */
  public String last() {
    return last;
  }

  /** Fails when the process is dead, or dies here. */
  public void point(String what) {
    check();
    if (passed.getAndIncrement() == end) {
      last = what;
      off.set(true);
      check();
    }
  }

  /** How often the process has asked for a connection, to tell work from idling. */
  public long connections() {
    return connections.get();
  }

  /** Fails when the process is dead; otherwise it gets a connection. */
  public void connect() {
    connections.incrementAndGet();
    check();
  }

  public void check() {
    if (off.get()) {
      throw new Crash();
    }
  }

  /** The process is dead: no handler of failures may catch it. */
  public static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("the process is dead", null, false, false);
    }
  }
}
