package io.iasql.engine.fake;

/**
 * A switch that makes calls fail.
 *
 * @param op the kind of call: list, read, create, update or delete
 * @param table the table
 * @param name a part of the resource's name, or an empty string for any
 * @param kind how it fails
 */
public record Fault(String op, String table, String name, Kind kind) {
  /** The ways to fail. */
  public enum Kind {
    THROTTLE,
    /** No answer, and nothing happened. */
    LOST_BEFORE,
    /** No answer, and it happened. */
    LOST_AFTER,
    REFUSE,
    DENY,
    /** The credentials have expired. */
    EXPIRE,
    /** The answer is older than the newest change. */
    STALE,
    /** A creation is refused after it has made the resource. */
    REFUSE_HALF_WAY
  }

  boolean matches(FakeAccount.Call call) {
    return call.op().equals(op) && call.table().equals(table) && call.name().contains(name);
  }
}
