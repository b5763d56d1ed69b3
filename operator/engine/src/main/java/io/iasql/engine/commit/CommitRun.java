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
import io.iasql.engine.store.RowGraph;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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
      if (!work(Journal.Phase.APPLY)) {
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
    if (!work(Journal.Phase.UNDO)) {
      return false;
    }
    endUndo();
    return true;
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

  // Work: steps in order, as many at once as allowed ----------------------------------------------

  private record Finished(Journal.Entry entry, Outcome outcome) {}

  private record Begun(Journal.Entry entry, ObjectNode image, boolean observe) {}

  /**
   * Works off a phase. Outcomes that have come in and the intents of the steps they free are
   * written in one PostgreSQL transaction; only then are those steps begun.
   *
   * @return false when the operator stops before the end
   */
  private boolean work(Journal.Phase phase) {
    Map<Integer, Journal.Entry> open = new TreeMap<>();
    Map<Integer, Journal.StepState> states = new LinkedHashMap<>();
    for (Journal.Entry entry : journal(phase)) {
      states.put(entry.step(), entry.state());
      if (entry.state() == Journal.StepState.PENDING
          || entry.state() == Journal.StepState.STARTED) {
        open.put(entry.step(), entry);
      }
    }
    StepRunner runner = new StepRunner(context, stopping);
    BlockingQueue<Finished> finished = new LinkedBlockingQueue<>();
    int running = 0;
    List<Finished> batch = new ArrayList<>();
    try {
      while (true) {
        List<Finished> outcomes = List.copyOf(batch);
        batch.clear();
        outcomes.forEach(f -> states.put(f.entry().step(), state(f.outcome())));
        int places = context.settings().parallelism() - running;
        List<Begun> begun = record(outcomes, open, states, places);
        for (Begun one : begun) {
          context
              .executor()
              .execute(() -> finished.add(new Finished(one.entry(), guarded(runner, one))));
          running++;
        }
        if (!outcomes.isEmpty()) {
          listener.transactionMoved(transaction.id());
        }
        if (running == 0) {
          return open.isEmpty();
        }
        batch.add(finished.take());
        finished.drainTo(batch);
        running -= batch.size();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      // Steps under way must end before the lock goes: another runner would observe too early.
      awaitAll(finished, running);
    }
  }

  private static Outcome guarded(StepRunner runner, Begun one) {
    try {
      return runner.run(one.entry(), one.image(), one.observe());
    } catch (RuntimeException e) {
      return new Outcome.Failed(
          new io.iasql.spi.CloudFailure(
              io.iasql.spi.CloudFailure.Kind.INTERNAL,
              e.getClass().getSimpleName(),
              String.valueOf(e.getMessage()),
              ""),
          null);
    }
  }

  private static void awaitAll(BlockingQueue<Finished> finished, int running) {
    boolean interrupted = false;
    for (int left = running; left > 0; ) {
      try {
        finished.take();
        left--;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static Journal.StepState state(Outcome outcome) {
    if (outcome instanceof Outcome.Done) {
      return Journal.StepState.DONE;
    }
    return outcome instanceof Outcome.Failed ? Journal.StepState.FAILED : Journal.StepState.STARTED;
  }

  private List<Begun> record(
      List<Finished> outcomes,
      Map<Integer, Journal.Entry> open,
      Map<Integer, Journal.StepState> states,
      int places) {
    List<Journal.Entry> ready = new ArrayList<>();
    List<Journal.Entry> skipped = new ArrayList<>();
    choose(open, states, places, ready, skipped);
    if (outcomes.isEmpty() && ready.isEmpty() && skipped.isEmpty()) {
      return List.of();
    }
    return jdbi.inTransaction(
        handle -> {
          Journal.fence(handle, transaction.id(), owner);
          Catalog catalog = Catalog.read(handle);
          outcomes.forEach(f -> record(handle, catalog, f));
          for (Journal.Entry entry : skipped) {
            Journal.finish(
                handle,
                transaction.id(),
                entry,
                Journal.StepState.SKIPPED,
                null,
                "",
                "a step that comes first failed",
                now());
          }
          return begin(handle, catalog, ready);
        });
  }

  /** Takes from the open steps those that can begin, and those that never will. */
  private void choose(
      Map<Integer, Journal.Entry> open,
      Map<Integer, Journal.StepState> states,
      int places,
      List<Journal.Entry> ready,
      List<Journal.Entry> skipped) {
    for (Journal.Entry entry : List.copyOf(open.values())) {
      Set<Journal.StepState> first =
          entry.dependsOn().stream().map(states::get).collect(Collectors.toSet());
      if (first.contains(Journal.StepState.FAILED) || first.contains(Journal.StepState.SKIPPED)) {
        states.put(entry.step(), Journal.StepState.SKIPPED);
        open.remove(entry.step());
        skipped.add(entry);
      } else if (ready.size() < places
          && !stopping.getAsBoolean()
          && Set.of(Journal.StepState.DONE).containsAll(first)) {
        open.remove(entry.step());
        ready.add(entry);
      }
    }
  }

  private List<Begun> begin(Handle handle, Catalog catalog, List<Journal.Entry> ready) {
    Map<RowKey, ObjectNode> images = images(handle, catalog, ready);
    List<Begun> begun = new ArrayList<>();
    for (Journal.Entry entry : ready) {
      ObjectNode image = images.get(entry.row());
      ObjectNode desired = null;
      if (entry.kind() == Steps.Kind.CREATE) {
        Shape shape = shape(entry.row());
        desired = StepRunner.desired(shape, entry, image);
        for (Column column : shape.columns()) {
          if (column.writeOnly()) {
            desired.putNull(column.name());
          }
        }
      }
      Journal.start(handle, transaction.id(), entry, desired, now());
      begun.add(new Begun(entry, image, entry.state() == Journal.StepState.STARTED));
    }
    return begun;
  }

  private Map<RowKey, ObjectNode> images(
      Handle handle, Catalog catalog, List<Journal.Entry> entries) {
    Map<String, Set<RowKey>> byTable = new TreeMap<>();
    for (Journal.Entry entry : entries) {
      if (entry.kind() != Steps.Kind.DELETE) {
        byTable.computeIfAbsent(entry.row().table(), t -> new TreeSet<>()).add(entry.row());
      }
    }
    RowGraph rows = RowGraph.withSecrets(handle, catalog);
    Map<RowKey, ObjectNode> images = new LinkedHashMap<>();
    byTable.forEach(
        (table, keys) ->
            rows.images(
                    Shape.of(context.modules().resource(table).orElseThrow().type()),
                    table,
                    rows.rows(table, keys))
                .forEach(image -> images.put(RowGraph.rowOf(image), image)));
    return images;
  }

  private void record(Handle handle, Catalog catalog, Finished one) {
    Journal.Entry entry = one.entry();
    if (one.outcome() instanceof Outcome.Done done) {
      Journal.finish(
          handle,
          transaction.id(),
          entry,
          Journal.StepState.DONE,
          done.result(),
          done.requestId(),
          "",
          now());
      if (done.result() != null) {
        writeBack(handle, catalog, entry, done.result());
      }
    } else if (one.outcome() instanceof Outcome.Failed failed) {
      Journal.finish(
          handle,
          transaction.id(),
          entry,
          Journal.StepState.FAILED,
          failed.leftover(),
          failed.failure().requestId(),
          failed.failure().toString(),
          now());
    }
  }

  private void writeBack(Handle handle, Catalog catalog, Journal.Entry entry, ObjectNode result) {
    Shape shape = shape(entry.row());
    RowGraph rows = RowGraph.now(handle, catalog);
    List<ObjectNode> row = rows.rows(entry.row().table(), List.of(entry.row()));
    if (row.isEmpty()) {
      return;
    }
    ObjectNode image = rows.images(shape, shape.table(), row).get(0);
    ObjectNode values = result.deepCopy();
    // What a later step sets is still to come: the row must keep what is wanted.
    entryColumnsLeftOut(entry).forEach(c -> values.set(c, image.get(c)));
    replaceText(handle, shape, image, result);
    Rows.writeBack(handle, catalog, shape, entry.row(), image, values);
  }

  private static List<String> entryColumnsLeftOut(Journal.Entry entry) {
    return entry.kind() == Steps.Kind.CREATE ? entry.columns() : List.of();
  }

  /** Other rows that name a replaced resource by its key's text name the new one from now on. */
  private void replaceText(Handle handle, Shape shape, ObjectNode old, ObjectNode result) {
    for (Column key : shape.key()) {
      boolean replaced =
          key.assigned()
              && old.hasNonNull(key.name())
              && result.hasNonNull(key.name())
              && !old.get(key.name()).equals(result.get(key.name()));
      if (replaced) {
        TextLinks.point(
            handle,
            context.modules(),
            Catalog.read(handle),
            shape.type(),
            old.get(key.name()).asText(),
            result.get(key.name()).asText());
      }
    }
  }

  // Ends
  // -------------------------------------------------------------------------------------------

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
    List<Journal.Entry> undo = Compensation.of(transaction.id(), entries);
    List<Rows.Changed> changes = changes();
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
