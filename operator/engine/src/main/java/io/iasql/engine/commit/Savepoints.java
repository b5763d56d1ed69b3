package io.iasql.engine.commit;

import io.iasql.engine.store.SqlErrors;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes that may be refused without failing the transaction that they are part of. */
final class Savepoints {
  private static final Logger LOG = LoggerFactory.getLogger(Savepoints.class);

  private static final AtomicLong COUNT = new AtomicLong();

  private Savepoints() {}

  /** Whether the writes were possible; outages are thrown. Attempts may be nested. */
  static boolean attempt(Handle handle, Runnable writes) {
    return attemptAll(
        handle,
        () -> {
          writes.run();
          return true;
        });
  }

  /** The same for writes that may find out themselves that they are not possible. */
  static boolean attemptAll(Handle handle, BooleanSupplier writes) {
    String name = "attempt_" + COUNT.incrementAndGet();
    handle.savepoint(name);
    try {
      boolean possible = writes.getAsBoolean();
      if (possible) {
        handle.releaseSavepoint(name);
      } else {
        handle.rollbackToSavepoint(name);
      }
      return possible;
    } catch (JdbiException e) {
      SQLException cause = SqlErrors.sqlCause(e);
      if (cause == null || SqlErrors.isTransient(cause)) {
        throw e;
      }
      LOG.debug("refused for now: {}", cause.getMessage());
      handle.rollbackToSavepoint(name);
      return false;
    }
  }
}
