package io.iasql.engine.commit;

import io.iasql.engine.store.SqlErrors;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes that may be refused without failing the transaction that they are part of. */
final class Savepoints {
  private static final Logger LOG = LoggerFactory.getLogger(Savepoints.class);

  private Savepoints() {}

  /** Whether the writes were possible; outages are thrown. */
  static boolean attempt(Handle handle, Runnable writes) {
    handle.savepoint("attempt");
    try {
      writes.run();
      handle.releaseSavepoint("attempt");
      return true;
    } catch (JdbiException e) {
      SQLException cause = SqlErrors.sqlCause(e);
      if (cause == null || SqlErrors.isTransient(cause)) {
        throw e;
      }
      LOG.info("rows stay as they are: {}", cause.getMessage());
      handle.rollbackToSavepoint("attempt");
      return false;
    }
  }
}
