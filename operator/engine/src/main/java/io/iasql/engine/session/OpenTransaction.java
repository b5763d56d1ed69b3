package io.iasql.engine.session;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The one transaction that people may have open in an environment, with its marks in the log. */
final class OpenTransaction {
  private OpenTransaction() {}

  /** Marks in the audit log, as the original named them. */
  enum Mark {
    OPEN_TRANSACTION,
    CLOSE_TRANSACTION,
    PREVIEW_START_COMMIT,
    PREVIEW_END_COMMIT,
    START_COMMIT,
    END_COMMIT,
    START_REVERT,
    END_REVERT,
    SET_COMMIT_MESSAGE,
    ERROR
  }

  /** The open transaction's id. */
  static Optional<String> id(Handle handle) {
    return handle
        .createQuery("SELECT id FROM iasql.open_transaction")
        .mapTo(String.class)
        .findOne();
  }

  /**
   * Opens one.
   *
   * @return its id, or empty when one is open or a commit runs
   */
  static Optional<String> open(Handle handle, String caller, Instant now) {
    String id = UUID.randomUUID().toString();
    int opened =
        handle.execute(
            "INSERT INTO iasql.open_transaction (id, opened_by, opened_at)"
                + " SELECT ?, ?, ? WHERE NOT EXISTS"
                + " (SELECT 1 FROM iasql.transaction WHERE state = 'RUNNING')"
                + " ON CONFLICT DO NOTHING",
            id,
            caller,
            now.atOffset(ZoneOffset.UTC));
    if (opened == 0) {
      return Optional.empty();
    }
    mark(handle, Mark.OPEN_TRANSACTION, caller, id, null, now);
    return Optional.of(id);
  }

  /** Closes one; nothing happens when it is closed already. */
  static void close(Handle handle, String caller, String id, Instant now) {
    if (handle.execute("DELETE FROM iasql.open_transaction WHERE id = ?", id) > 0) {
      mark(handle, Mark.CLOSE_TRANSACTION, caller, id, null, now);
    }
  }

  static void mark(
      Handle handle, Mark mark, String caller, String transaction, String message, Instant now) {
    handle
        .createUpdate(
            "INSERT INTO public.iasql_audit_log"
                + " (ts, \"user\", table_name, change_type, change, message, transaction_id)"
                + " VALUES (:now, :user, '', CAST(:mark AS public.iasql_audit_log_change_type_enum),"
                + " CAST(:none AS json), :message, :transaction)")
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .bind("user", caller)
        .bind("mark", mark.name())
        .bind("none", JsonNodeFactory.instance.objectNode().toString())
        .bind("message", message)
        .bind("transaction", transaction)
        .execute();
  }
}
