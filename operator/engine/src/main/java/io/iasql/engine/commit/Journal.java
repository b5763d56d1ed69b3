package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.OnFailure;
import io.iasql.engine.Parameters;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.guard.Assertion;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.IdempotencyToken;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The tables that make a commit durable: every statement on them is here. */
final class Journal {

  /** Whether steps bring the transaction forward or take it back. */
  enum Phase {
    APPLY,
    UNDO
  }

  /** A step's state; STARTED without an outcome is what a crash leaves behind. */
  enum StepState {
    PENDING,
    STARTED,
    DONE,
    FAILED,
    SKIPPED
  }

  /** A step as the journal has it. */
  record Entry(
      Phase phase,
      int step,
      Steps.Kind kind,
      RowKey row,
      String description,
      String region,
      ObjectNode before,
      ObjectNode desired,
      List<String> columns,
      Set<Integer> dependsOn,
      IdempotencyToken token,
      StepState state,
      ObjectNode result,
      String error) {
    String describe() {
      return kind.name().toLowerCase(Locale.ROOT) + " " + row.table() + " " + description;
    }

    /** The same with other steps to wait for. */
    Entry after(Set<Integer> steps) {
      return new Entry(
          phase,
          step,
          kind,
          row,
          description,
          region,
          before,
          desired,
          columns,
          steps,
          token,
          state,
          result,
          error);
    }

    /** The same with other columns. */
    Entry setting(List<String> names) {
      return new Entry(
          phase,
          step,
          kind,
          row,
          description,
          region,
          before,
          desired,
          names,
          dependsOn,
          token,
          state,
          result,
          error);
    }

    /** The same with what is asked for. */
    Entry asking(ObjectNode image) {
      return new Entry(
          phase,
          step,
          kind,
          row,
          description,
          region,
          before,
          image,
          columns,
          dependsOn,
          token,
          state,
          result,
          error);
    }
  }

  /** A submitted transaction as the queue has it. */
  record Submitted(
      String id,
      String name,
      Draft draft,
      String contentHash,
      OnFailure onFailure,
      String approvedPlan,
      String approvedBy,
      TransactionState state,
      JsonNode rowChanges) {

    /** The same with the parameters of its SQL, which the queue does not store. */
    Submitted with(Parameters parameters) {
      return draft instanceof Draft.Statements statements && !parameters.isEmpty()
          ? new Submitted(
              id,
              name,
              new Draft.Statements(statements.sql(), parameters, statements.assertions()),
              contentHash,
              onFailure,
              approvedPlan,
              approvedBy,
              state,
              rowChanges)
          : this;
    }
  }

  private Journal() {}

  // Queue
  // ------------------------------------------------------------------------------------------

  static void submit(Handle handle, Submitted one, Instant now) {
    // What was taken back may be asked for with other SQL: its steps are of no use to that.
    handle.execute(
        "DELETE FROM iasql.action a USING iasql.transaction t WHERE a.transaction_id = t.id"
            + " AND t.id = ? AND t.state = 'ROLLED_BACK' AND t.content_hash <> ?",
        one.id(),
        one.contentHash());
    handle
        .createUpdate(
            "INSERT INTO iasql.transaction (id, name, draft, sql, has_parameters, assertions,"
                + " content_hash, on_failure, approved_plan, approved_by, state, submitted_at)"
                + " VALUES (:id, :name, :draft, :sql, :parameters, CAST(:assertions AS jsonb), :hash,"
                + " :onFailure, :plan, :by, 'QUEUED', :now)"
                + " ON CONFLICT (id) DO UPDATE SET position = DEFAULT, draft = excluded.draft,"
                + " sql = excluded.sql, has_parameters = excluded.has_parameters,"
                + " assertions = excluded.assertions, content_hash = excluded.content_hash,"
                + " on_failure = excluded.on_failure, approved_plan = excluded.approved_plan,"
                + " approved_by = excluded.approved_by, state = 'QUEUED', message = '',"
                + " submitted_at = excluded.submitted_at, started_at = NULL, finished_at = NULL"
                + " WHERE transaction.state = 'SUPERSEDED'"
                + " OR (transaction.state = 'FAILED'"
                + " AND transaction.approved_plan <> excluded.approved_plan)"
                + " OR (transaction.state IN ('FAILED', 'ROLLED_BACK', 'NO_CHANGES')"
                + " AND transaction.content_hash <> excluded.content_hash)")
        .bind("id", one.id())
        .bind("name", one.name())
        .bind("draft", kind(one.draft()))
        .bind("sql", one.draft() instanceof Draft.Undo undo ? undo.name() : one.draft().text())
        .bind("parameters", !one.draft().parameters().isEmpty())
        .bind("assertions", Json.of(one.draft().ownAssertions()).toString())
        .bind("hash", one.contentHash())
        .bind("onFailure", one.onFailure().name())
        .bind("plan", one.approvedPlan())
        .bind("by", one.approvedBy())
        .bind("now", at(now))
        .execute();
  }

  private static String kind(Draft draft) {
    return draft instanceof Draft.Pending
        ? "PENDING"
        : draft instanceof Draft.Undo ? "UNDO" : "STATEMENTS";
  }

  private static Draft draft(String kind, String sql, List<Assertion> assertions) {
    return switch (kind) {
      case "PENDING" -> new Draft.Pending();
      case "UNDO" -> new Draft.Undo(sql, assertions);
      default -> new Draft.Statements(sql, Parameters.NONE, assertions);
    };
  }

  /**
   * Takes a transaction that has not begun out of the queue; false when it has begun or ended. Who
   * is about to begin it finds it gone at the {@linkplain #fence fence}.
   */
  static boolean withdraw(Handle handle, String id) {
    return handle.execute(
            "DELETE FROM iasql.transaction WHERE id = ? AND (state = 'QUEUED'"
                + " OR (state = 'RUNNING' AND row_changes IS NULL))",
            id)
        > 0;
  }

  /**
   * Puts back into the queue what was to run, has not written its rows and may not begin now: of
   * that nothing has been done yet.
   *
   * @param known the transactions whose parameters are known
   * @param mayBegin whether one of the queue may begin now
   * @return the transactions that wait again
   */
  static List<String> unclaim(Handle handle, Set<String> known, boolean mayBegin) {
    return handle
        .createQuery(
            "UPDATE iasql.transaction SET state = 'QUEUED', owner = '', started_at = NULL"
                + " WHERE state = 'RUNNING' AND row_changes IS NULL"
                + " AND (NOT :mayBegin OR (has_parameters AND NOT id = ANY (:known)))"
                + " RETURNING id")
        .bindArray("known", String.class, known.toArray())
        .bind("mayBegin", mayBegin)
        .mapTo(String.class)
        .list();
  }

  /**
   * The transaction to work on: the running one, else the first in the queue, now running. One
   * whose parameters are not known here waits until somebody hands them over, and keeps nobody else
   * waiting.
   *
   * @param known the transactions whose parameters are known
   * @param mayBegin whether one of the queue may begin now
   */
  static Optional<Submitted> claim(
      Handle handle, Set<String> known, String owner, boolean mayBegin, Instant now) {
    handle
        .createUpdate(
            "UPDATE iasql.transaction SET state = 'RUNNING', owner = :owner,"
                + " started_at = coalesce(started_at, :now) WHERE id = coalesce("
                + " (SELECT id FROM iasql.transaction WHERE state = 'RUNNING'),"
                + " (SELECT id FROM iasql.transaction WHERE state = 'QUEUED' AND :mayBegin"
                // While people have a transaction open, only theirs is committed.
                + "   AND (draft = 'PENDING' OR NOT EXISTS (SELECT 1 FROM iasql.open_transaction))"
                + "   AND (NOT has_parameters OR id = ANY (:known))"
                + "   ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED))")
        .bindArray("known", String.class, known.toArray())
        .bind("owner", owner)
        .bind("mayBegin", mayBegin)
        .bind("now", at(now))
        .execute();
    return handle
        .createQuery("SELECT * FROM iasql.transaction WHERE state = 'RUNNING' AND owner = :owner")
        .bind("owner", owner)
        .map((rs, ctx) -> submitted(rs))
        .findOne();
  }

  /**
   * Makes sure that this runner still owns the transaction, and locks its row until the PostgreSQL
   * transaction ends.
   */
  static void fence(Handle handle, String id, String owner) {
    boolean owned =
        handle
            .createQuery(
                "SELECT 1 FROM iasql.transaction WHERE id = :id AND owner = :owner"
                    + " AND state = 'RUNNING' FOR UPDATE")
            .bind("id", id)
            .bind("owner", owner)
            .mapTo(Integer.class)
            .findOne()
            .isPresent();
    if (!owned) {
      throw new LostOwnershipException(id);
    }
  }

  static void begin(Handle handle, String id, JsonNode rowChanges) {
    handle
        .createUpdate(
            "UPDATE iasql.transaction SET row_changes = CAST(:changes AS jsonb) WHERE id = :id")
        .bind("id", id)
        .bind("changes", rowChanges.toString())
        .execute();
  }

  static void end(Handle handle, String id, TransactionState state, String message, Instant now) {
    handle
        .createUpdate(
            "UPDATE iasql.transaction SET state = :state, message = :message, owner = '',"
                + " row_changes = NULL, sql = '', finished_at = :now WHERE id = :id")
        .bind("id", id)
        .bind("state", state.name())
        .bind("message", message)
        .bind("now", at(now))
        .execute();
  }

  static JsonNode rowChanges(Handle handle, String id) {
    return handle
        .createQuery("SELECT row_changes::text FROM iasql.transaction WHERE id = :id")
        .bind("id", id)
        .mapTo(String.class)
        .map(Json::parse)
        .one();
  }

  /** What has to be said at the end besides. */
  static void note(Handle handle, String id, String note) {
    handle.execute("UPDATE iasql.transaction SET message = ? WHERE id = ?", note, id);
  }

  static String note(Handle handle, String id) {
    return handle
        .createQuery("SELECT message FROM iasql.transaction WHERE id = :id")
        .bind("id", id)
        .mapTo(String.class)
        .one();
  }

  static Optional<TransactionView> view(Handle handle, String id) {
    return handle
        .createQuery(
            "SELECT t.id, t.state, t.content_hash, t.on_failure, t.approved_plan, t.message,"
                + " (SELECT count(*) FROM iasql.action a WHERE a.transaction_id = t.id"
                + "   AND a.state IN ('DONE', 'FAILED', 'SKIPPED')) AS done,"
                + " (SELECT count(*) FROM iasql.action a WHERE a.transaction_id = t.id) AS total"
                + " FROM iasql.transaction t WHERE t.id = :id")
        .bind("id", id)
        .map(
            (rs, ctx) ->
                new TransactionView(
                    rs.getString("id"),
                    TransactionState.valueOf(rs.getString("state")),
                    rs.getString("content_hash"),
                    OnFailure.valueOf(rs.getString("on_failure")),
                    rs.getString("approved_plan"),
                    rs.getString("message"),
                    rs.getInt("done"),
                    rs.getInt("total")))
        .findOne();
  }

  /**
   * Whether a commit runs, or waits for nothing but its turn.
   *
   * @param mayBegin whether one of the queue may begin now
   */
  static boolean hasWork(Handle handle, boolean mayBegin) {
    return handle
        .createQuery(
            "SELECT EXISTS (SELECT 1 FROM iasql.transaction WHERE state = 'RUNNING'"
                + " OR (state = 'QUEUED' AND :mayBegin))")
        .bind("mayBegin", mayBegin)
        .mapTo(Boolean.class)
        .one();
  }

  // Steps
  // ------------------------------------------------------------------------------------------

  /**
   * Entries for steps that nobody has begun; the token follows from the transaction and the step.
   */
  static Entry entry(
      String id,
      Phase phase,
      int step,
      Steps.Kind kind,
      RowKey row,
      String description,
      String region,
      ObjectNode before,
      List<String> columns,
      Set<Integer> dependsOn,
      StepState state) {
    UUID token =
        UUID.nameUUIDFromBytes((id + "/" + phase + "/" + step).getBytes(StandardCharsets.UTF_8));
    return new Entry(
        phase,
        step,
        kind,
        row,
        description,
        region,
        before,
        null,
        columns,
        dependsOn,
        new IdempotencyToken(token.toString()),
        state,
        null,
        "");
  }

  static void add(Handle handle, String id, List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO iasql.action (transaction_id, phase, step, kind, table_name, row_key,"
                + " description, region, before, desired, columns, depends_on, token, state)"
                + " VALUES (:id, :phase, :step, :kind, :table, CAST(:row AS jsonb), :description,"
                + " :region, CAST(:before AS jsonb), CAST(:desired AS jsonb),"
                + " CAST(:columns AS text[]),"
                + " CAST(:depends AS int[]), :token, :state)");
    for (Entry entry : entries) {
      batch
          .bind("id", id)
          .bind("phase", entry.phase().name())
          .bind("step", entry.step())
          .bind("kind", entry.kind().name())
          .bind("table", entry.row().table())
          .bind("row", entry.row().key())
          .bind("description", entry.description())
          .bind("region", entry.region())
          .bind("before", entry.before() == null ? null : entry.before().toString())
          .bind("desired", entry.desired() == null ? null : entry.desired().toString())
          .bind("columns", array(entry.columns()))
          .bind("depends", array(entry.dependsOn()))
          .bind("token", entry.token().value())
          .bind("state", entry.state().name())
          .add();
    }
    batch.execute();
  }

  private static String array(Collection<?> elements) {
    return elements.stream().map(Object::toString).collect(Collectors.joining(",", "{", "}"));
  }

  static List<Entry> entries(Handle handle, String id, Phase phase) {
    return handle
        .createQuery(
            "SELECT phase, step, kind, table_name, row_key::text, description, region,"
                + " before::text, desired::text, columns, depends_on, token, state, result::text,"
                + " error FROM iasql.action"
                + " WHERE transaction_id = :id AND phase = :phase ORDER BY step")
        .bind("id", id)
        .bind("phase", phase.name())
        .map((rs, ctx) -> entry(rs))
        .list();
  }

  /** The intents of some steps: recorded before their calls. */
  static void start(Handle handle, String id, Map<Entry, ObjectNode> desired, Instant now) {
    if (desired.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE iasql.action SET state = 'STARTED',"
                + " desired = coalesce(CAST(:desired AS jsonb), desired),"
                + " started_at = coalesce(started_at, :now)"
                + " WHERE transaction_id = :id AND phase = :phase AND step = :step");
    desired.forEach(
        (entry, wanted) ->
            batch
                .bind("id", id)
                .bind("phase", entry.phase().name())
                .bind("step", entry.step())
                .bind("desired", wanted == null ? null : wanted.toString())
                .bind("now", at(now))
                .add());
    batch.execute();
  }

  /**
   * How a step ended.
   *
   * @param state its final state
   * @param result the resource afterwards, or what a refused creation left, or null
   * @param requestId AWS's request id, or an empty string
   * @param error why it failed, or an empty string
   */
  record End(StepState state, ObjectNode result, String requestId, String error) {}

  /** The outcomes of some steps: recorded after their calls. */
  static void finish(Handle handle, String id, Map<Entry, End> ends, Instant now) {
    if (ends.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE iasql.action SET state = :state, result = CAST(:result AS jsonb),"
                + " request_id = :request, error = :error, finished_at = :now"
                + " WHERE transaction_id = :id AND phase = :phase AND step = :step");
    ends.forEach(
        (entry, end) ->
            batch
                .bind("id", id)
                .bind("phase", entry.phase().name())
                .bind("step", entry.step())
                .bind("state", end.state().name())
                .bind("result", end.result() == null ? null : end.result().toString())
                .bind("request", end.requestId())
                .bind("error", end.error())
                .bind("now", at(now))
                .add());
    batch.execute();
  }

  // Ledger ------------------------------------------------------------------------------------

  static void remember(Handle handle, Submitted one, TransactionState state, Instant now) {
    handle
        .createUpdate(
            "INSERT INTO iasql.ledger (content_hash, transaction_id, name, plan_id, state,"
                + " committed_at) VALUES (:hash, :id, :name, :plan, :state, :now)"
                + " ON CONFLICT (content_hash) DO NOTHING")
        .bind("hash", one.contentHash())
        .bind("id", one.id())
        .bind("name", one.name())
        .bind("plan", one.approvedPlan())
        .bind("state", state.name())
        .bind("now", at(now))
        .execute();
  }

  static void moved(Handle handle, Set<String> tables, Instant now) {
    for (String table : new TreeSet<>(tables)) {
      handle.execute(
          "INSERT INTO iasql.table_move (table_name, moved_at) VALUES (?, ?)"
              + " ON CONFLICT (table_name) DO UPDATE SET moved_at = excluded.moved_at",
          table,
          at(now));
    }
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static Submitted submitted(ResultSet rs) throws SQLException {
    String changes = rs.getString("row_changes");
    return new Submitted(
        rs.getString("id"),
        rs.getString("name"),
        draft(rs.getString("draft"), rs.getString("sql"), assertions(rs.getString("assertions"))),
        rs.getString("content_hash"),
        OnFailure.valueOf(rs.getString("on_failure")),
        rs.getString("approved_plan"),
        rs.getString("approved_by"),
        TransactionState.valueOf(rs.getString("state")),
        changes == null ? null : Json.parse(changes));
  }

  private static List<Assertion> assertions(String json) {
    List<Assertion> assertions = new ArrayList<>();
    Json.parse(json).forEach(one -> assertions.add(Json.to(one, Assertion.class)));
    return assertions;
  }

  private static Entry entry(ResultSet rs) throws SQLException {
    Integer[] depends = (Integer[]) rs.getArray("depends_on").getArray();
    return new Entry(
        Phase.valueOf(rs.getString("phase")),
        rs.getInt("step"),
        Steps.Kind.valueOf(rs.getString("kind")),
        new RowKey(rs.getString("table_name"), Json.parse(rs.getString("row_key")).toString()),
        rs.getString("description"),
        rs.getString("region"),
        object(rs.getString("before")),
        object(rs.getString("desired")),
        List.of((String[]) rs.getArray("columns").getArray()),
        new TreeSet<>(Arrays.asList(depends)),
        new IdempotencyToken(rs.getString("token")),
        StepState.valueOf(rs.getString("state")),
        object(rs.getString("result")),
        rs.getString("error"));
  }

  private static ObjectNode object(String text) {
    return text == null ? null : Json.parseObject(text);
  }
}
