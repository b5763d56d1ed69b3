package io.iasql.engine;

import java.util.Set;

/** Hears of what moved. Called on the engine's threads; must return at once and throw nothing. */
public interface EngineListener {

  /** A submitted transaction has another state or progress. */
  void transactionMoved(String id);

  /**
   * Rows of these tables have changed by a commit or a sync: plans that depend on them are stale.
   */
  void tablesMoved(Set<String> tables);

  /** A window of {@link Engine#planClosed} or {@link Engine#commitClosed} opened or closed. */
  default void windowMoved() {}

  /** People opened a transaction in psql, or ended it: {@link Engine#openedBy}. */
  default void opened() {}

  /** People wrote something that waits to become a transaction: {@link Engine#proposals}. */
  default void proposed() {}
}
