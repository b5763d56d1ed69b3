package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Fingerprint;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.plan.Planner;
import io.iasql.engine.plan.Speculation;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.plan.UserSql;
import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.CloudException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The beginning of a commit: the user's rows and the journal, durable together. */
final class Preparation {
  private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);
  private static final int TRIES = 5;

  private enum Written {
    /** There are steps to work off. */
    STEPS,
    /** The transaction is final: it changes nothing in the cloud. */
    FINAL,
    /** The rows moved meanwhile; nothing was written. */
    MOVED
  }

  private final EngineContext context;
  private final Ending ending;
  private final Planner planner;
  private final Journal.Submitted transaction;
  private final String owner;
  private final Jdbi jdbi;

  Preparation(
      EngineContext context,
      Ending ending,
      Journal.Submitted transaction,
      String owner,
      Jdbi jdbi) {
    this.context = context;
    this.ending = ending;
    this.planner = new Planner(context);
    this.transaction = transaction;
    this.owner = owner;
    this.jdbi = jdbi;
  }

  /**
   * Writes rows and journal if the plan is still the approved one; false when the run ends here.
   * Nothing has been done yet, so whatever is wrong ends the transaction, except for outages: one
   * that cannot be prepared must not keep the others waiting.
   */
  boolean run() {
    try {
      return prepare();
    } catch (InvalidTransactionException e) {
      ending.fail(e.getMessage());
    } catch (CloudException e) {
      ending.fail("AWS refused to be read: " + e.failure());
    } catch (UnavailableException | LostOwnershipException e) {
      throw e;
    } catch (RuntimeException e) {
      SQLException cause = SqlErrors.sqlCause(e);
      if (cause != null && SqlErrors.isTransient(cause)) {
        throw e;
      }
      LOG.error("transaction {} cannot be prepared", transaction.name(), e);
      ending.fail("this is a defect of the operator, nothing was done: " + e);
    }
    return false;
  }

  private boolean prepare() {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      Planner.Planned planned = planner.plan(transaction.draft());
      if (!planned.plan().id().equals(transaction.approvedPlan())) {
        supersede(planned);
        return false;
      }
      Written written = write(planned);
      if (written != Written.MOVED) {
        return written == Written.STEPS;
      }
    }
    throw new UnavailableException("the rows keep moving while the commit begins", null);
  }

  private void supersede(Planner.Planned planned) {
    jdbi.useTransaction(
        h -> {
          Journal.fence(h, transaction.id(), owner);
          PlanStore.save(
              h,
              transaction.id(),
              Fingerprint.of(h, transaction.draft()),
              planned.plan(),
              planned.inverse(),
              0);
          Journal.end(
              h,
              transaction.id(),
              TransactionState.SUPERSEDED,
              "the account or the rows have changed since "
                  + transaction.approvedPlan()
                  + " was approved; nothing was done, review "
                  + planned.plan().id(),
              context.clock().instant());
        });
  }

  private Written write(Planner.Planned planned) {
    Set<String> tables = new TreeSet<>();
    Written written;
    try (DatabaseSession session = UserSql.open(context.database());
        Handle handle = session.handle()) {
      written = write(handle, planned, tables);
      if (written != Written.MOVED) {
        session.connection().commit();
      }
      session.reuse();
    } catch (SQLException e) {
      throw new UnavailableException("PostgreSQL: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      if (SqlErrors.isCollision(e)) {
        return Written.MOVED;
      }
      throw e;
    }
    if (written == Written.FINAL) {
      ending.tellMoved(tables);
    }
    return written;
  }

  private Written write(Handle handle, Planner.Planned planned, Set<String> tables) {
    Journal.fence(handle, transaction.id(), owner);
    long position = NetChange.position(handle);
    Speculation again = planner.inTransaction(handle, transaction.draft(), planned.vanished());
    Plan plan = planner.decide(context.scope(), again, planned.cloud(), context.clock().instant());
    if (!plan.id().equals(transaction.approvedPlan())) {
      return Written.MOVED;
    }
    again.carryOver(handle, Rows::update);
    sign(handle, position);
    List<Steps.Step> steps = Steps.of(context.modules(), plan.actions());
    if (steps.stream().noneMatch(Preparation::isJournalled)) {
      again.rows().forEach(r -> tables.add(r.key().table()));
      ending.finish(
          handle,
          again.rows().isEmpty() ? TransactionState.NO_CHANGES : TransactionState.COMMITTED,
          "",
          tables);
      return Written.FINAL;
    }
    Journal.begin(handle, transaction.id(), changes(again));
    Journal.add(handle, transaction.id(), entries(steps));
    return Written.STEPS;
  }

  /** The audit entries since a position are this transaction's, and so is what it commits. */
  private void sign(Handle handle, long position) {
    if (transaction.draft() instanceof Draft.Pending) {
      // Who wrote them stays as it is.
      Pending.take(handle, transaction.id());
      handle.execute(
          "UPDATE public.iasql_audit_log SET transaction_id = ? WHERE id > ?",
          transaction.id(),
          position);
      return;
    }
    handle
        .createUpdate(
            "UPDATE public.iasql_audit_log SET transaction_id = :id, \"user\" = :user"
                + " WHERE id > :position")
        .bind("id", transaction.id())
        .bind("user", "transaction/" + transaction.name())
        .bind("position", position)
        .execute();
  }

  /** Every row that the commit may write to, as it was and as it is wanted. */
  private static ArrayNode changes(Speculation again) {
    ArrayNode changes = JsonNodeFactory.instance.arrayNode();
    for (NetChange.Row row : again.rows()) {
      changes.add(change(row.key().table(), row.before(), row.after()));
    }
    for (String table : again.tables()) {
      again.draggedRows(table).forEach(row -> changes.add(change(table, row, row)));
    }
    return changes;
  }

  private static ObjectNode change(String table, ObjectNode before, ObjectNode after) {
    ObjectNode change = JsonNodeFactory.instance.objectNode();
    change.put("table", table);
    change.set("before", before);
    change.set("after", after);
    return change;
  }

  // A part that goes with its resource needs no call, but has to come back when all is taken back.
  private static boolean isJournalled(Steps.Step step) {
    return step.calls() || step.goesWithItsResource();
  }

  private List<Journal.Entry> entries(List<Steps.Step> steps) {
    List<Journal.Entry> entries = new ArrayList<>();
    // A step without a call has nothing to be journalled; who waits for it waits for its own.
    Map<Integer, Set<Integer>> passedOn = new HashMap<>();
    for (Steps.Step step : steps) {
      Set<Integer> dependsOn =
          step.dependsOn().stream()
              .flatMap(d -> passedOn.getOrDefault(d, Set.of(d)).stream())
              .collect(Collectors.toCollection(TreeSet::new));
      if (isJournalled(step)) {
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
    Journal.Entry entry =
        Journal.entry(
            transaction.id(),
            Journal.Phase.APPLY,
            step.number(),
            step.kind(),
            action.row(),
            action.description(),
            region,
            ofNew || !step.calls() ? null : action.before(),
            step.columns(),
            dependsOn,
            Journal.StepState.PENDING);
    return step.calls() && !action.comesAlong() ? entry : entry.asking(action.before());
  }

  private Shape shape(RowKey row) {
    return context.modules().shape(row.table());
  }
}
