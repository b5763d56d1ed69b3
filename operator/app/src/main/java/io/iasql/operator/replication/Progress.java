package io.iasql.operator.replication;

import io.iasql.crds.LocalReference;
import io.iasql.crds.ReplicationStatus.Carried;
import io.iasql.crds.ReplicationStatus.Phase;
import io.iasql.engine.replicate.Commit;
import io.iasql.engine.replicate.Unmapped;
import io.iasql.operator.replication.ReplicationSnapshot.Compared;
import io.iasql.operator.status.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has become of a replication while it is looked at, and the snapshots that say so. */
final class Progress {
  private final List<Carried> looked = new ArrayList<>();
  private Optional<String> transaction;
  private Optional<Compared> compared;
  private List<String> parameters = List.of();
  private long position;

  /**
   * Nothing has been looked at yet.
   *
   * @param before the last comparison, if there was one
   */
  Progress(ReplicationRequest request, Optional<Compared> before) {
    this.transaction = Optional.of(request.lastTransaction()).filter(t -> !t.isEmpty());
    this.compared = before;
    this.position = request.position();
  }

  // What happens ---------------------------------------------------------------------------------

  /**
   * A commit was looked at.
   *
   * @param made the SqlTransaction that was made of it; null while there is none
   * @param phase what became of it
   */
  void looked(Commit commit, String made, String phase) {
    looked.add(
        new Carried(
            ReplicatedTransaction.sourceName(commit),
            commit.at(),
            made == null ? null : new LocalReference(made),
            phase));
  }

  /** A transaction of the source that changed nothing. */
  void lookedAtNoChanges(String name) {
    looked.add(new Carried(name, null, null, "NoChanges"));
  }

  boolean hasLooked() {
    return !looked.isEmpty();
  }

  /** The newest SqlTransaction, and what its SQL asks for. */
  void made(String name, List<String> asksFor) {
    transaction = Optional.of(name);
    parameters = asksFor;
  }

  void compared(Optional<Compared> now) {
    compared = now;
  }

  /** The commit is done with. */
  void pass(Commit commit) {
    position = Math.max(position, commit.position());
  }

  long position() {
    return position;
  }

  Optional<String> transaction() {
    return transaction;
  }

  // Snapshots ------------------------------------------------------------------------------------

  ReplicationSnapshot committed(String message) {
    return snapshot(Phase.COMMITTED, Reason.COMMITTED, message, false, false, List.of(), null);
  }

  /**
   * It waits for something that happens without anybody's doing here.
   *
   * @param lookAgain when it has happened at the latest; null for when something moves
   */
  ReplicationSnapshot waiting(Reason reason, String message, Instant lookAgain) {
    return snapshot(Phase.WAITING, reason, message, false, true, List.of(), lookAgain);
  }

  ReplicationSnapshot failed(Reason reason, String message) {
    return snapshot(Phase.FAILED, reason, message, true, false, List.of(), null);
  }

  ReplicationSnapshot unmapped(String message, List<Unmapped> unmapped) {
    parameters = List.of();
    compared = Optional.empty();
    return snapshot(Phase.UNMAPPED, Reason.UNMAPPED, message, true, false, unmapped, null);
  }

  /** Whether the SqlTransaction, made before, goes on by itself is for {@code working} to say. */
  ReplicationSnapshot proposed(Reason reason, String message, boolean working) {
    return snapshot(Phase.PROPOSED, reason, message, false, working, List.of(), null);
  }

  private ReplicationSnapshot snapshot(
      Phase phase,
      Reason reason,
      String message,
      boolean stalled,
      boolean working,
      List<Unmapped> unmapped,
      Instant lookAgain) {
    return new ReplicationSnapshot(
        phase,
        reason,
        message,
        stalled,
        working,
        transaction,
        compared,
        unmapped,
        parameters,
        List.copyOf(looked),
        position,
        lookAgain,
        false);
  }
}
