package io.iasql.engine.store;

import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * PostgreSQL transactions at isolation level repeatable read: what others commit meanwhile is not
 * seen and cannot be overwritten.
 */
public final class Snapshots {
  private static final int TRIES = 5;

  private Snapshots() {}

  /** Work in such a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    /** Does it; may be called again in another transaction. */
    T in(Handle handle);
  }

  /**
   * Does the work, once more when others got in its way.
   *
   * @throws UnavailableException when they keep doing so, or PostgreSQL is out of reach
   */
  public static <T> T of(Jdbi jdbi, Work<T> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return jdbi.inTransaction(TransactionIsolationLevel.REPEATABLE_READ, work::in);
      } catch (JdbiException e) {
        SQLException cause = SqlErrors.sqlCause(e);
        if (cause == null || !SqlErrors.isTransient(cause)) {
          throw e;
        }
        if (attempt == TRIES || !SqlErrors.isCollision(cause)) {
          throw new UnavailableException("PostgreSQL: " + cause.getMessage(), e);
        }
      }
    }
  }
}
