package io.iasql.engine.sync;

import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.EnvironmentDatabase;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Brings what one listing finds into {@code iasql.stage}: all of it or, unless {@link #end} was
 * reached, nothing.
 *
 * <p>Most listings are short or empty. They are held in memory and written at once by a pooled
 * connection; one that is longer gets a session of its own from then on, as AWS may take its time
 * over the rest.
 */
final class StageCopy implements AutoCloseable {
  /** Bytes that are held in memory for one listing. */
  static final int HELD = 256 * 1024;

  private static final String COPY = "COPY iasql.stage (sync_id, table_name, doc) FROM STDIN";

  private final EnvironmentDatabase database;
  private final String prefix;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private DatabaseSession session;
  private CopyIn copy;

  StageCopy(EnvironmentDatabase database, String sync, String table) {
    this.database = database;
    this.prefix = sync + '\t' + table + '\t';
  }

  /**
   * Adds a resource.
   *
   * @param json in one line
   */
  void write(String json) throws SQLException {
    // COPY's text format (PostgreSQL manual, COPY) takes backslashes for its own.
    byte[] line = (prefix + json.replace("\\", "\\\\") + '\n').getBytes(StandardCharsets.UTF_8);
    if (copy == null && held.size() + line.length > HELD) {
      session = DatabaseSession.open(database);
      copy = begin(session.connection());
      write(copy, held.toByteArray());
      held.reset();
    }
    if (copy == null) {
      held.writeBytes(line);
    } else {
      write(copy, line);
    }
  }

  /** Has everything written. */
  void end() throws SQLException {
    if (copy != null) {
      copy.endCopy();
      session.reuse();
    } else if (held.size() > 0) {
      try (Connection pooled = database.pool().getConnection()) {
        CopyIn whole = begin(pooled);
        try {
          write(whole, held.toByteArray());
          whole.endCopy();
        } finally {
          cancel(whole);
        }
      }
    }
  }

  private static CopyIn begin(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
  }

  private static void write(CopyIn copy, byte[] bytes) throws SQLException {
    copy.writeToCopy(bytes, 0, bytes.length);
  }

  private static void cancel(CopyIn copy) throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }

  @Override
  public void close() throws SQLException {
    if (session != null) {
      try (DatabaseSession closing = session) {
        if (copy != null) {
          cancel(copy);
        }
      }
    }
  }
}
