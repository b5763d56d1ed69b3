package io.iasql.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The calls as the database holds them, between the asking session and the engine. */
final class CallTable {
  private final Jdbi jdbi;

  CallTable(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** Takes up the calls that nobody works on; arguments, which may be secret, stay nowhere. */
  List<Call> take() {
    return jdbi.withHandle(
        h ->
            h.createQuery(
                    "UPDATE iasql.call c SET state = 'RUNNING', arguments = '{}'"
                        + " FROM (SELECT id, arguments FROM iasql.call WHERE state = 'ASKED'"
                        + "   FOR UPDATE) asked WHERE c.id = asked.id"
                        + " RETURNING c.id, c.function, asked.arguments, c.caller")
                .map(
                    (rs, ctx) ->
                        new Call(
                            rs.getLong(1),
                            rs.getString(2),
                            Arrays.asList((String[]) rs.getArray(3).getArray()),
                            rs.getString(4)))
                .list());
  }

  /** Whether somebody still waits for the answer. */
  boolean isWaitedFor(long id) {
    return jdbi.withHandle(
        h ->
            h.createQuery(
                    "SELECT EXISTS (SELECT 1 FROM iasql.call c JOIN pg_catalog.pg_stat_activity a"
                        + " ON a.pid = c.pid AND a.backend_start = c.backend_start"
                        + " WHERE c.id = :id AND c.state = 'RUNNING')")
                .bind("id", id)
                .mapTo(Boolean.class)
                .one());
  }

  void progress(long id, String text) {
    jdbi.useHandle(h -> h.execute("UPDATE iasql.call SET progress = ? WHERE id = ?", text, id));
  }

  /** Gives the answer; whoever no longer waits for it gets none. */
  void answer(long id, JsonNode rows) {
    jdbi.useHandle(
        h ->
            h.execute(
                "UPDATE iasql.call SET state = 'ANSWERED', result = CAST(? AS jsonb)"
                    + " WHERE id = ? AND state = 'RUNNING'",
                rows.toString(),
                id));
  }

  void fail(long id, String message) {
    jdbi.useHandle(
        h ->
            h.execute(
                "UPDATE iasql.call SET state = 'FAILED', error = ?"
                    + " WHERE id = ? AND state = 'RUNNING'",
                message,
                id));
  }

  /** Ends what an earlier engine worked on, and forgets what nobody fetches any more. */
  void clear() {
    jdbi.useTransaction(
        h -> {
          h.execute(
              "UPDATE iasql.call SET state = 'FAILED', error = 'the operator was restarted"
                  + " meanwhile; a commit that had begun goes on: look at the rows, then ask again'"
                  + " WHERE state = 'RUNNING'");
          h.execute(
              "DELETE FROM iasql.call c WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a"
                  + " WHERE a.pid = c.pid AND a.backend_start = c.backend_start)");
        });
  }
}
