package io.iasql.engine.sync;

/** What a sync does where the account differs from the rows. */
public enum DriftPolicy {
  /** The rows follow the account. */
  ACCEPT,
  /** The rows stay, and the differences are told. */
  REPORT,
  /**
   * The rows follow the account, and a proposal brings the account back to what the rows said.
   * Resources that were not in the rows are taken into them: nothing is deleted unseen.
   */
  RESTORE
}
