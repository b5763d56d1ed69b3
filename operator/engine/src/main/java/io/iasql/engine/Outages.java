package io.iasql.engine;

import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;

/** Tells outages of PostgreSQL from defects, whichever library throws them. */
public final class Outages {
  private Outages() {}

  /** Runs the work; an outage of PostgreSQL is an {@link UnavailableException}. */
  public static <T> T translate(Supplier<T> work) {
    try {
      return work.get();
    } catch (JdbiException | FlywayException e) {
      SQLException cause = SqlErrors.sqlCause(e);
      if (cause != null && SqlErrors.isTransient(cause)) {
        throw new UnavailableException("PostgreSQL: " + cause.getMessage(), e);
      }
      throw e;
    }
  }
}
