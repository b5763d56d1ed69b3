package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.SqlTransaction;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import java.util.Set;
import java.util.stream.Collectors;

/** The transactions that have not ended and take parameters from a Secret. */
final class SecretToTransactionsMapper implements SecondaryToPrimaryMapper<Secret> {
  private static final String INDEX = "secret";

  private final IndexerResourceCache<SqlTransaction> transactions;

  SecretToTransactionsMapper(IndexerResourceCache<SqlTransaction> transactions) {
    this.transactions = transactions;
    transactions.addIndexer(
        INDEX,
        transaction ->
            Inputs.secretNames(transaction).stream()
                .map(name -> Keys.of(transaction.getMetadata().getNamespace(), name))
                .toList());
  }

  @Override
  public Set<ResourceID> toPrimaryResourceIDs(Secret secret) {
    return of(secret.getMetadata().getNamespace(), secret.getMetadata().getName());
  }

  /** The same, of a Secret that need not be there. */
  Set<ResourceID> of(String namespace, String secret) {
    return transactions.byIndex(INDEX, Keys.of(namespace, secret)).stream()
        .filter(transaction -> !Phases.isFinal(transaction))
        .map(ResourceID::fromResource)
        .collect(Collectors.toUnmodifiableSet());
  }
}
