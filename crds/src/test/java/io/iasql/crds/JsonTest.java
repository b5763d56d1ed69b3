package io.iasql.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

class JsonTest {
  private final KubernetesSerialization json = new KubernetesSerialization();

  @Test
  void readsAnEnvironment() {
    Environment environment =
        json.unmarshal(
            """
            apiVersion: iasql.io/v1alpha1
            kind: Environment
            metadata: {name: staging, namespace: infra}
            spec:
              awsConnectionRef: {name: staging}
              modules: [aws_vpc, aws_s3]
              database:
                managed: {storage: 2Gi, resources: {limits: {memory: 1Gi}}}
                users: [{name: alice, role: Reader}]
              approval: Automatic
              ofANewerVersion: {some: thing}
            """,
            Environment.class);

    EnvironmentSpec spec = environment.getSpec();
    assertThat(spec.awsConnectionRef()).isEqualTo(new LocalReference("staging"));
    assertThat(spec.modules()).containsExactly("aws_vpc", "aws_s3");
    assertThat(spec.database().managed().storage()).isEqualTo("2Gi");
    assertThat(spec.database().managed().resources().limits().get("memory")).hasToString("1Gi");
    assertThat(spec.database().external()).isNull();
    assertThat(spec.database().users())
        .containsExactly(new EnvironmentSpec.User("alice", EnvironmentSpec.Role.READER));
    assertThat(spec.approval()).isEqualTo(EnvironmentSpec.Approval.AUTOMATIC);
    assertThat(environment.getStatus()).isNull();
  }

  @Test
  void leavesOutWhatIsAbsent() {
    Environment environment = new Environment();
    environment.setSpec(
        new EnvironmentSpec(
            new LocalReference("staging"),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null));
    environment.setStatus(
        new EnvironmentStatus(3L, null, null, null, null, null, null, null, null));

    assertThat(json.asJson(environment))
        .contains("\"spec\":{\"awsConnectionRef\":{\"name\":\"staging\"}}")
        .contains("\"status\":{\"observedGeneration\":3}");
  }

  @Test
  void writesAndReadsBackTheStatusOfATransaction() {
    SqlTransactionStatus status = Samples.awaitingApproval();

    String written = json.asJson(status);

    assertThat(written)
        .contains("\"phase\":\"AwaitingApproval\"")
        .contains("\"summary\":{\"create\":2,\"update\":0,\"replace\":0,\"delete\":0}")
        .contains("\"columns\":[{\"name\":\"policy\",\"new\":\"\"}]")
        .contains("\"lastTransitionTime\":\"2026-11-01T10:00:00Z\"")
        .contains("\"status\":\"False\"")
        .contains("\"message\":\"\"")
        .doesNotContain("null");
    assertThat(json.unmarshal(written, SqlTransactionStatus.class)).isEqualTo(status);
  }

  @Test
  void definitionsAreOnTheClassPath() {
    assertThat(CustomResources.definitions())
        .hasSameSizeAs(CustomResources.TYPES)
        .allSatisfy(yaml -> assertThat(yaml).contains("kind: \"CustomResourceDefinition\""));
  }
}
