package io.iasql.engine.commit;

import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.OnFailure;
import io.iasql.engine.store.Jdbis;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Jdbi;

/**
 * One transaction's commit, from the claim to its final state; the same code resumes one that a
 * crash interrupted, because everything it goes by is in the journal.
 */
final class CommitRun {
  private final EngineContext context;
  private final EngineListener listener;
  private final Jdbi jdbi;
  private final Journal.Submitted transaction;
  private final String owner;
  private final BooleanSupplier stopping;
  private final Ending ending;

  CommitRun(
      EngineContext context,
      EngineListener listener,
      Journal.Submitted transaction,
      String owner,
      BooleanSupplier stopping) {
    this.context = context;
    this.listener = listener;
    this.jdbi = Jdbis.over(context.database().pool());
    this.transaction = transaction;
    this.owner = owner;
    this.stopping = stopping;
    this.ending = new Ending(context, listener, transaction, owner, jdbi);
  }

  /**
   * Runs until the transaction is final, or until the operator stops.
   *
   * @return whether it is final
   */
  boolean run() {
    boolean begun = transaction.rowChanges() != null;
    if (!begun && !new Preparation(context, ending, transaction, owner, jdbi).run()) {
      return true;
    }
    if (journal(Journal.Phase.UNDO).isEmpty()) {
      if (!steps(Journal.Phase.APPLY)) {
        return false;
      }
      List<Journal.Entry> entries = journal(Journal.Phase.APPLY);
      if (entries.stream().allMatch(e -> e.state() == Journal.StepState.DONE)) {
        ending.succeed(entries);
        return true;
      }
      if (transaction.onFailure() == OnFailure.STOP) {
        ending.stop(entries);
        return true;
      }
      ending.beginUndo(entries);
    }
    if (!steps(Journal.Phase.UNDO)) {
      return false;
    }
    ending.endUndo(journal(Journal.Phase.APPLY), journal(Journal.Phase.UNDO));
    return true;
  }

  private boolean steps(Journal.Phase phase) {
    return new PhaseRun(context, listener, jdbi, transaction.id(), owner, stopping).run(phase);
  }

  private List<Journal.Entry> journal(Journal.Phase phase) {
    return jdbi.withHandle(h -> Journal.entries(h, transaction.id(), phase));
  }
}
