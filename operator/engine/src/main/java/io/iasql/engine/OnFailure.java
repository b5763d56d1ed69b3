package io.iasql.engine;

/** What happens to the finished actions of a commit in which another one failed. */
public enum OnFailure {
  /** They are taken back in reverse order, and the rows with them. */
  ROLLBACK,
  /** They stay; the rows of the others are put back, so that rows and AWS agree. */
  STOP
}
