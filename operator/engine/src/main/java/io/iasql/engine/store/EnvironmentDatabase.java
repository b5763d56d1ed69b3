package io.iasql.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** How the engine reaches one environment's PostgreSQL, always as the database's owner. */
public interface EnvironmentDatabase {

  /** Pooled connections for the engine's own short statements. */
  DataSource pool();

  /**
   * A connection that nobody shares and the caller closes: for users' SQL, which may change
   * settings, and for locks, which last as long as their session.
   */
  Connection openSession() throws SQLException;
}
