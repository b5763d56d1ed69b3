package io.iasql.engine.plan;

import io.iasql.engine.Parameters;

/** Where a transaction's changes of rows come from. */
public sealed interface Draft {

  /**
   * SQL that runs when it is planned, and once more when it is committed.
   *
   * @param sql the text
   * @param parameters what it gets by {@code iasql_parameter}
   */
  record Statements(String sql, Parameters parameters) implements Draft {

    /** SQL without parameters. */
    public Statements(String sql) {
      this(sql, Parameters.NONE);
    }
  }

  /**
   * All that people have written to the rows and no transaction has taken yet. It stands in the
   * rows already.
   */
  record Pending() implements Draft {}

  /**
   * What takes a committed transaction back; worked out anew whenever it is planned or committed.
   *
   * @param name the name with which that transaction was submitted
   */
  record Undo(String name) implements Draft {}

  /** The SQL that is to run; empty where it is not given as text. */
  default String text() {
    return this instanceof Statements statements ? statements.sql() : "";
  }

  /** What the SQL gets by name. */
  default Parameters parameters() {
    return this instanceof Statements statements ? statements.parameters() : Parameters.NONE;
  }
}
