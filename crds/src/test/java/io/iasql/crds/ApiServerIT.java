package io.iasql.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.peers.KubernetesPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The definitions as a real API server sees them. A manifest of several documents applies them one
 * after the other, as a person would who edits it; a status in it is written as the operator would.
 * Of an invalid one, the last document is refused with the message of the first line.
 */
class ApiServerIT {
  private static final Path MANIFESTS = Path.of("src/test/resources");
  private static final String NAMESPACE =
      "iasql-crds-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);

  private static KubernetesPeer peer;
  private static KubernetesClient client;

  private final List<GenericKubernetesResource> applied = new ArrayList<>();

  @BeforeAll
  static void installDefinitions() throws IOException {
    peer = KubernetesPeer.shared();
    Config config = Config.fromKubeconfig(Files.readString(peer.kubeconfig()));
    config.setRequestRetryBackoffLimit(0);
    client = new KubernetesClientBuilder().withConfig(config).build();
    for (String yaml : CustomResources.definitions()) {
      client.resource(yaml).forceConflicts().serverSideApply();
    }
    for (Class<?> type : CustomResources.TYPES) {
      client
          .apiextensions()
          .v1()
          .customResourceDefinitions()
          .withName(definitionName(type))
          .waitUntilCondition(ApiServerIT::isEstablished, 30, TimeUnit.SECONDS);
    }
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .create();
  }

  @AfterAll
  static void deleteNamespace() {
    client.namespaces().withName(NAMESPACE).delete();
    client.close();
  }

  @AfterEach
  void deleteApplied() {
    applied.forEach(resource -> client.resource(resource).delete());
  }

  @ParameterizedTest
  @MethodSource("validManifests")
  void takesValidManifest(Path manifest) throws IOException {
    for (String document : documents(manifest)) {
      apply(document);
    }
  }

  @ParameterizedTest
  @MethodSource("invalidManifests")
  void refusesInvalidManifest(Path manifest) throws IOException {
    List<String> documents = documents(manifest);
    String expected = Files.readAllLines(manifest).get(0).replaceFirst("^# ", "");
    for (String document : documents.subList(0, documents.size() - 1)) {
      apply(document);
    }

    assertThatThrownBy(() -> apply(documents.get(documents.size() - 1)))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void structuralSchemasAndNamesAreAccepted() {
    assertThat(CustomResources.TYPES)
        .allSatisfy(
            type ->
                assertThat(definition(type).getStatus().getConditions())
                    .filteredOn(condition -> condition.getStatus().equals("True"))
                    .extracting("type")
                    .contains("NamesAccepted", "Established")
                    .doesNotContain("NonStructuralSchema"));
  }

  @Test
  void fillsInDefaults() throws IOException {
    apply(Files.readString(MANIFESTS.resolve("valid/environment-managed-defaults.yaml")));
    apply(Files.readString(MANIFESTS.resolve("valid/sqltransaction-smallest.yaml")));

    EnvironmentSpec environment =
        client
            .resources(Environment.class)
            .inNamespace(NAMESPACE)
            .withName("staging")
            .get()
            .getSpec();
    assertThat(environment.approval()).isEqualTo(EnvironmentSpec.Approval.MANUAL);
    assertThat(environment.sync()).isEqualTo(new EnvironmentSpec.Sync("5m"));
    assertThat(environment.database().managed().storage()).isEqualTo("1Gi");
    SqlTransaction transaction =
        client
            .resources(SqlTransaction.class)
            .inNamespace(NAMESPACE)
            .withName("add-assets-bucket")
            .get();
    assertThat(transaction.getSpec().onFailure()).isEqualTo(SqlTransactionSpec.OnFailure.ROLLBACK);
  }

  @Test
  void takesSqlOfAMebibyteAndNoMore() {
    String statement = "INSERT INTO bucket (name) VALUES ('acme-assets');\n";
    String sql = statement.repeat(SqlTransactionSpec.MAX_SQL / statement.length());
    SqlTransaction transaction = new SqlTransaction();
    transaction.getMetadata().setName("big");
    transaction.getMetadata().setNamespace(NAMESPACE);
    transaction.setSpec(spec(sql));

    SqlTransaction created = client.resource(transaction).create();

    assertThat(created.getSpec().sql()).isEqualTo(sql);
    client.resource(created).delete();
    transaction.setSpec(spec(sql + statement));
    assertThatThrownBy(() -> client.resource(transaction).create())
        .hasMessageContaining("spec.sql: Too long");
  }

  @Test
  void keepsAStatusAsItWasWritten() throws IOException {
    apply(Files.readString(MANIFESTS.resolve("valid/sqltransaction-smallest.yaml")));
    SqlTransactionStatus status = Samples.awaitingApproval();
    SqlTransaction patch = new SqlTransaction();
    patch.getMetadata().setName("add-assets-bucket");
    patch.getMetadata().setNamespace(NAMESPACE);
    patch.setStatus(status);

    SqlTransaction patched =
        client
            .resource(patch)
            .subresource("status")
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("iasql-operator")
                    .withForce(true)
                    .build());

    assertThat(patched.getStatus()).isEqualTo(status);
    assertThat(table("sqltransactions"))
        .containsExactly(
            "NAME ENVIRONMENT PHASE PLAN CHANGES APPROVED BY AGE",
            "add-assets-bucket staging AwaitingApproval plan-staging-4f2a9c01d7e3 +2 ~0 ±0 -0 AGE");
    assertThat(
            client
                .resources(SqlTransaction.class)
                .inNamespace(NAMESPACE)
                .withField("spec.environmentRef.name", "staging")
                .withField("status.phase", "AwaitingApproval")
                .list()
                .getItems())
        .hasSize(1);
  }

  @Test
  void listsEverythingByCategoryAndShortName() throws IOException {
    apply(Files.readString(MANIFESTS.resolve("valid/awsconnection-default-chain.yaml")));
    apply(Files.readString(MANIFESTS.resolve("valid/environment-smallest.yaml")));
    apply(Files.readString(MANIFESTS.resolve("valid/sqltransaction-smallest.yaml")));

    assertThat(kubectl("get", "iasql", "-o", "name"))
        .contains(
            "awsconnection.iasql.io/staging",
            "environment.iasql.io/staging",
            "sqltransaction.iasql.io/add-assets-bucket");
    assertThat(table("awsconn"))
        .containsExactly(
            "NAME READY ACCOUNT REGION REASON AGE", "staging 111122223333 eu-west-1 AGE");
    assertThat(table("env"))
        .startsWith("NAME READY ACCOUNT MODULES RESOURCES DRIFTED PENDING LAST SYNC");
    assertThat(table("sqltx")).startsWith("NAME ENVIRONMENT PHASE PLAN CHANGES APPROVED BY AGE");
  }

  @Test
  void explainsFields() {
    assertThat(kubectl("explain", "sqltransaction.spec.approvePlan"))
        .contains("The id of the plan to commit");
  }

  private static SqlTransactionSpec spec(String sql) {
    return new SqlTransactionSpec(new LocalReference("staging"), null, sql, null, null, null, null);
  }

  private static List<String> table(String type) {
    return kubectl("get", type)
        .lines()
        .map(line -> line.replaceAll(" +", " ").replaceFirst(" [0-9]+s$", " AGE"))
        .toList();
  }

  private static String kubectl(String... arguments) {
    return peer.kubectl(
        Stream.concat(Stream.of("--namespace", NAMESPACE), Arrays.stream(arguments))
            .toArray(String[]::new));
  }

  private void apply(String document) {
    GenericKubernetesResource resource =
        Serialization.unmarshal(document, GenericKubernetesResource.class);
    resource.getMetadata().setNamespace(NAMESPACE);
    Object status = resource.getAdditionalProperties().remove("status");
    GenericKubernetesResource stored =
        client
            .resource(resource)
            .fieldValidation(Validation.STRICT)
            .createOr(NonDeletingOperation::update);
    applied.add(stored);
    if (status != null) {
      stored.getAdditionalProperties().put("status", status);
      client.resource(stored).updateStatus();
    }
  }

  private static List<String> documents(Path manifest) throws IOException {
    return List.of(Files.readString(manifest).split("(?m)^---\n"));
  }

  static List<Path> validManifests() throws IOException {
    return manifests("valid");
  }

  static List<Path> invalidManifests() throws IOException {
    return manifests("invalid");
  }

  private static List<Path> manifests(String folder) throws IOException {
    try (Stream<Path> files = Files.list(MANIFESTS.resolve(folder))) {
      return files.sorted().toList();
    }
  }

  private static String definitionName(Class<?> type) {
    return type.getSimpleName().toLowerCase(Locale.ROOT) + "s." + CustomResources.GROUP;
  }

  private static CustomResourceDefinition definition(Class<?> type) {
    return client
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName(definitionName(type))
        .get();
  }

  private static boolean isEstablished(CustomResourceDefinition definition) {
    return definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }
}
