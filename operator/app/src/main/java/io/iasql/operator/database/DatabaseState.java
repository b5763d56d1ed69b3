package io.iasql.operator.database;

import io.iasql.operator.status.Reason;
import java.time.Duration;

/** How far a database is. */
public sealed interface DatabaseState {

  /** It can be connected to. */
  record Ready(DatabaseEndpoint endpoint) implements DatabaseState {}

  /**
   * It comes by itself.
   *
   * @param reason for conditions
   * @param message what is awaited, for people
   * @param askAgainAfter when to ask again at the latest; a change of a child may come first
   */
  record Waiting(Reason reason, String message, Duration askAgainAfter) implements DatabaseState {}

  /**
   * It does not come before a person has mended something.
   *
   * @param reason for conditions
   * @param message what to do, for people
   */
  record Blocked(Reason reason, String message) implements DatabaseState {}
}
