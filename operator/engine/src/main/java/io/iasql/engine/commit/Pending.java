package io.iasql.engine.commit;

import io.iasql.engine.EngineContext;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.store.Catalog;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** What people have written to the rows and no transaction has taken yet. */
public final class Pending {
  private final Handle handle;
  private final EngineContext context;
  private final Catalog catalog;
  private final String transaction;

  private Pending(Handle handle, EngineContext context, String transaction) {
    this.handle = handle;
    this.context = context;
    this.catalog = context.catalog(handle);
    this.transaction = transaction;
  }

  /** Whether there is any. */
  public static boolean any(Handle handle) {
    return handle
        .createQuery("SELECT EXISTS (SELECT 1 FROM iasql.pending)")
        .mapTo(Boolean.class)
        .one();
  }

  /** The audit entries of all of it. */
  public static Set<Long> entries(Handle handle) {
    return new TreeSet<>(
        handle.createQuery("SELECT audit_id FROM iasql.pending").mapTo(Long.class).list());
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
    take(handle, transaction, entries(handle));
  }

  private static void take(Handle handle, String transaction, Collection<Long> entries) {
    handle
        .createUpdate(
            "WITH taken AS (DELETE FROM iasql.pending WHERE audit_id = ANY (:entries)"
                + " RETURNING audit_id)"
                + " UPDATE public.iasql_audit_log l SET transaction_id = :transaction FROM taken"
                + " WHERE l.id = taken.audit_id")
        .bindArray("entries", Long.class, entries.toArray())
        .bind("transaction", transaction)
        .execute();
  }

  /**
   * Puts the rows back to what they were before it was written.
   *
   * @param handle at isolation level repeatable read, so that this is all that was seen
   * @param transaction whose it is from now on in the audit log
   * @return what had been done to the rows
   */
  public static List<NetChange.Row> takeBack(
      Handle handle, EngineContext context, String transaction) {
    return takeBack(handle, context, transaction, entries(handle));
  }

  /**
   * Puts the rows back to what they were before some of it was written. What was written besides
   * stays pending, unless it builds on that: then all goes.
   *
   * @param handle at isolation level repeatable read
   * @param transaction whose it is from now on in the audit log
   * @param entries the audit entries; those that have been taken meanwhile are left alone
   * @return what had been done to the rows
   */
  public static List<NetChange.Row> takeBack(
      Handle handle, EngineContext context, String transaction, Collection<Long> entries) {
    Set<Long> all = entries(handle);
    Set<Long> some = new TreeSet<>(all);
    some.retainAll(entries);
    if (some.isEmpty()) {
      return List.of();
    }
    Pending pending = new Pending(handle, context, transaction);
    if (some.size() < all.size()) {
      List<NetChange.Row> rows = pending.net(some);
      if (Savepoints.attemptAll(handle, () -> pending.putBackAlone(some, changes(rows)))) {
        return pending.moved(rows);
      }
    }
    List<NetChange.Row> rows = pending.net(all);
    pending.putBack(all, changes(rows));
    return pending.moved(rows);
  }

  /** False when what stays pending is about the same rows, or about rows that went along. */
  private boolean putBackAlone(Set<Long> entries, List<Rows.Changed> changes) {
    long position = NetChange.position(handle);
    take(handle, transaction, entries);
    return new Restoration(handle, catalog).all(entries, changes)
        && Collections.disjoint(
            NetChange.touched(
                catalog,
                NetChange.entries(handle, "(id = ANY (:entries) OR id > :position)")
                    .bindArray("entries", Long.class, entries.toArray())
                    .bind("position", position)),
            NetChange.touched(
                catalog, NetChange.entries(handle, "id IN (SELECT audit_id FROM iasql.pending)")));
  }

  private void putBack(Set<Long> entries, List<Rows.Changed> changes) {
    take(handle, transaction, entries);
    Restoration restoration = new Restoration(handle, catalog);
    if (!Savepoints.attemptAll(handle, () -> restoration.all(entries, changes))) {
      restoration.some(changes);
    }
  }

  private List<NetChange.Row> net(Set<Long> entries) {
    return NetChange.of(handle, catalog, context.modules(), entries);
  }

  private static List<Rows.Changed> changes(List<NetChange.Row> rows) {
    return rows.stream()
        .map(r -> new Rows.Changed(r.key().table(), r.before(), r.after()))
        .toList();
  }

  private List<NetChange.Row> moved(List<NetChange.Row> rows) {
    Set<String> tables = new TreeSet<>();
    rows.forEach(r -> tables.add(r.key().table()));
    Journal.moved(handle, tables, context.clock().instant());
    return rows;
  }
}
