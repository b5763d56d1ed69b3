package io.iasql.engine.commit;

/** Where a submitted transaction stands. */
public enum TransactionState {
  QUEUED,
  RUNNING,
  COMMITTED,
  NO_CHANGES,
  /** The account or the rows have moved since the approval; there is a new plan to approve. */
  SUPERSEDED,
  /** Nothing was done. */
  FAILED,
  /** Some was done, some not; the message says what. */
  PARTIALLY_APPLIED,
  /** What was done has been taken back. */
  ROLLED_BACK;

  /** Whether nothing more will happen by itself. */
  public boolean isFinal() {
    return this != QUEUED && this != RUNNING;
  }
}
