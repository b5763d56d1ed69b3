package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.plan.PlanStore;
import io.iasql.operator.status.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a transaction is, as the engine has it.
 *
 * @param phase the phase
 * @param reason why, for conditions and events
 * @param message why, for people, with what to do next
 * @param plan the newest plan, if there is one
 * @param progress {@code 12/40} while it commits, else empty
 * @param approvedBy who approved what was submitted, else empty
 * @param sql the SQL behind the plan; empty where it is not known any more
 * @param expires when the plan must have been approved, if there is such a time
 * @param again whether the engine must be asked again soon: something is out of reach
 */
record Snapshot(
    Phase phase,
    Reason reason,
    String message,
    Optional<PlanStore.Stored> plan,
    String progress,
    String approvedBy,
    String sql,
    Optional<Instant> expires,
    boolean again) {

  static Snapshot of(
      Phase phase, Reason reason, String message, Optional<PlanStore.Stored> plan, String sql) {
    return new Snapshot(phase, reason, message, plan, "", "", sql, Optional.empty(), false);
  }

  /** One without a plan. */
  static Snapshot of(Phase phase, Reason reason, String message) {
    return of(phase, reason, message, Optional.empty(), "");
  }

  /** The same, to be asked again. */
  Snapshot retried(Reason why, String text) {
    return new Snapshot(phase, why, text, plan, progress, approvedBy, sql, expires, true);
  }

  /** The same with a plan that expires. */
  Snapshot expiring(Optional<Instant> when) {
    return new Snapshot(phase, reason, message, plan, progress, approvedBy, sql, when, again);
  }
}
