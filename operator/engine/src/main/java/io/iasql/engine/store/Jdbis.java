package io.iasql.engine.store;

import java.sql.Connection;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;

/** Makes the engine's ways to query a database. */
public final class Jdbis {
  /**
   * One for all databases. It remembers the statements that it has read, which are the same for
   * each environment; reading one anew costs more than PostgreSQL takes to answer it.
   */
  private static final SqlParser PARSER = new ColonPrefixSqlParser();

  private Jdbis() {}

  /** A way to query the database that the connections lead to. */
  public static Jdbi over(DataSource connections) {
    return settled(Jdbi.create(connections));
  }

  /** Queries over one session, which outlives the handle. */
  public static Handle open(Connection session) {
    return settled(Jdbi.create(session)).open();
  }

  private static Jdbi settled(Jdbi jdbi) {
    jdbi.getConfig(SqlStatements.class)
        // The engine's statements are not templates.
        .setTemplateEngine(TemplateEngine.NOP)
        .setSqlParser(PARSER);
    return jdbi;
  }
}
