package io.iasql.peers.faults;

/** What can happen to one attempt of a call. */
public enum Fault {
  /** Refused for its rate, with the status and code that the service uses; nothing was done. */
  THROTTLED(false),
  /** An internal error before anything was done. */
  ERROR_BEFORE(false),
  /** An internal error although the call took effect. */
  ERROR_AFTER(true),
  /** The connection is lost before the request arrives. */
  RESET_BEFORE(false),
  /** The connection is lost before the answer to a call that took effect arrives. */
  RESET_AFTER(true),
  /** The caller dies before the call: an {@link InjectedCrash} that the SDK does not retry. */
  CRASH_BEFORE(false),
  /** The caller dies after the call took effect, before it learns the answer. */
  CRASH_AFTER(true);

  final boolean reachesService;

  Fault(boolean reachesService) {
    this.reachesService = reachesService;
  }
}
