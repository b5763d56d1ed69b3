package io.iasql.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jdbi.v3.core.Handle;
import org.postgresql.PGConnection;

/**
 * A session with PostgreSQL that nobody shares while it is open: for users' SQL, which may change
 * settings, for locks, and for what takes long. What is uncommitted is rolled back when it closes.
 *
 * <p>A new session costs PostgreSQL a process that knows nothing of the tables yet, so one in which
 * all went well is used again ({@link #reuse}), but never with anything of what was done in it:
 * {@code DISCARD ALL} takes its settings, temporary tables, prepared statements, cursors,
 * notifications and advisory locks (PostgreSQL manual, DISCARD; poolers of connections do the
 * same). Any other is closed for good, and so is one that cannot be cleaned.
 */
public final class DatabaseSession implements AutoCloseable {
  private final Connection connection;
  private boolean reusable;

  private DatabaseSession(Connection connection) {
    this.connection = connection;
  }

  /**
   * Opens one. The driver keeps no statement in it under a name: users' SQL could give the name
   * another meaning, and the engine would run that as the owner.
   */
  public static DatabaseSession open(EnvironmentDatabase database) throws SQLException {
    DatabaseSession session = new DatabaseSession(database.sessions().getConnection());
    try {
      session.connection.unwrap(PGConnection.class).setPrepareThreshold(0);
      return session;
    } catch (SQLException e) {
      session.close();
      throw e;
    }
  }

  /** The connection; the session closes it. */
  public Connection connection() {
    return connection;
  }

  /** A way to query by this session, which outlives it. */
  public Handle handle() {
    return Jdbis.open(connection);
  }

  /** Says that all went well, so that the session may be cleaned and used again. */
  public void reuse() {
    reusable = true;
  }

  @Override
  public void close() throws SQLException {
    try (connection) {
      boolean clean = false;
      try {
        clean = clean();
      } finally {
        if (!clean) {
          connection.abort(Runnable::run);
        }
      }
    }
  }

  /** Whether nothing of what was done is left. */
  private boolean clean() throws SQLException {
    if (!connection.getAutoCommit()) {
      // At once, whatever becomes of the session: others may wait for its locks.
      connection.rollback();
    }
    if (!reusable) {
      return false;
    }
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("DISCARD ALL");
    }
    return true;
  }
}
