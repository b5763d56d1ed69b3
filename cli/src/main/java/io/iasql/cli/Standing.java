package io.iasql.cli;

import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.crds.SqlTransactionStatus.Plan;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** How far a transaction is, as its status says. */
record Standing(SqlTransaction transaction) {
  private static final Set<Phase> ENDED =
      EnumSet.of(
          Phase.COMMITTED,
          Phase.NO_CHANGES,
          Phase.REJECTED,
          Phase.PARTIALLY_APPLIED,
          Phase.ROLLED_BACK);
  private static final Set<Phase> CHANGED_AWS =
      EnumSet.of(Phase.COMMITTED, Phase.PARTIALLY_APPLIED, Phase.ROLLED_BACK);

  static Standing of(SqlTransaction transaction) {
    return new Standing(transaction);
  }

  String name() {
    return transaction.getMetadata().getName();
  }

  /** Planning, where the operator has not said anything yet. */
  Phase phase() {
    SqlTransactionStatus status = transaction.getStatus();
    return status == null || status.phase() == null ? Phase.PLANNING : status.phase();
  }

  String message() {
    SqlTransactionStatus status = transaction.getStatus();
    return status == null || status.message() == null
        ? "The operator has not looked at it yet."
        : status.message();
  }

  boolean hasPlan() {
    return transaction.getStatus() != null && transaction.getStatus().plan() != null;
  }

  /**
   * Its plan.
   *
   * @throws PluginException when there is none, with the reason
   */
  Plan plan() {
    if (!hasPlan()) {
      throw new PluginException(
          "SqlTransaction %s has no plan (%s): %s"
              .formatted(name(), Text.camel(phase()), message()));
    }
    return transaction.getStatus().plan();
  }

  /** Whether the status is about the spec as it is now. */
  boolean isCurrent() {
    return transaction.getStatus() != null
        && Objects.equals(
            transaction.getMetadata().getGeneration(),
            transaction.getStatus().observedGeneration());
  }

  /** Whether nothing happens to it any more. */
  boolean isOver() {
    return ENDED.contains(phase());
  }

  /** Whether AWS was changed, if only for a while. */
  boolean hasChangedAws() {
    return CHANGED_AWS.contains(phase());
  }
}
