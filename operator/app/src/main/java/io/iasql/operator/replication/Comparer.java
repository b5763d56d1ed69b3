package io.iasql.operator.replication;

import io.iasql.crds.SqlTransaction;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.replicate.Carried;
import io.iasql.engine.replicate.Replicas;
import io.iasql.operator.replication.ReplicationSnapshot.Compared;
import java.util.Optional;
import java.util.function.Supplier;

/** Compares what a SqlTransaction does with what it repeats, once for each text and plan. */
final class Comparer {
  private final Replicas target;
  private final Optional<Compared> before;

  /**
   * @param before the last comparison, if there was one
   */
  Comparer(Replicas target, Optional<Compared> before) {
    this.target = target;
    this.before = before;
  }

  /**
   * The comparison; empty where the SQL cannot be planned, which the SqlTransaction's own status
   * says, or stands elsewhere.
   *
   * @param carried what it repeats, asked for when it is needed
   */
  Optional<Compared> of(SqlTransaction transaction, Supplier<Carried> carried) {
    String sql = transaction.getSpec().sql();
    if (sql == null) {
      return Optional.empty();
    }
    String key = prefix(transaction) + plan(transaction) + "/" + sql.hashCode();
    if (before.filter(c -> c.key().equals(key)).isPresent()) {
      return before;
    }
    try {
      return Optional.of(
          new Compared(
              key,
              target.compare(sql, carried.get()),
              ReplicatedTransaction.isEdited(transaction)));
    } catch (InvalidTransactionException e) {
      return Optional.empty();
    }
  }

  /** The last comparison, if it was of this SqlTransaction. */
  Optional<Compared> last(SqlTransaction transaction) {
    return before.filter(c -> c.key().startsWith(prefix(transaction)));
  }

  private static String prefix(SqlTransaction transaction) {
    return transaction.getMetadata().getName() + "/";
  }

  private static String plan(SqlTransaction transaction) {
    return transaction.getStatus() == null || transaction.getStatus().plan() == null
        ? ""
        : transaction.getStatus().plan().id();
  }
}
