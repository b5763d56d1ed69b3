package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.Reason;
import java.util.EnumSet;
import java.util.Set;

/** What phases mean. */
public final class Phases {
  private static final Set<Phase> FINAL =
      EnumSet.of(
          Phase.COMMITTED,
          Phase.NO_CHANGES,
          Phase.REJECTED,
          Phase.PARTIALLY_APPLIED,
          Phase.ROLLED_BACK);
  private static final Set<Phase> COMMITTING = EnumSet.of(Phase.QUEUED, Phase.COMMITTING);

  private Phases() {}

  /** Whether nothing more happens to the transaction as it is written now. */
  public static boolean isFinal(SqlTransaction transaction) {
    Phase phase = phase(transaction);
    if (phase == null || !FINAL.contains(phase)) {
      return false;
    }
    boolean sameSpec =
        transaction
            .getMetadata()
            .getGeneration()
            .equals(transaction.getStatus().observedGeneration());
    // What has changed AWS is over whatever the spec says afterwards; the rest may be tried anew.
    return sameSpec || phase == Phase.COMMITTED || phase == Phase.PARTIALLY_APPLIED;
  }

  /** Whether AWS is, or is about to be, changed. */
  public static boolean isCommitting(SqlTransaction transaction) {
    Phase phase = phase(transaction);
    return phase != null && COMMITTING.contains(phase);
  }

  /** Whether it waits for a window of its environment, whatever comes of the environment. */
  public static boolean waitsForWindow(SqlTransaction transaction) {
    return transaction.getStatus() != null
        && Conditions.find(transaction.getStatus().conditions(), Conditions.READY)
            .filter(ready -> ready.reason().equals(Reason.OUTSIDE_WINDOW.toString()))
            .isPresent();
  }

  private static Phase phase(SqlTransaction transaction) {
    return transaction.getStatus() == null ? null : transaction.getStatus().phase();
  }
}
