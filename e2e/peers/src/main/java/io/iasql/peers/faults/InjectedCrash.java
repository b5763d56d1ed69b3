package io.iasql.peers.faults;

/** Stands for the death of the caller: neither the SDK nor the code under test retries it. */
public final class InjectedCrash extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InjectedCrash(String operation, boolean afterEffect) {
    super("crash injected " + (afterEffect ? "after " : "before ") + operation);
  }
}
