package io.iasql.engine.plan;

/** Where a transaction's changes of rows come from. */
public sealed interface Draft {

  /**
   * SQL that runs when it is planned, and once more when it is committed.
   *
   * @param sql the text
   */
  record Statements(String sql) implements Draft {}

  /**
   * All that people have written to the rows and no transaction has taken yet. It stands in the
   * rows already.
   */
  record Pending() implements Draft {}

  /** The SQL that is to run; empty when the rows are written already. */
  default String text() {
    return this instanceof Statements statements ? statements.sql() : "";
  }
}
