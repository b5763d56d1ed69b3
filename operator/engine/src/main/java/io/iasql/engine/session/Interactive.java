package io.iasql.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.commit.CommitQueue;
import io.iasql.engine.commit.Submissions;
import io.iasql.engine.export.Review;
import io.iasql.engine.export.SqlExport;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.session.OpenTransaction.Mark;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.sync.Importer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** {@code iasql_begin} to {@code iasql_rollback}: the transaction that people share. */
final class Interactive {
  /** As the original waited. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final EngineContext context;
  private final Jdbi jdbi;
  private final WrittenRows written;
  private final Importer importer;
  private final CommitQueue queue;
  private final Arrivals arrivals;
  private final BooleanSupplier automatic;
  private final EngineListener listener;

  /**
   * @param automatic whether every plan is approved
   * @param listener told of what is opened and proposed
   */
  Interactive(
      EngineContext context,
      WrittenRows written,
      Importer importer,
      CommitQueue queue,
      Arrivals arrivals,
      BooleanSupplier automatic,
      EngineListener listener) {
    this.context = context;
    this.jdbi = Jdbis.over(context.database().pool());
    this.written = written;
    this.importer = importer;
    this.queue = queue;
    this.arrivals = arrivals;
    this.automatic = automatic;
    this.listener = listener;
  }

  /** Opens a transaction as soon as none is open and no commit runs. */
  JsonNode begin(Call call, Calls.Waiting waiting) {
    String id = openWhenFree(call.caller(), waiting);
    try {
      waiting.check();
    } catch (CallException e) {
      // Who asked for it will never know of it.
      close(call.caller(), id);
      throw e;
    }
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    rows.addObject().put("message", "Transaction started").put("transaction_id", id);
    return rows;
  }

  private String openWhenFree(String caller, Calls.Waiting waiting) {
    boolean[] told = {false};
    return arrivals
        .await(
            () -> {
              Optional<String> id =
                  jdbi.inTransaction(
                      h -> OpenTransaction.open(h, caller, context.clock().instant()));
              if (id.isEmpty() && !told[0]) {
                told[0] = true;
                waiting.progress("another transaction is open or running; waiting for its end");
              }
              return id;
            },
            PATIENCE,
            waiting::check)
        .map(
            id -> {
              listener.opened();
              return id;
            })
        .orElseThrow(
            () ->
                new CallException(
                    "Another transaction is open or running. Please try again later."));
  }

  /** Runs work in a transaction of its own that is closed at the end, whatever comes of it. */
  JsonNode alone(Call call, Calls.Waiting waiting, Supplier<JsonNode> work) {
    String id = openWhenFree(call.caller(), waiting);
    try {
      return work.get();
    } finally {
      close(call.caller(), id);
    }
  }

  private void close(String caller, String id) {
    jdbi.useTransaction(h -> OpenTransaction.close(h, caller, id, context.clock().instant()));
    arrivals.signal();
    listener.opened();
    // Commits have waited for it.
    queue.wake();
  }

  private String open() {
    return jdbi.withHandle(OpenTransaction::id)
        .orElseThrow(() -> new CallException("Cannot execute without calling iasql_begin() first"));
  }

  private void mark(Mark mark, String caller, String id, String message) {
    jdbi.useHandle(
        h -> OpenTransaction.mark(h, mark, caller, id, message, context.clock().instant()));
  }

  /** What a commit would do; without changes, what AWS has that the rows have not. */
  JsonNode preview(Call call, Calls.Waiting waiting) {
    String id = open();
    mark(Mark.PREVIEW_START_COMMIT, call.caller(), id, null);
    try {
      return written.any() ? lines(PlanStore.lines(written.plan())) : drift();
    } finally {
      mark(Mark.PREVIEW_END_COMMIT, call.caller(), id, null);
    }
  }

  private JsonNode drift() {
    List<PlanStore.Line> lines = new ArrayList<>();
    for (NetChange.Row row : importer.drift()) {
      String action = row.before() == null ? "create" : row.after() == null ? "delete" : "update";
      lines.add(RowLines.of(context.modules(), action, row));
    }
    return lines(lines);
  }

  /** Commits what was written, or has it wait for approval, and closes the transaction. */
  JsonNode commit(Call call, Calls.Waiting waiting) {
    String id = open();
    try {
      written.refuseOutsideWindows(automatic.getAsBoolean());
    } catch (CallException e) {
      throw new CallException(
          e.getMessage()
              + "\nThe transaction stays open: commit it then, or call iasql_rollback()");
    }
    if (call.argument(0) != null) {
      mark(Mark.SET_COMMIT_MESSAGE, call.caller(), id, call.argument(0));
    }
    mark(Mark.START_COMMIT, call.caller(), id, null);
    boolean done = false;
    try {
      Optional<List<PlanStore.Line>> committed =
          automatic.getAsBoolean() ? written.commit(id, call.caller(), waiting) : Optional.empty();
      JsonNode rows = lines(committed.orElseGet(() -> propose(id, call, waiting)));
      done = true;
      return rows;
    } catch (CallException | InvalidTransactionException e) {
      done = true;
      mark(Mark.ERROR, call.caller(), id, e.getMessage());
      throw e;
    } finally {
      mark(Mark.END_COMMIT, call.caller(), id, null);
      if (done) {
        close(call.caller(), id);
      }
    }
  }

  private List<PlanStore.Line> propose(String id, Call call, Calls.Waiting waiting) {
    Plan plan = written.plan();
    String reason =
        automatic.getAsBoolean() ? written.tooMuch(plan).map(t -> t + ": ").orElse("") : "";
    written
        .propose(id, call.argument(0))
        .ifPresent(
            proposal -> {
              waiting.progress(
                  reason
                      + "plan "
                      + proposal.planId()
                      + " waits for approval as a SqlTransaction; the rows are as they were until"
                      + " it is committed");
              listener.proposed();
            });
    return PlanStore.lines(plan);
  }

  /** Puts the rows back and closes the transaction. */
  JsonNode rollback(Call call, Calls.Waiting waiting) {
    String id = open();
    mark(Mark.START_REVERT, call.caller(), id, null);
    List<PlanStore.Line> lines = new ArrayList<>();
    for (NetChange.Row row : written.takeBack(id)) {
      String action = row.before() == null ? "delete" : row.after() == null ? "create" : "update";
      lines.add(RowLines.of(context.modules(), action, row));
    }
    mark(Mark.END_REVERT, call.caller(), id, null);
    close(call.caller(), id);
    return lines(lines);
  }

  /** The open transaction's plan and SQL as Markdown. */
  JsonNode review(Call call, Calls.Waiting waiting) {
    open();
    List<PlanStore.Line> plan = written.any() ? PlanStore.lines(written.plan()) : List.of();
    List<String> statements = jdbi.withHandle(this::statements);
    String title = call.argument(0) == null ? "New Review" : call.argument(0);
    String description = call.argument(1) == null ? "Review description" : call.argument(1);
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    rows.addObject().put("markdown", Review.of(title, description, plan, statements).markdown());
    return rows;
  }

  private List<String> statements(Handle handle) {
    Catalog catalog = context.catalog(handle);
    return SqlExport.of(
        handle, catalog, context.modules(), NetChange.pending(handle, catalog, context.modules()));
  }

  private static JsonNode lines(List<PlanStore.Line> lines) {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (PlanStore.Line line : lines) {
      rows.addObject()
          .put("action", line.action())
          .put("table_name", line.table())
          .put("id", line.id())
          .put("description", line.description());
    }
    return rows;
  }

  /** Ends what a killed engine left: an opening that nobody was told of. */
  void recover() {
    jdbi.useTransaction(
        h -> {
          boolean untold =
              h.createQuery(
                      "SELECT EXISTS (SELECT 1 FROM iasql.call WHERE state = 'RUNNING'"
                          + " AND function IN ('iasql_begin', 'iasql_install', 'iasql_uninstall'))")
                  .mapTo(Boolean.class)
                  .one();
          Optional<String> id = OpenTransaction.id(h);
          if (untold && id.isPresent()) {
            OpenTransaction.close(h, "operator", id.get(), context.clock().instant());
          }
          boolean committing =
              h.createQuery(
                      "SELECT EXISTS (SELECT 1 FROM iasql.call WHERE state = 'RUNNING'"
                          + " AND function = 'iasql_commit')")
                  .mapTo(Boolean.class)
                  .one();
          if (committing && id.isPresent() && Submissions.view(h, id.get()).isPresent()) {
            // The queue brings it to its end without the one who asked for it.
            OpenTransaction.close(h, "operator", id.get(), context.clock().instant());
          }
        });
  }
}
