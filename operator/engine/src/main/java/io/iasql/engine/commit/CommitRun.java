package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.OnFailure;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.plan.Planner;
import io.iasql.engine.plan.Speculation;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.CloudException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * One transaction's commit, from the claim to its final state; the same code resumes one that a
 * crash interrupted, because everything it goes by is in the journal.
 */
final class CommitRun {
  private static final int TRIES = 5;

  private final EngineContext context;
  private final EngineListener listener;
  private final Jdbi jdbi;
  private final Planner planner;
  private final Journal.Submitted transaction;
  private final String owner;
  private final BooleanSupplier stopping;

  CommitRun(
      EngineContext context,
      EngineListener listener,
      Journal.Submitted transaction,
      String owner,
      BooleanSupplier stopping) {
    this.context = context;
    this.listener = listener;
    this.jdbi = Jdbi.create(context.database().pool());
    this.planner = new Planner(context);
    this.transaction = transaction;
    this.owner = owner;
    this.stopping = stopping;
  }

  /**
   * Runs until the transaction is final, or until the operator stops.
   *
   * @return whether it is final
   */
  boolean run() {
    if (transaction.rowChanges() == null && !prepare()) {
      return true;
    }
    if (journal(Journal.Phase.UNDO).isEmpty()) {
      if (!steps(Journal.Phase.APPLY)) {
        return false;
      }
      List<Journal.Entry> entries = journal(Journal.Phase.APPLY);
      if (entries.stream().allMatch(e -> e.state() == Journal.StepState.DONE)) {
        succeed(entries);
        return true;
      }
      if (transaction.onFailure() == OnFailure.STOP) {
        stop(entries);
        return true;
      }
      beginUndo(entries);
    }
    if (!steps(Journal.Phase.UNDO)) {
      return false;
    }
    endUndo();
    return true;
  }

  private boolean steps(Journal.Phase phase) {
    return new PhaseRun(context, listener, jdbi, transaction.id(), owner, stopping).run(phase);
  }

  private List<Journal.Entry> journal(Journal.Phase phase) {
    return jdbi.withHandle(h -> Journal.entries(h, transaction.id(), phase));
  }

  private Instant now() {
    return context.clock().instant();
  }

  // Prepare: rows and journal, durable together ---------------------------------------------------

  /**
   * Writes rows and journal if the plan is still the approved one; false when the run ends here.
   */
  private boolean prepare() {
    for (int attempt = 1; ; attempt++) {
      Planner.Planned planned;
      try {
        planned = planner.plan(transaction.sql());
      } catch (InvalidTransactionException e) {
        end(TransactionState.FAILED, e.getMessage(), Set.of());
        return false;
      } catch (CloudException e) {
        end(TransactionState.FAILED, "AWS refused to be read: " + e.failure(), Set.of());
        return false;
      }
      if (!planned.plan().id().equals(transaction.approvedPlan())) {
        supersede(planned.plan());
        return false;
      }
      Boolean worked = write(planned);
      if (worked != null) {
        return worked;
      }
      if (attempt == TRIES) {
        throw new UnavailableException("the rows keep moving while the commit begins", null);
      }
    }
  }

  private void supersede(Plan plan) {
    jdbi.useTransaction(
        h -> {
          Journal.fence(h, transaction.id(), owner);
          PlanStore.save(h, transaction.id(), transaction.sql(), plan);
          Journal.end(
              h,
              transaction.id(),
              TransactionState.SUPERSEDED,
              "the account or the rows have changed since "
                  + transaction.approvedPlan()
                  + " was approved; nothing was done, review "
                  + plan.id(),
              now());
        });
  }

  /** True: go on to work; false: it is final already; null: the rows moved meanwhile. */
  private Boolean write(Planner.Planned planned) {
    try (Connection session = context.database().openSession()) {
      session.setAutoCommit(false);
      session.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (Handle handle = Jdbi.open(session)) {
        Boolean result = write(handle, planned);
        if (result == null) {
          session.rollback();
        } else {
          session.commit();
        }
        return result;
      } catch (RuntimeException e) {
        // Closing the session, which the handle has done, rolled back.
        SQLException cause = SqlErrors.sqlCause(e);
        if (cause != null && "40001".equals(cause.getSQLState())) {
          return null;
        }
        throw e;
      }
    } catch (SQLException e) {
      throw new UnavailableException("PostgreSQL: " + e.getMessage(), e);
    }
  }

  private Boolean write(Handle handle, Planner.Planned planned) {
    Journal.fence(handle, transaction.id(), owner);
    long position = NetChange.position(handle);
    Speculation again = planner.inTransaction(handle, transaction.sql());
    Plan plan = planner.decide(context.scope(), again, planned.cloud());
    if (!plan.id().equals(transaction.approvedPlan())) {
      return null;
    }
    again.carryOver(handle, Rows::update);
    handle
        .createUpdate(
            "UPDATE public.iasql_audit_log SET transaction_id = :id, \"user\" = :user"
                + " WHERE id > :position")
        .bind("id", transaction.id())
        .bind("user", "transaction/" + transaction.name())
        .bind("position", position)
        .execute();
    List<Steps.Step> steps = Steps.of(context.modules(), plan.actions());
    if (steps.isEmpty()) {
      boolean rows = !again.rows().isEmpty();
      finish(
          handle,
          rows ? TransactionState.COMMITTED : TransactionState.NO_CHANGES,
          "",
          again.rows().stream().map(r -> r.key().table()).collect(Collectors.toSet()));
      return false;
    }
    ArrayNode changes = JsonNodeFactory.instance.arrayNode();
    for (NetChange.Row row : again.rows()) {
      changes
          .addObject()
          .put("table", row.key().table())
          .<ObjectNode>set("before", row.before())
          .set("after", row.after());
    }
    Journal.begin(handle, transaction.id(), changes);
    Journal.add(handle, transaction.id(), entries(steps));
    return true;
  }

  private List<Journal.Entry> entries(List<Steps.Step> steps) {
    List<Journal.Entry> entries = new ArrayList<>();
    // A step without a call has nothing to be journalled; who waits for it waits for its own.
    Map<Integer, Set<Integer>> passedOn = new HashMap<>();
    for (Steps.Step step : steps) {
      Set<Integer> dependsOn = new TreeSet<>();
      step.dependsOn().forEach(d -> dependsOn.addAll(passedOn.getOrDefault(d, Set.of(d))));
      if (step.action().calls()) {
        entries.add(entry(step, dependsOn));
      } else {
        passedOn.put(step.number(), dependsOn);
      }
    }
    return entries;
  }

  private Journal.Entry entry(Steps.Step step, Set<Integer> dependsOn) {
    Plan.Action action = step.action();
    boolean ofNew =
        step.kind() == Steps.Kind.CREATE || (step.kind() == Steps.Kind.UPDATE && action.creates());
    String region =
        step.kind() == Steps.Kind.DELETE && action.rowBefore() != null
            ? shape(action.row()).region(action.rowBefore()).orElse(action.region())
            : action.region();
    return Journal.entry(
        transaction.id(),
        Journal.Phase.APPLY,
        step.number(),
        step.kind(),
        action.row(),
        action.description(),
        region,
        ofNew ? null : action.before(),
        step.columns(),
        dependsOn,
        Journal.StepState.PENDING);
  }

  private Shape shape(RowKey row) {
    return Shape.of(context.modules().resource(row.table()).orElseThrow().type());
  }

  // Ends ---------------------------------------------------------------------------------------

  private void succeed(List<Journal.Entry> entries) {
    Catalog catalog = jdbi.withHandle(Catalog::read);
    List<Companions.Found> companions = new Companions(context).of(catalog, entries);
    Set<String> tables = new TreeSet<>(tables(entries));
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          for (Companions.Found found : companions) {
            for (ObjectNode image : found.images()) {
              Rows.upsert(handle, catalog, found.shape(), image);
              tables.add(found.shape().table());
            }
          }
          finish(handle, TransactionState.COMMITTED, "", tables);
        });
    listener.tablesMoved(tables);
  }

  private static Set<String> tables(List<Journal.Entry> entries) {
    return entries.stream().map(e -> e.row().table()).collect(Collectors.toSet());
  }

  private void finish(Handle handle, TransactionState state, String message, Set<String> tables) {
    if (state == TransactionState.COMMITTED
        || state == TransactionState.NO_CHANGES
        || state == TransactionState.PARTIALLY_APPLIED) {
      Journal.remember(handle, transaction, state, now());
    }
    Journal.moved(handle, tables, now());
    Journal.end(handle, transaction.id(), state, message, now());
  }

  private void end(TransactionState state, String message, Set<String> tables) {
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          finish(handle, state, message, tables);
        });
  }

  /** Keeps what was done, and puts the rows of the rest back: rows and AWS say the same. */
  private void stop(List<Journal.Entry> entries) {
    Set<RowKey> undone = new HashSet<>();
    for (Journal.Entry entry : entries) {
      boolean oldOneStays =
          entry.kind() == Steps.Kind.DELETE
              && entries.stream()
                  .anyMatch(
                      e ->
                          e.row().equals(entry.row())
                              && e.kind() == Steps.Kind.CREATE
                              && e.state() == Journal.StepState.DONE);
      boolean madeLater = entry.kind() == Steps.Kind.UPDATE && entry.before() == null;
      if (entry.state() != Journal.StepState.DONE && !oldOneStays && !madeLater) {
        undone.add(entry.row());
      }
    }
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          Catalog catalog = Catalog.read(handle);
          Rows.restore(handle, catalog, changesOf(catalog, undone));
          finish(handle, TransactionState.PARTIALLY_APPLIED, report(entries), tables(entries));
        });
    listener.tablesMoved(tables(entries));
  }

  private List<Rows.Changed> changes() {
    JsonNode all =
        transaction.rowChanges() != null
            ? transaction.rowChanges()
            : jdbi.withHandle(
                h ->
                    h.createQuery("SELECT row_changes::text FROM iasql.transaction WHERE id = :id")
                        .bind("id", transaction.id())
                        .mapTo(String.class)
                        .map(Json::parse)
                        .one());
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

  /** The changes of these root rows and of the child rows that belong to them. */
  private List<Rows.Changed> changesOf(Catalog catalog, Set<RowKey> roots) {
    return changes().stream()
        .filter(
            change -> {
              Optional<RowKey> owner = owner(catalog, change);
              return owner.isPresent() && roots.contains(owner.get());
            })
        .toList();
  }

  private Optional<RowKey> owner(Catalog catalog, Rows.Changed change) {
    RowKey self = change.after() == null ? change.keyBefore(catalog) : change.keyAfter(catalog);
    if (context.modules().resource(change.table()).isPresent()) {
      return Optional.of(self);
    }
    ObjectNode image = change.after() == null ? change.before() : change.after();
    for (String table : catalog.parentsFirst()) {
      Optional<Column> children =
          context
              .modules()
              .resource(table)
              .flatMap(
                  r ->
                      Shape.of(r.type()).columns().stream()
                          .filter(c -> c.childTable().equals(change.table()))
                          .findFirst());
      if (children.isPresent()) {
        Catalog.ForeignKey fk =
            catalog.foreignKey(change.table(), children.get().ownerColumn(), table);
        ObjectNode key = Json.object();
        for (int i = 0; i < fk.columns().size(); i++) {
          key.set(fk.targetColumns().get(i), image.get(fk.columns().get(i)));
        }
        return Optional.of(RowKey.of(catalog, table, key));
      }
    }
    return Optional.empty();
  }

  private void beginUndo(List<Journal.Entry> entries) {
    List<Rows.Changed> changes = changes();
    List<Journal.Entry> undo =
        Compensation.of(
            transaction.id(), entries, formerKeys(jdbi.withHandle(Catalog::read), changes));
    jdbi.useTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          Rows.restore(handle, Catalog.read(handle), changes);
          if (undo.isEmpty()) {
            finish(
                handle,
                TransactionState.ROLLED_BACK,
                report(entries) + "\nNothing had been done in AWS; the rows are back",
                tables(entries));
          } else {
            Journal.add(handle, transaction.id(), undo);
          }
        });
    if (undo.isEmpty()) {
      listener.tablesMoved(tables(entries));
    }
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

  private void endUndo() {
    List<Journal.Entry> undo = journal(Journal.Phase.UNDO);
    if (undo.isEmpty()) {
      return;
    }
    List<Journal.Entry> entries = journal(Journal.Phase.APPLY);
    boolean clean = undo.stream().allMatch(e -> e.state() == Journal.StepState.DONE);
    String message =
        report(entries)
            + (clean
                ? "\nWhat had been done was taken back"
                : "\nTaking back what had been done failed as well:\n"
                    + report(undo)
                    + "\nThe next sync brings the rows to what is in AWS");
    end(
        clean ? TransactionState.ROLLED_BACK : TransactionState.PARTIALLY_APPLIED,
        message,
        tables(entries));
    listener.tablesMoved(tables(entries));
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
          .append(String.join(", ", names.subList(0, Math.min(20, names.size()))))
          .append(names.size() > 20 ? " and " + (names.size() - 20) + " more" : "")
          .append('\n');
    }
  }
}
