package io.iasql.operator.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationSpec;
import io.iasql.crds.SqlTransaction;
import io.iasql.engine.replicate.Commit;
import io.iasql.operator.TestCluster;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SourceCommitsIT {
  private final KubernetesClient client = TestCluster.client();
  private final String namespace = TestCluster.newNamespace();
  private final ReplicationRequest request =
      ReplicationRequest.of(replication(), Set.of(), Map.of(), "");
  private final Progress progress = new Progress(request, Optional.empty());

  // There is no source to ask: all that counts is what was read of it before.
  private final SourceCommits commits =
      new SourceCommits(
          request, null, new MadeTransactions(client, namespace, () -> true), Clock.systemUTC());

  @BeforeEach
  void createTransaction() {
    SqlTransaction transaction =
        Serialization.unmarshal(
            """
            apiVersion: iasql.io/v1alpha1
            kind: SqlTransaction
            metadata: {name: late, namespace: %s}
            spec: {environmentRef: {name: staging}, sql: SELECT 1}
            """
                .formatted(namespace),
            SqlTransaction.class);
    client.resource(transaction).create();
  }

  private Replication replication() {
    Replication replication = new Replication();
    replication.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName("early")
            .withUid("5f0c")
            .withCreationTimestamp("2026-11-01T10:00:00Z")
            .build());
    replication.setSpec(
        Serialization.unmarshal(
            """
            from: {environmentRef: {name: staging}, transactionRef: {name: late}}
            to: {environmentRef: {name: prod}}
            """,
            ReplicationSpec.class));
    return replication;
  }

  @Test
  void shouldWaitForWhatTheSourceHadNotCommittedWhenItWasRead() {
    ReplicationSnapshot missing = commits.missing(progress, List.of()).orElseThrow();

    assertThat(missing.reason()).isEqualTo(Reason.SOURCE_NOT_COMMITTED);
    assertThat(missing.message()).contains("SqlTransaction late of staging is not committed yet");
  }

  @Test
  void shouldMissNothingThatWasRead() {
    Commit commit = new Commit("1", namespace + "/late", 1, Instant.EPOCH);

    assertThat(commits.missing(progress, List.of(commit))).isEmpty();
  }
}
