package io.iasql.peers;

import java.util.ArrayDeque;
import java.util.Deque;

/** Ends peers when the JVM ends in an orderly way, a Ctrl-C included: last started, first ended. */
final class AtExit {
  private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(AtExit::closeAll, "peers-at-exit"));
  }

  private AtExit() {}

  static <T extends AutoCloseable> T closing(T peer) {
    synchronized (OPEN) {
      OPEN.push(peer);
    }
    return peer;
  }

  /** To be called by a peer that is being closed. */
  static void forget(AutoCloseable peer) {
    synchronized (OPEN) {
      OPEN.remove(peer);
    }
  }

  private static void closeAll() {
    PeerException failure = null;
    for (AutoCloseable next = last(); next != null; next = last()) {
      try {
        next.close();
      } catch (Exception e) {
        failure = new PeerException("Cannot stop " + next, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static AutoCloseable last() {
    synchronized (OPEN) {
      return OPEN.poll();
    }
  }
}
