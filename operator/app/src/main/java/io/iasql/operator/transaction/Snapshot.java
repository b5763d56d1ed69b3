package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.plan.PlanStore;
import io.iasql.operator.status.Reason;
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
 * @param again whether the engine must be asked again soon: something is out of reach
 */
record Snapshot(
    Phase phase,
    Reason reason,
    String message,
    Optional<PlanStore.Stored> plan,
    String progress,
    String approvedBy,
    boolean again) {

  static Snapshot of(Phase phase, Reason reason, String message, Optional<PlanStore.Stored> plan) {
    return new Snapshot(phase, reason, message, plan, "", "", false);
  }

  /** The same, to be asked again. */
  Snapshot retried(Reason why, String text) {
    return new Snapshot(phase, why, text, plan, progress, approvedBy, true);
  }
}
