package io.iasql.operator.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.CustomResources;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationSpec;
import io.iasql.crds.SqlTransaction;
import io.iasql.engine.replicate.Commit;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplicatedTransactionTest {
  private static final Commit COMMIT = new Commit("0f1e2d3c4b5a", "infra/assets", 7, Instant.EPOCH);

  private static ReplicationRequest request(String more, Map<String, String> annotations) {
    Replication replication = new Replication();
    replication.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("infra")
            .withName("assets-to-prod")
            .withUid("uid-1")
            .withCreationTimestamp("2026-11-01T10:00:00Z")
            .withAnnotations(annotations)
            .build());
    replication.setSpec(
        Serialization.unmarshal(
            """
            from: {environmentRef: {name: staging}, transactionRef: {name: assets}}
            to: {environmentRef: {name: prod}}
            """
                + more,
            ReplicationSpec.class));
    return ReplicationRequest.of(replication, Set.of(), Map.of("team", "web"), "");
  }

  private static SqlTransaction made(String more, String sql) {
    return ReplicatedTransaction.of(request(more, Map.of()), COMMIT, sql);
  }

  @Test
  void shouldBeOneChangeWhicheverReplicationAsksForIt() {
    String name = ReplicatedTransaction.name(request("", Map.of()), COMMIT);

    assertThat(name).startsWith("staging-assets-");
    assertThat(ReplicatedTransaction.name(request("mode: Automatic", Map.of()), COMMIT))
        .isEqualTo(name);
    assertThat(
            ReplicatedTransaction.name(
                request("exclude: [{table: queue, where: {name: a}}]", Map.of()), COMMIT))
        .isNotEqualTo(name);
  }

  @Test
  void shouldNameWhatWasWrittenInPsqlByItsId() {
    Commit psql = new Commit("0f1e2d3c4b5a", "psql/0f1e2d3c4b5a", 8, Instant.EPOCH);

    assertThat(ReplicatedTransaction.sourceName(psql)).isEqualTo("psql-0f1e2d3c");
  }

  @Test
  void shouldWaitForSomebodyUnlessTheEnvironmentIsToDecide() {
    assertThat(made("", "SELECT 1").getMetadata().getAnnotations())
        .containsEntry(SqlTransaction.APPROVAL, "Manual");
    assertThat(made("mode: Automatic", "SELECT 1").getMetadata().getAnnotations())
        .doesNotContainKey(SqlTransaction.APPROVAL);
  }

  @Test
  void shouldBeOfTheShardOfTheReplication() {
    assertThat(made("", "SELECT 1").getMetadata().getLabels())
        .containsEntry("team", "web")
        .containsEntry(SqlTransaction.SOURCE_ENVIRONMENT, "staging");
  }

  @Test
  void shouldHaveTheRequesterOfTheReplication() {
    Map<String, String> alice = Map.of(CustomResources.REQUESTED_BY, "alice");

    assertThat(
            ReplicatedTransaction.of(request("", alice), COMMIT, "SELECT 1")
                .getMetadata()
                .getAnnotations())
        .containsAllEntriesOf(alice);
    assertThat(made("", "SELECT 1").getMetadata().getAnnotations())
        .doesNotContainKey(CustomResources.REQUESTED_BY);
  }

  @Test
  void shouldHaveTheSecretsThatItsSqlAsksFor() {
    String pages = "parametersFrom: [{secretRef: {name: pages}}]";

    assertThat(made(pages, "SELECT iasql_parameter('content')").getSpec().parametersFrom())
        .extracting(source -> source.secretRef().name())
        .containsExactly("pages");
    assertThat(made(pages, "SELECT 1").getSpec().parametersFrom()).isEmpty();
  }

  @Test
  void shouldTellWhetherItWasEdited() {
    SqlTransaction made = made("", "SELECT 1");
    assertThat(ReplicatedTransaction.isEdited(made)).isFalse();

    made.setSpec(made("", "SELECT 2").getSpec());
    assertThat(ReplicatedTransaction.isEdited(made)).isTrue();
  }
}
