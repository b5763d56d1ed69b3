package io.iasql.operator.replication;

import io.iasql.crds.ReplicationStatus.Carried;
import io.iasql.crds.ReplicationStatus.Phase;
import io.iasql.engine.replicate.Comparison;
import io.iasql.engine.replicate.Unmapped;
import io.iasql.operator.status.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far a replication is.
 *
 * @param phase the phase
 * @param reason why, for conditions and events
 * @param message why, for people, with what to do next
 * @param stalled whether a person must mend something
 * @param working whether something goes on by itself
 * @param transaction the newest SqlTransaction
 * @param compared whether that gets what the source committed, where that was looked at
 * @param unmapped what stands in the way
 * @param parameters what the SQL asks for
 * @param done the transactions of the source that were looked at, in order
 * @param position the last one that is done with, or -1
 * @param lookAgain when to look again at the latest; null for when something moves
 * @param again whether something is out of reach
 */
record ReplicationSnapshot(
    Phase phase,
    Reason reason,
    String message,
    boolean stalled,
    boolean working,
    Optional<String> transaction,
    Optional<Compared> compared,
    List<Unmapped> unmapped,
    List<String> parameters,
    List<Carried> done,
    long position,
    Instant lookAgain,
    boolean again) {

  /**
   * A comparison of a text.
   *
   * @param key the text and the plan that were compared
   * @param result what came of it
   * @param edited whether somebody changed the text
   */
  record Compared(String key, Comparison result, boolean edited) {}

  /** The same, to be asked again. */
  ReplicationSnapshot retried(Reason why, String text) {
    return new ReplicationSnapshot(
        phase,
        why,
        text,
        false,
        true,
        transaction,
        compared,
        unmapped,
        parameters,
        done,
        position,
        lookAgain,
        true);
  }
}
