package io.iasql.operator.replication;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The SqlTransactions of a namespace, asked of the API server: a cache may lag behind. */
final class MadeTransactions {
  /** Nobody wants a transaction any more. */
  static final class ReplicationGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final KubernetesClient client;
  private final String namespace;
  private final BooleanSupplier isThere;

  /**
   * @param isThere whether the Replication that they are made for is there
   */
  MadeTransactions(KubernetesClient client, String namespace, BooleanSupplier isThere) {
    this.client = client;
    this.namespace = namespace;
    this.isThere = isThere;
  }

  Optional<SqlTransaction> find(String name) {
    return Optional.ofNullable(
        client.resources(SqlTransaction.class).inNamespace(namespace).withName(name).get());
  }

  /**
   * Makes it, or finds the one that was made before by one that was stopped in between.
   *
   * @throws ReplicationGoneException when there is nobody left to make it for
   */
  SqlTransaction make(SqlTransaction wanted) {
    if (!isThere.getAsBoolean()) {
      throw new ReplicationGoneException();
    }
    try {
      return client.resource(wanted).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      return find(wanted.getMetadata().getName()).orElse(wanted);
    }
  }

  static Phase phase(SqlTransaction transaction) {
    return Optional.ofNullable(transaction.getStatus())
        .map(SqlTransactionStatus::phase)
        .orElse(Phase.PLANNING);
  }
}
