package io.iasql.engine;

import java.time.Instant;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Handle;

/**
 * SQL that the operator makes a SqlTransaction of: what people have written in an environment where
 * plans wait for approval, or what restores the account.
 *
 * @param id its id
 * @param author the logins that wrote it, or {@code operator}
 * @param description what they said of it, or a sentence in its place
 * @param sql the SQL
 * @param planId the plan that it leads to as things stand, or an empty string while that is unknown
 */
public record Proposal(String id, String author, String description, String sql, String planId) {

  /** Keeps it until the operator has taken it, in the caller's PostgreSQL transaction. */
  public static void save(Handle handle, Proposal one, Instant now) {
    handle
        .createUpdate(
            "INSERT INTO iasql.proposal (id, author, description, sql, plan_id, proposed_at)"
                + " VALUES (:id, :author, :description, :sql, :plan, :now)")
        .bind("id", one.id())
        .bind("author", one.author())
        .bind("description", one.description())
        .bind("sql", one.sql())
        .bind("plan", one.planId())
        .bind("now", now.atOffset(ZoneOffset.UTC))
        .execute();
  }
}
