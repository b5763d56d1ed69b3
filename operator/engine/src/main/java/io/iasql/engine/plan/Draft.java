package io.iasql.engine.plan;

import io.iasql.engine.Parameters;
import io.iasql.engine.guard.Assertion;
import java.util.List;

/** Where a transaction's changes of rows come from. */
public sealed interface Draft {

  /**
   * SQL that runs when it is planned, and once more when it is committed.
   *
   * @param sql the text
   * @param parameters what it gets by {@code iasql_parameter}
   * @param assertions queries over the planned state that must return no row, besides the
   *     environment's
   */
  record Statements(String sql, Parameters parameters, List<Assertion> assertions)
      implements Draft {
    public Statements {
      assertions = List.copyOf(assertions);
    }

    /** SQL without assertions of its own. */
    public Statements(String sql, Parameters parameters) {
      this(sql, parameters, List.of());
    }

    /** SQL without parameters and assertions. */
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
   * @param assertions queries over the planned state that must return no row, besides the
   *     environment's
   */
  record Undo(String name, List<Assertion> assertions) implements Draft {
    public Undo {
      assertions = List.copyOf(assertions);
    }

    /** Without assertions of its own. */
    public Undo(String name) {
      this(name, List.of());
    }
  }

  /** The SQL that is to run; empty where it is not given as text. */
  default String text() {
    return this instanceof Statements statements ? statements.sql() : "";
  }

  /** What the SQL gets by name. */
  default Parameters parameters() {
    return this instanceof Statements statements ? statements.parameters() : Parameters.NONE;
  }

  /** The assertions that it brings besides the environment's. */
  default List<Assertion> ownAssertions() {
    if (this instanceof Statements statements) {
      return statements.assertions();
    }
    return this instanceof Undo undo ? undo.assertions() : List.of();
  }
}
