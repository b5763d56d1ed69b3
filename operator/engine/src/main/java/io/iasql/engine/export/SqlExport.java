package io.iasql.engine.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Catalog.ForeignKey;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Changes of rows as SQL that does the same in another environment's database: {@code
 * iasql_get_sql_since}, {@code iasql_get_sql_for_transaction} and the SQL of reviews.
 *
 * <p>A text holds the net change, in an order that PostgreSQL's constraints take, in one
 * transaction or several. Other rows are named by what people chose for them, never by ids; what
 * AWS assigns, what is write-only and what comes with an account is left out. A name that fits
 * several rows of the other database makes its statement fail there: nothing is guessed. What a
 * reader should know of a statement stands before it in SQL comments.
 *
 * <p>The methods only read. Each element of a result is one statement and ends in a semicolon.
 */
public final class SqlExport {
  /** That a write-only value is set is part of what happens to a row. */
  private static final Adaptation WITH_SECRETS =
      new Adaptation() {
        @Override
        public Optional<String> parameter(String table, ObjectNode told, String column) {
          return Optional.of(column).filter(told::hasNonNull);
        }
      };

  private SqlExport() {}

  /**
   * The net change of every row since a moment, what the sync wrote included.
   *
   * @param since only what was written in transactions that began after it; null for everything
   */
  public static List<String> since(Handle handle, Catalog catalog, Modules modules, Instant since) {
    return of(handle, catalog, modules, NetChange.since(handle, catalog, modules, since));
  }

  /**
   * The net change of one transaction's rows, without what the engine wrote. Rows that have changed
   * since are named as they were then.
   *
   * @param id the transaction's id; null for the one that was opened last
   * @return the statements; none when there is no such transaction
   */
  public static List<String> forTransaction(
      Handle handle, Catalog catalog, Modules modules, String id) {
    Optional<String> wanted = id == null ? lastOpened(handle) : Optional.of(id);
    return wanted
        .map(
            transaction ->
                texts(
                    handle,
                    catalog,
                    modules,
                    NetChange.of(handle, catalog, modules, transaction),
                    NetChange.since(
                        handle, catalog, modules, NetChange.position(handle, transaction))))
        .orElse(List.of());
  }

  /**
   * The net change of one transaction's rows for an environment in which some things are otherwise.
   *
   * @param id the transaction's id
   */
  public static AdaptedExport adapted(
      Handle handle, Catalog catalog, Modules modules, String id, Adaptation adaptation) {
    List<NetChange.Row> rows = NetChange.of(handle, catalog, modules, id);
    if (rows.isEmpty()) {
      return new AdaptedExport(List.of(), List.of(), List.of());
    }
    List<NetChange.Row> later =
        NetChange.since(handle, catalog, modules, NetChange.position(handle, id));
    World world = world(handle, catalog, modules, rows, later, adaptation);
    Exported exported = exported(world, rows, modules);
    Described described = new Described(world, new Keys(world));
    // Before the text is written, which moves the rows.
    List<RowChange> changes = described.changes(exported);
    List<RowChange> leftOut = described.leftOut(exported);
    return new AdaptedExport(Script.of(world, exported), changes, leftOut);
  }

  /** What a net change that the handle's transaction has just made does to the rows. */
  public static List<RowChange> changes(
      Handle handle, Catalog catalog, Modules modules, List<NetChange.Row> rows) {
    if (rows.isEmpty()) {
      return List.of();
    }
    World world = world(handle, catalog, modules, rows, List.of(), WITH_SECRETS);
    return new Described(world, new Keys(world)).changes(exported(world, rows, modules));
  }

  private static Optional<String> lastOpened(Handle handle) {
    return handle
        .createQuery(
            "SELECT transaction_id FROM public.iasql_audit_log"
                + " WHERE change_type = 'OPEN_TRANSACTION' ORDER BY id DESC LIMIT 1")
        .mapTo(String.class)
        .findOne();
  }

  /** A net change that the handle's transaction has just made or sees. */
  public static List<String> of(
      Handle handle, Catalog catalog, Modules modules, List<NetChange.Row> rows) {
    return texts(handle, catalog, modules, rows, List.of());
  }

  /** A net change that is still to be made: the rows before are those that are there. */
  static List<String> ahead(
      Handle handle, Catalog catalog, Modules modules, List<NetChange.Row> rows) {
    return texts(
        handle, catalog, modules, rows, rows.stream().map(r -> r.inverse(catalog)).toList());
  }

  private static List<String> texts(
      Handle handle,
      Catalog catalog,
      Modules modules,
      List<NetChange.Row> rows,
      List<NetChange.Row> later) {
    if (rows.isEmpty()) {
      return List.of();
    }
    World world = world(handle, catalog, modules, rows, later, Adaptation.NONE);
    return Script.of(world, exported(world, rows, modules)).stream()
        .map(ExportedStatement::sql)
        .toList();
  }

  private static World world(
      Handle handle,
      Catalog catalog,
      Modules modules,
      List<NetChange.Row> rows,
      List<NetChange.Row> later,
      Adaptation adaptation) {
    Tables tables = new Tables(handle, catalog, adaptation.defaultRegion());
    return new World(handle, tables, modules, rows, later, adaptation);
  }

  private static Exported exported(World world, List<NetChange.Row> rows, Modules modules) {
    Set<Entity> anew = madeAnew(world, rows, modules);
    anew.forEach(world::touch);
    return new Exported(world, anew);
  }

  /**
   * Rows that took a deleted row's key and are another resource all the same, with the rows that
   * refer to them: they cannot stay while the other goes.
   */
  private static Set<Entity> madeAnew(World world, List<NetChange.Row> rows, Modules modules) {
    Deque<Entity> open = new ArrayDeque<>();
    int position = 0;
    for (Entity entity : world.changed()) {
      if (rows.get(position++).recreated()
          && entity.before() != null
          && entity.after() != null
          && isAnother(world, modules, entity)) {
        open.add(entity);
      }
    }
    Set<Entity> anew = new LinkedHashSet<>();
    while (!open.isEmpty()) {
      Entity entity = open.remove();
      if (anew.add(entity)) {
        open.addAll(world.lastingReferrers(entity));
      }
    }
    return anew;
  }

  private static boolean isAnother(World world, Modules modules, Entity entity) {
    Shape shape = modules.resource(entity.table()).map(r -> Shape.of(r.type())).orElse(null);
    if (shape == null || !shape.hasChosenIdentity()) {
      return false;
    }
    for (Column column : shape.identity()) {
      Optional<ForeignKey> fk = world.tables().foreignKey(entity.table(), column.sqlName());
      Entity before = fk.map(entity.before()::link).orElse(null);
      Entity after = fk.map(entity.after()::link).orElse(null);
      boolean same =
          (before != null && before == after)
              || entity.before().get(column.sqlName()).equals(entity.after().get(column.sqlName()));
      if (!same) {
        return true;
      }
    }
    return false;
  }
}
