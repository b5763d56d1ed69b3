package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.catalog.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The newest plan of each transaction, whole, as tables that people can read. */
public final class PlanStore {
  private PlanStore() {}

  /**
   * A change as it is shown and stored.
   *
   * @param action create, update, replace or delete
   * @param table the table
   * @param id the row's integer id as text, or empty
   * @param description the cloud key's values, or the primary key
   * @param columns the changed columns
   * @param note what a reviewer should know besides
   * @param dependants what refers to the row, where that is deleted or replaced
   */
  public record Line(
      String action,
      String table,
      String id,
      String description,
      JsonNode columns,
      String note,
      List<String> dependants) {}

  /**
   * A stored plan.
   *
   * @param id its id
   * @param sqlHash the hash of the SQL that was planned, with its assertions
   * @param createdAt when it was made
   * @param summary how many actions of each kind
   * @param tables the tables it depends on
   * @param lines its first changes
   * @param guards the fingerprint of the guards that it keeps to
   */
  public record Stored(
      String id,
      String sqlHash,
      Instant createdAt,
      Plan.Summary summary,
      Set<String> tables,
      List<Line> lines,
      String guards) {

    /** Whether this is the plan of this SQL with these assertions. */
    public boolean isOf(Draft.Statements draft) {
      return sqlHash.equals(hash(draft));
    }
  }

  private static String hash(Draft draft) {
    return Digest.sha256(
        draft.ownAssertions().isEmpty() ? draft.text() : draft.text() + draft.ownAssertions());
  }

  /** Puts a plan in place of the transaction's earlier one. */
  public static void save(Handle handle, String transaction, Draft draft, Plan plan) {
    handle.execute("DELETE FROM iasql.plan WHERE transaction_id = ?", transaction);
    var document = Json.object();
    document.set("summary", Json.of(plan.summary()));
    document.put("sql_hash", hash(draft));
    document.set("tables", Json.of(plan.tables()));
    document.put("guards", plan.guards());
    handle
        .createUpdate(
            "INSERT INTO iasql.plan (transaction_id, id, digest, created_at, document)"
                + " VALUES (:transaction, :id, :digest, :at, CAST(:document AS jsonb))")
        .bind("transaction", transaction)
        .bind("id", plan.id())
        .bind("digest", plan.digest())
        .bind("at", plan.createdAt().atOffset(ZoneOffset.UTC))
        .bind("document", document.toString())
        .execute();
    if (plan.actions().isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO iasql.plan_change (transaction_id, ordinal, action, table_name, id,"
                + " description, columns, note, dependants) VALUES (:transaction, :ordinal, :action,"
                + " :table, :id, :description, CAST(:columns AS jsonb), :note,"
                + " CAST(:dependants AS jsonb))");
    int ordinal = 0;
    for (Line line : lines(plan)) {
      batch
          .bind("transaction", transaction)
          .bind("ordinal", ordinal++)
          .bind("action", line.action())
          .bind("table", line.table())
          .bind("id", line.id())
          .bind("description", line.description())
          .bind("columns", line.columns().toString())
          .bind("note", line.note())
          .bind("dependants", Json.of(line.dependants()).toString())
          .add();
    }
    batch.execute();
  }

  /** A plan's actions as lines. */
  public static List<Line> lines(Plan plan) {
    List<Line> lines = new ArrayList<>();
    for (Plan.Action action : plan.actions()) {
      lines.add(
          new Line(
              action.kind().name().toLowerCase(Locale.ROOT),
              action.row().table(),
              action.id(),
              action.description(),
              Json.of(action.changes()),
              action.note(),
              action.dependants()));
    }
    return lines;
  }

  /** The transaction's plan with its first changes. */
  public static Optional<Stored> load(Handle handle, String transaction, int limit) {
    List<Line> lines =
        handle
            .createQuery(
                "SELECT action, table_name, id, description, columns::text, note,"
                    + " dependants::text"
                    + " FROM iasql.plan_change WHERE transaction_id = :transaction"
                    + " ORDER BY ordinal LIMIT :limit")
            .bind("transaction", transaction)
            .bind("limit", limit)
            .map(
                (rs, ctx) ->
                    new Line(
                        rs.getString(1),
                        rs.getString(2),
                        rs.getString(3),
                        rs.getString(4),
                        Json.parse(rs.getString(5)),
                        rs.getString(6),
                        List.of(Json.to(Json.parse(rs.getString(7)), String[].class))))
            .list();
    return handle
        .createQuery(
            "SELECT id, created_at, document::text FROM iasql.plan"
                + " WHERE transaction_id = :transaction")
        .bind("transaction", transaction)
        .map(
            (rs, ctx) -> {
              JsonNode document = Json.parse(rs.getString(3));
              Set<String> tables = new TreeSet<>();
              document.get("tables").forEach(t -> tables.add(t.asText()));
              return new Stored(
                  rs.getString(1),
                  document.get("sql_hash").asText(),
                  rs.getObject(2, OffsetDateTime.class).toInstant(),
                  Json.to(document.get("summary"), Plan.Summary.class),
                  tables,
                  lines,
                  document.path("guards").asText());
            })
        .findOne();
  }

  /** Forgets a transaction's plan. */
  public static void forget(Handle handle, String transaction) {
    handle.execute("DELETE FROM iasql.plan WHERE transaction_id = ?", transaction);
  }
}
