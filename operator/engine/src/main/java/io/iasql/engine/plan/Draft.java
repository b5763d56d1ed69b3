package io.iasql.engine.plan;

import io.iasql.engine.guard.Assertion;
import java.util.List;

/** Where a transaction's changes of rows come from. */
public sealed interface Draft {

  /**
   * SQL that runs when it is planned, and once more when it is committed.
   *
   * @param sql the text
   * @param assertions queries over the planned state that must return no row, besides the
   *     environment's
   */
  record Statements(String sql, List<Assertion> assertions) implements Draft {
    public Statements {
      assertions = List.copyOf(assertions);
    }

    /** SQL without assertions of its own. */
    public Statements(String sql) {
      this(sql, List.of());
    }
  }

  /**
   * All that people have written to the rows and no transaction has taken yet. It stands in the
   * rows already.
   */
  record Pending() implements Draft {}

  /** The SQL that is to run; empty when the rows are written already. */
  default String text() {
    return this instanceof Statements statements ? statements.sql() : "";
  }

  /** The assertions that it brings besides the environment's. */
  default List<Assertion> ownAssertions() {
    return this instanceof Statements statements ? statements.assertions() : List.of();
  }
}
