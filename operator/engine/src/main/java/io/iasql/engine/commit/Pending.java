package io.iasql.engine.commit;

import io.iasql.engine.EngineContext;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.store.Catalog;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** What people have written to the rows and no transaction has taken yet. */
public final class Pending {
  private Pending() {}

  /** Whether there is any. */
  public static boolean any(Handle handle) {
    return handle
        .createQuery("SELECT EXISTS (SELECT 1 FROM iasql.pending)")
        .mapTo(Boolean.class)
        .one();
  }

  /** The logins that have written it, in the order of their names. */
  public static List<String> authors(Handle handle) {
    return handle
        .createQuery(
            "SELECT DISTINCT l.\"user\" FROM public.iasql_audit_log l"
                + " JOIN iasql.pending p ON p.audit_id = l.id ORDER BY 1")
        .mapTo(String.class)
        .list();
  }

  /** Makes all that the handle's PostgreSQL transaction sees a transaction's. */
  static void take(Handle handle, String transaction) {
    handle.execute(
        "WITH taken AS (DELETE FROM iasql.pending RETURNING audit_id)"
            + " UPDATE public.iasql_audit_log l SET transaction_id = ? FROM taken"
            + " WHERE l.id = taken.audit_id",
        transaction);
  }

  /**
   * Puts the rows back to what they were before it was written.
   *
   * @param transaction whose it is from now on in the audit log
   * @return what had been done to the rows
   */
  public static List<NetChange.Row> takeBack(
      Handle handle, EngineContext context, String transaction) {
    Catalog catalog = context.catalog(handle);
    List<NetChange.Row> rows = NetChange.pending(handle, catalog, context.modules());
    List<Rows.Changed> changes =
        rows.stream().map(r -> new Rows.Changed(r.key().table(), r.before(), r.after())).toList();
    take(handle, transaction);
    Restoration restoration = new Restoration(handle, catalog);
    if (!Savepoints.attemptAll(handle, () -> restoration.all(transaction, changes))) {
      restoration.some(changes);
    }
    Set<String> tables = new TreeSet<>();
    rows.forEach(r -> tables.add(r.key().table()));
    Journal.moved(handle, tables, context.clock().instant());
    return rows;
  }
}
