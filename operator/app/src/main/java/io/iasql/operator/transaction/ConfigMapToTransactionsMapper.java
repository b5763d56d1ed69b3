package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.iasql.crds.SqlTransaction;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import java.util.Set;
import java.util.stream.Collectors;

/** The transactions that have not ended and take their SQL from a ConfigMap. */
final class ConfigMapToTransactionsMapper implements SecondaryToPrimaryMapper<ConfigMap> {
  private static final String INDEX = "configMap";

  private final IndexerResourceCache<SqlTransaction> transactions;

  ConfigMapToTransactionsMapper(IndexerResourceCache<SqlTransaction> transactions) {
    this.transactions = transactions;
    transactions.addIndexer(
        INDEX,
        transaction ->
            Inputs.configMapNames(transaction).stream()
                .map(name -> Keys.of(transaction.getMetadata().getNamespace(), name))
                .toList());
  }

  @Override
  public Set<ResourceID> toPrimaryResourceIDs(ConfigMap configMap) {
    return transactions.byIndex(INDEX, Keys.of(configMap)).stream()
        .filter(transaction -> !Phases.isFinal(transaction))
        .map(ResourceID::fromResource)
        .collect(Collectors.toUnmodifiableSet());
  }
}
