package io.iasql.cluster;

import io.iasql.peers.AwsProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/** Holds one call by which a commit changes AWS, before its effect or after it. */
final class HeldCall implements AwsProxy.Rule {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final int at;
  private final boolean afterEffect;
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private int calls;

  /**
   * @param at the number of the call, from 1
   */
  HeldCall(int at, boolean afterEffect) {
    this.at = at;
    this.afterEffect = afterEffect;
  }

  @Override
  public AwsProxy.Answer answer(AwsProxy.Call call, AwsProxy.Upstream upstream) throws IOException {
    if (!call.mutating() || count() != at) {
      return upstream.forward();
    }
    AwsProxy.Answer answer = afterEffect ? upstream.forward() : null;
    reached.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (caller == Caller.DEAD) {
      throw new IOException("whoever asked is dead");
    }
    return afterEffect ? answer : upstream.forward();
  }

  private synchronized int count() {
    return ++calls;
  }

  /** Whether somebody still waits for the answer. */
  enum Caller {
    ALIVE,
    DEAD
  }

  private volatile Caller caller = Caller.ALIVE;

  void awaitReached() {
    Awaitility.await("call " + at + " to be made")
        .atMost(LIMIT)
        .until(() -> reached.getCount() == 0);
  }

  /** A call of a dead caller has no effect any more. */
  void release(Caller now) {
    caller = now;
    released.countDown();
  }
}
