package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The ends that a transaction can come to, each in one PostgreSQL transaction. */
final class Ending {
  private static final int SHOWN = 20;

  private final EngineContext context;
  private final EngineListener listener;
  private final Journal.Submitted transaction;
  private final String owner;
  private final Jdbi jdbi;

  Ending(
      EngineContext context,
      EngineListener listener,
      Journal.Submitted transaction,
      String owner,
      Jdbi jdbi) {
    this.context = context;
    this.listener = listener;
    this.transaction = transaction;
    this.owner = owner;
    this.jdbi = jdbi;
  }

  /** Writes the final state; the caller commits and then {@linkplain #tellMoved tells}. */
  void finish(Handle handle, TransactionState state, String message, Set<String> tables) {
    if (state == TransactionState.COMMITTED
        || state == TransactionState.NO_CHANGES
        || state == TransactionState.PARTIALLY_APPLIED) {
      Journal.remember(handle, transaction, state, context.clock().instant());
    }
    Journal.moved(handle, tables, context.clock().instant());
    Journal.end(handle, transaction.id(), state, message, context.clock().instant());
  }

  void tellMoved(Set<String> tables) {
    if (!tables.isEmpty()) {
      listener.tablesMoved(Set.copyOf(tables));
    }
  }

  /** Nothing was done, and nothing will be. */
  void fail(String message) {
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          finish(handle, TransactionState.FAILED, message, Set.of());
        });
  }

  /** Everything was done. */
  void succeed(List<Journal.Entry> entries) {
    Catalog catalog = jdbi.withHandle(context::catalog);
    List<Companions.Found> companions = new Companions(context).of(catalog, entries);
    Set<String> tables = tables(entries);
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          tables.addAll(takeOutWhatWentAlong(handle, catalog, entries));
          for (Companions.Found found : companions) {
            for (ObjectNode image : found.images()) {
              // One that finds no place is left to the next sync.
              Savepoints.attempt(handle, () -> Rows.upsert(handle, catalog, found.shape(), image));
              tables.add(found.shape().table());
            }
          }
          referToCompanions(handle, catalog, entries, companions);
          finish(handle, TransactionState.COMMITTED, "", tables);
        });
    tellMoved(tables);
  }

  /** Takes out the rows of what came with a deleted resource; returns their tables. */
  private Set<String> takeOutWhatWentAlong(
      Handle handle, Catalog catalog, List<Journal.Entry> entries) {
    Set<String> tables = new TreeSet<>();
    for (Journal.Entry entry : entries) {
      Shape shape = context.modules().shape(entry.row().table());
      String id = entry.kind() == Steps.Kind.DELETE ? shape.assignedKey(entry.before()) : null;
      if (id != null) {
        for (RowKey row :
            Companions.goingWith(handle, catalog, context.modules(), shape.type(), id)) {
          Rows.delete(handle, row);
          tables.add(row.table());
        }
      }
    }
    return tables;
  }

  /** As a NAT gateway to the address that EC2 was asked for along with it. */
  private void referToCompanions(
      Handle handle,
      Catalog catalog,
      List<Journal.Entry> entries,
      List<Companions.Found> companions) {
    Set<String> came =
        companions.stream()
            .filter(found -> !found.images().isEmpty())
            .map(found -> found.shape().table())
            .collect(Collectors.toSet());
    for (Journal.Entry entry : entries) {
      if (entry.kind() == Steps.Kind.CREATE && entry.result() != null) {
        Shape shape = context.modules().shape(entry.row().table());
        if (shape.references().stream()
            .anyMatch(c -> came.contains(Shape.of(c.target()).table()))) {
          Rows.refer(handle, catalog, shape, entry.row(), entry.result());
        }
      }
    }
  }

  private Set<String> tables(List<Journal.Entry> entries) {
    Set<String> tables = new TreeSet<>();
    entries.forEach(e -> tables.add(e.row().table()));
    changes().forEach(c -> tables.add(c.table()));
    return tables;
  }

  private List<Rows.Changed> changes() {
    JsonNode all =
        transaction.rowChanges() != null
            ? transaction.rowChanges()
            : jdbi.withHandle(h -> Journal.rowChanges(h, transaction.id()));
    List<Rows.Changed> changes = new ArrayList<>();
    for (JsonNode one : all) {
      changes.add(
          new Rows.Changed(
              one.get("table").asText(), object(one.get("before")), object(one.get("after"))));
    }
    return changes;
  }

  private static ObjectNode object(JsonNode node) {
    return node == null || node.isNull() ? null : (ObjectNode) node;
  }

  /** Keeps what was done, and brings the rows of the rest to what AWS has. */
  void stop(List<Journal.Entry> entries) {
    List<Rows.Changed> changes = changes();
    Set<String> tables = tables(entries);
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          new HalfDone(handle, context.catalog(handle), context.modules(), changes).settle(entries);
          finish(handle, TransactionState.PARTIALLY_APPLIED, report(entries), tables);
        });
    tellMoved(tables);
  }

  /** Puts the rows back and journals the steps that take back what was done in the cloud. */
  void beginUndo(List<Journal.Entry> entries) {
    List<Rows.Changed> changes = changes();
    Set<String> tables = tables(entries);
    boolean undone =
        jdbi.inTransaction(
            handle -> {
              Journal.fence(handle, transaction.id(), owner);
              Catalog catalog = context.catalog(handle);
              boolean restored = restore(handle, catalog, changes);
              List<Journal.Entry> undo =
                  Compensation.of(
                      transaction.id(), entries, context.modules(), formerKeys(catalog, changes));
              String note =
                  restored
                      ? ""
                      : "The rows were changed by somebody else meanwhile and could not be put"
                          + " back; the next sync brings them to what is in AWS";
              if (undo.isEmpty()) {
                finish(
                    handle,
                    restored ? TransactionState.ROLLED_BACK : TransactionState.PARTIALLY_APPLIED,
                    report(entries)
                        + "\nNothing had been done in AWS"
                        + (restored ? "; the rows are back" : "\n" + note),
                    tables);
              } else {
                Journal.add(handle, transaction.id(), undo);
                Journal.note(handle, transaction.id(), note);
              }
              return undo.isEmpty();
            });
    if (undone) {
      tellMoved(tables);
    }
  }

  /** Puts the rows back, or as many as others have left alone. */
  private boolean restore(Handle handle, Catalog catalog, List<Rows.Changed> changes) {
    Restoration restoration = new Restoration(handle, catalog);
    boolean restored =
        Savepoints.attemptAll(handle, () -> restoration.all(transaction.id(), changes));
    if (!restored) {
      restoration.some(changes);
    }
    return restored;
  }

  private static Map<RowKey, RowKey> formerKeys(Catalog catalog, List<Rows.Changed> changes) {
    Map<RowKey, RowKey> former = new HashMap<>();
    for (Rows.Changed change : changes) {
      if (change.before() != null && change.after() != null) {
        former.put(change.keyAfter(catalog), change.keyBefore(catalog));
      }
    }
    return former;
  }

  /** Everything that could be taken back has been. */
  void endUndo(List<Journal.Entry> entries, List<Journal.Entry> undo) {
    if (undo.isEmpty()) {
      return;
    }
    boolean clean = undo.stream().allMatch(e -> e.state() == Journal.StepState.DONE);
    Set<String> tables = tables(entries);
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          String note = Journal.note(handle, transaction.id());
          String message =
              report(entries)
                  + (clean
                      ? "\nWhat had been done was taken back"
                      : "\nTaking back what had been done failed as well:\n"
                          + report(undo)
                          + "\nThe next sync brings the rows to what is in AWS");
          finish(
              handle,
              clean && note.isEmpty()
                  ? TransactionState.ROLLED_BACK
                  : TransactionState.PARTIALLY_APPLIED,
              note.isEmpty() ? message : message + "\n" + note,
              tables);
        });
    tellMoved(tables);
  }

  /** What was done and what was not, by row. */
  private static String report(List<Journal.Entry> entries) {
    StringBuilder text = new StringBuilder();
    for (Journal.Entry entry : entries) {
      if (entry.state() == Journal.StepState.FAILED) {
        text.append(entry.describe()).append(" failed: ").append(entry.error()).append('\n');
      }
    }
    line(text, "done", entries, Journal.StepState.DONE);
    line(text, "not begun", entries, Journal.StepState.SKIPPED);
    return text.toString().strip();
  }

  private static void line(
      StringBuilder text, String title, List<Journal.Entry> entries, Journal.StepState state) {
    List<String> names =
        entries.stream().filter(e -> e.state() == state).map(Journal.Entry::describe).toList();
    if (!names.isEmpty()) {
      text.append(title)
          .append(": ")
          .append(names.stream().limit(SHOWN).collect(Collectors.joining(", ")))
          .append(names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "")
          .append('\n');
    }
  }
}
