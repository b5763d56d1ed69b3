package io.iasql.operator.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuotaStatusBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentStatus;
import io.iasql.operator.PeersResource;
import io.iasql.operator.TestCluster;
import io.iasql.operator.status.Conditions;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.PostgresPeer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * People's logins as they see them: Secrets of a real API server, a PostgreSQL that asks for
 * passwords.
 */
@QuarkusTest
@QuarkusTestResource(PeersResource.class)
class LoginsIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String NONE = "";
  private static final String ALICE = "users: [{name: alice, role: Reader}]";

  private KubernetesClient client;
  private String namespace;
  private String database;
  private PostgresPeer postgres;

  @BeforeEach
  void prepare() {
    client = TestCluster.client();
    namespace = TestCluster.newNamespace();
    postgres = PostgresPeer.shared();
    database = postgres.newDatabase();
    AwsPeer aws = AwsPeer.shared();
    AwsPeer.Account account = aws.newAccount();
    store(
        "keys",
        Map.of(
            "AWS_ACCESS_KEY_ID", account.accessKeyId(),
            "AWS_SECRET_ACCESS_KEY", account.secretAccessKey()));
    store(
        "database",
        Map.of(
            "host", postgres.host(),
            "port", Integer.toString(postgres.port()),
            "database", database,
            "username", postgres.user(),
            "password", postgres.password(),
            "sslmode", "disable"));
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: iasql.io/v1alpha1
                kind: AwsConnection
                metadata: {name: staging, namespace: %s}
                spec:
                  accountId: "%s"
                  region: eu-west-1
                  regions: [eu-west-1]
                  endpoint: %s
                  credentials: {secretRef: {name: keys}}
                """
                    .formatted(namespace, account.id(), aws.endpoint()),
                AwsConnection.class))
        .create();
  }

  @AfterEach
  void delete() {
    client.resources(Environment.class).inNamespace(namespace).delete();
  }

  @Test
  void everyEnvironmentHasALoginOfItsOwn() throws SQLException {
    apply(NONE);

    EnvironmentStatus status = awaitReady();

    assertThat(status.database().secretName()).isEqualTo("env-psql");
    Secret secret = secret("env-psql");
    assertThat(secret.getType()).isEqualTo("servicebinding.io/postgresql");
    assertThat(secret.getMetadata().getOwnerReferences())
        .extracting(OwnerReference::getKind, OwnerReference::getName)
        .containsExactly(tuple("Environment", "env"));
    assertThat(data(secret))
        .containsEntry("type", "postgresql")
        .containsEntry("username", database + ".psql")
        .containsEntry("sslmode", "disable");
    assertThat(data(secret).get("password")).hasSize(32);

    execute(
        "env-psql", "UPDATE aws_regions SET is_enabled = is_enabled WHERE region = 'eu-west-1'");
    assertRefused("42501", () -> execute("env-psql", "SELECT * FROM iasql.plan"));
    assertRefused("28P01", () -> connect(data(secret), "guessed").close());
  }

  @Test
  void usersComeAndGo() throws SQLException {
    apply(ALICE);
    awaitReady();
    execute("env-psql-alice", "SELECT * FROM queue");
    assertRefused("42501", () -> execute("env-psql-alice", "DELETE FROM queue"));
    Map<String, String> alice = data(secret("env-psql-alice"));
    assertThat(alice).containsEntry("username", database + ".alice");

    try (Connection open = connect(alice, alice.get("password"))) {
      apply(NONE);

      await("the Secret is gone").atMost(LIMIT).until(() -> find("env-psql-alice") == null);
      await("the session is ended").atMost(LIMIT).until(() -> !open.isValid(5));
    }
    assertRefused("28000", () -> connect(alice, alice.get("password")).close());
    execute("env-psql", "SELECT * FROM queue");
  }

  @Test
  void aLostSecretIsMadeAnewAndAChangedPasswordCounts() throws SQLException {
    apply(NONE);
    awaitReady();
    Map<String, String> first = data(secret("env-psql"));

    client.resource(secret("env-psql")).delete();
    await("another password")
        .atMost(LIMIT)
        .until(
            () ->
                find("env-psql") != null
                    && !data(find("env-psql")).get("password").equals(first.get("password")));
    awaitLogin("env-psql");
    assertRefused("28P01", () -> connect(first, first.get("password")).close());

    client
        .secrets()
        .inNamespace(namespace)
        .withName("env-psql")
        .edit(s -> new SecretBuilder(s).addToStringData("password", "chosen by hand").build());
    await("the uri follows")
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(data(secret("env-psql")).get("uri")).contains("chosen%20by%20hand"));
    awaitLogin("env-psql");
    assertThat(data(secret("env-psql"))).containsEntry("password", "chosen by hand");
  }

  @Test
  void aSecretOfSomebodyElseIsLeftAlone() {
    store("env-psql", Map.of("password", "theirs"));
    apply(NONE);

    await("the environment says so")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(ready())
                    .contains("LoginRefused")
                    .contains("Secret env-psql is in the way")
                    .contains("Delete or rename it"));
    assertThat(data(secret("env-psql"))).containsOnly(Map.entry("password", "theirs"));

    client.resource(secret("env-psql")).delete();
    awaitReady();
    awaitLogin("env-psql");
  }

  @Test
  void whatTheApiServerRefusesIsSaidUntilItIsTaken() {
    forbidSecrets();
    apply(NONE);
    awaitRefusal("env-psql");

    allowSecrets();
    EnvironmentStatus before = awaitReady();
    forbidSecrets();
    apply(ALICE);
    awaitRefusal("env-psql-alice");
    assertThat(status().database()).isEqualTo(before.database());
    assertThat(status().observedGeneration()).isEqualTo(before.observedGeneration() + 1);

    allowSecrets();
    awaitReady();
    awaitLogin("env-psql-alice");
  }

  /** No controller runs here that would count for a quota: what it is held to is said here. */
  private void forbidSecrets() {
    Map<String, Quantity> none = Map.of("secrets", new Quantity("0"));
    ResourceQuota quota =
        client
            .resource(
                new ResourceQuotaBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace)
                    .withName("no-secrets")
                    .endMetadata()
                    .withNewSpec()
                    .withHard(none)
                    .endSpec()
                    .build())
            .create();
    quota.setStatus(new ResourceQuotaStatusBuilder().withHard(none).withUsed(none).build());
    client.resource(quota).updateStatus();
    await("the API server to heed the quota").atMost(LIMIT).until(this::refusesSecrets);
  }

  private boolean refusesSecrets() {
    Secret probe =
        new SecretBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withName("probe")
            .endMetadata()
            .build();
    try {
      client.resource(probe).create();
      client.resource(probe).delete();
      return false;
    } catch (KubernetesClientException e) {
      return e.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
    }
  }

  private void allowSecrets() {
    client.resourceQuotas().inNamespace(namespace).withName("no-secrets").delete();
  }

  private void awaitRefusal(String secret) {
    await("the environment says what was refused")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(ready())
                    .startsWith("False DatabaseFailed: Kubernetes: secrets \"" + secret + "\"")
                    .contains("quota: no-secrets"));
    assertThat(Conditions.find(status().conditions(), Conditions.RECONCILING)).isPresent();
  }

  private void apply(String users) {
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: iasql.io/v1alpha1
                kind: Environment
                metadata: {name: env, namespace: %s}
                spec:
                  awsConnectionRef: {name: staging}
                  modules: [aws_sqs]
                  database:
                    external: {secretRef: {name: database}}
                    %s
                """
                    .formatted(namespace, users),
                Environment.class))
        .forceConflicts()
        .serverSideApply();
  }

  private void store(String name, Map<String, String> entries) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withStringData(entries)
                .build())
        .create();
  }

  private EnvironmentStatus awaitReady() {
    await("Ready").atMost(LIMIT).untilAsserted(() -> assertThat(ready()).startsWith("True"));
    return status();
  }

  /** The Ready condition in a line. */
  private String ready() {
    EnvironmentStatus status = status();
    return status == null
        ? ""
        : Conditions.find(status.conditions(), Conditions.READY)
            .map(c -> (c.isTrue() ? "True " : "False ") + c.reason() + ": " + c.message())
            .orElse("");
  }

  private EnvironmentStatus status() {
    return client
        .resources(Environment.class)
        .inNamespace(namespace)
        .withName("env")
        .get()
        .getStatus();
  }

  private Secret find(String name) {
    return client.secrets().inNamespace(namespace).withName(name).get();
  }

  private Secret secret(String name) {
    Secret secret = find(name);
    assertThat(secret).as("Secret " + name).isNotNull();
    return secret;
  }

  private static Map<String, String> data(Secret secret) {
    return secret.getData().entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                e -> new String(Base64.getDecoder().decode(e.getValue()), StandardCharsets.UTF_8)));
  }

  private void awaitLogin(String secret) {
    await("login of Secret " + secret)
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(
            () -> {
              execute(secret, "SELECT * FROM queue");
              return true;
            });
  }

  private void execute(String secret, String sql) throws SQLException {
    Map<String, String> login = data(secret(secret));
    try (Connection connection = connect(login, login.get("password"));
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(Map<String, String> login, String password)
      throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%s/%s"
            .formatted(login.get("host"), login.get("port"), login.get("database")),
        login.get("username"),
        password);
  }

  private static void assertRefused(String state, ThrowingCallable sql) {
    SQLException refusal = Assertions.catchThrowableOfType(SQLException.class, sql);
    assertThat((Throwable) refusal).as("refusal").isNotNull();
    assertThat(refusal.getSQLState()).as(refusal.getMessage()).isEqualTo(state);
  }
}
