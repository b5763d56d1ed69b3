package io.iasql.operator.transaction;

import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The transactions of an environment that have not ended. */
final class EnvironmentToTransactionsMapper implements SecondaryToPrimaryMapper<Environment> {
  private static final String INDEX = "environment";

  private final IndexerResourceCache<SqlTransaction> transactions;

  EnvironmentToTransactionsMapper(IndexerResourceCache<SqlTransaction> transactions) {
    this.transactions = transactions;
    transactions.addIndexer(
        INDEX,
        transaction ->
            List.of(
                Keys.of(
                    transaction.getMetadata().getNamespace(),
                    transaction.getSpec().environmentRef().name())));
  }

  @Override
  public Set<ResourceID> toPrimaryResourceIDs(Environment environment) {
    return transactions.byIndex(INDEX, Keys.of(environment)).stream()
        .filter(transaction -> !Phases.isFinal(transaction))
        .map(ResourceID::fromResource)
        .collect(Collectors.toUnmodifiableSet());
  }
}
