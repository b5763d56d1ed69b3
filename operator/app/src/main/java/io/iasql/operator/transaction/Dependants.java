package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The transactions that wait for others, found when one of those has come to another phase. */
final class Dependants {
  private static final String INDEX = "dependency";

  private final IndexerResourceCache<SqlTransaction> transactions;
  private final Map<String, Optional<Phase>> told = new ConcurrentHashMap<>();

  Dependants(IndexerResourceCache<SqlTransaction> transactions) {
    this.transactions = transactions;
    transactions.addIndexer(
        INDEX,
        transaction ->
            Dependencies.names(transaction).stream()
                .map(name -> Keys.of(transaction.getMetadata().getNamespace(), name))
                .toList());
  }

  /** Those that wait for a transaction, if its phase is another than when this was asked last. */
  List<ResourceID> toBeWoken(SqlTransaction transaction) {
    Optional<Phase> phase =
        Optional.ofNullable(transaction.getStatus()).map(status -> status.phase());
    String uid = transaction.getMetadata().getUid();
    return phase.equals(told.put(uid, phase)) ? List.of() : waiting(transaction);
  }

  /** Those that wait for a transaction that is gone now. */
  List<ResourceID> leftBehind(SqlTransaction transaction) {
    told.remove(transaction.getMetadata().getUid());
    return waiting(transaction);
  }

  private List<ResourceID> waiting(SqlTransaction transaction) {
    return transactions.byIndex(INDEX, Keys.of(transaction)).stream()
        .filter(other -> !Phases.isFinal(other))
        .map(ResourceID::fromResource)
        .toList();
  }
}
