package io.iasql.engine;

import io.iasql.engine.sync.SyncReport;
import java.time.Duration;
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

  /**
   * A plan was made for somebody to see; the ones that a commit makes again do not count.
   *
   * @param took how long that took
   */
  default void planned(Duration took) {}

  /**
   * A commit has come to its end, whatever that is.
   *
   * @param took how long that took since it began, or was gone on with after a start
   */
  default void committed(Duration took) {}

  /** The account was read, in whole or in part. */
  default void synced(SyncReport report) {}
}
