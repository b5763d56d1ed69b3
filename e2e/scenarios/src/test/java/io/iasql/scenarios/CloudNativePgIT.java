package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.Narrator;
import io.iasql.peers.OperatorPeer;
import io.iasql.peers.PostgresPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The operator, with the rights that the chart gives it, and CloudNativePG's API. The test plays
 * CloudNativePG's part with a PostgreSQL of its own, which speaks TLS under the name of the
 * Cluster's Service, and whose owner is no superuser, as CloudNativePG makes it.
 */
@ResourceLock(Stack.ANOTHER_OPERATOR)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CloudNativePgIT {
  private static final String SHARD = "cnpg";
  private static final String CLUSTER = "iasql-env";
  private static final ResourceDefinitionContext CLUSTERS =
      new ResourceDefinitionContext.Builder()
          .withGroup("postgresql.cnpg.io")
          .withVersion("v1")
          .withKind("Cluster")
          .withPlural("clusters")
          .withNamespaced(true)
          .build();

  private static Space space;
  private static OperatorPeer operator;
  private static PostgresPeer postgres;
  private static String authority;

  @BeforeAll
  static void start() throws IOException {
    space = Space.ofShard(SHARD);
    postgres = PostgresPeer.start(Narrator.toStandardError());
    authority = postgres.serveTls(host());
    Stack stack = space.stack;
    stack
        .client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(Release.NAMESPACE)
                .endMetadata()
                .build())
        .serverSideApply();
    Release.apply(
        stack.client,
        Release.render(stack.client, SHARD, "nameOverride=cnpg", "approval.roles=false"),
        Set.of("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"));
    // There is no DNS of a cluster here.
    Path names = Path.of("target", "cnpg.hosts").toAbsolutePath();
    Files.writeString(names, "127.0.0.1 " + host() + " localhost\n");
    operator =
        OperatorPeer.start(
            OperatorPeer.Options.of(Release.operatorKubeconfig(stack.kubernetes))
                .withLog(Path.of("target", "cnpg.log").toAbsolutePath())
                .withJvm(List.of("-Xmx512m", "-Djdk.net.hosts.file=" + names))
                .withSetting("IASQL_WATCH_SELECTOR", Stack.SHARD + "=" + SHARD));
    space.connect();
  }

  @AfterAll
  static void stop() {
    if (operator != null) {
      operator.close();
    }
    postgres.close();
  }

  private static String host() {
    return CLUSTER + "-rw." + space.namespace + ".svc";
  }

  private static void apply(String database) {
    space
        .stack
        .client
        .resource(
            """
            apiVersion: iasql.io/v1alpha1
            kind: Environment
            metadata:
              name: env
              namespace: %s
              labels: {%s: %s}
            spec:
              awsConnectionRef: {name: %s}
              modules: [aws_sqs]
              approval: Automatic
              database: {cloudNativePg: %s}
            """
                .formatted(space.namespace, Stack.SHARD, SHARD, Space.CONNECTION, database))
        .forceConflicts()
        .serverSideApply();
  }

  private static Optional<GenericKubernetesResource> cluster() {
    return Optional.ofNullable(
        space
            .stack
            .client
            .genericKubernetesResources(CLUSTERS)
            .inNamespace(space.namespace)
            .withName(CLUSTER)
            .get());
  }

  private static void patch(String subresource, String json) {
    var one =
        space
            .stack
            .client
            .genericKubernetesResources(CLUSTERS)
            .inNamespace(space.namespace)
            .withName(CLUSTER);
    if (subresource.isEmpty()) {
      one.patch(PatchContext.of(PatchType.JSON_MERGE), json);
    } else {
      one.subresource(subresource).patch(PatchContext.of(PatchType.JSON_MERGE), json);
    }
  }

  private static void awaitMessage(String... parts) {
    space.await(
        Environment.class,
        "env",
        "say " + String.join(", ", parts),
        e -> {
          String message = Space.condition(e, "Ready").map(Condition::message).orElse("");
          return List.of(parts).stream().allMatch(message::contains);
        });
  }

  private static void secret(String name, Map<String, String> data) {
    space
        .stack
        .client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(space.namespace)
                .withName(name)
                .endMetadata()
                .withStringData(data)
                .build())
        .create();
  }

  private static List<String> rows(String sql) throws SQLException {
    try (Connection connection = postgres.dataSource("iasql").getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }

  /** As CloudNativePG's initdb does: an owner without privileges, then the SQL as superuser. */
  @SuppressWarnings("unchecked")
  private static void playInitdb(GenericKubernetesResource cluster) throws SQLException {
    String owner = cluster.get("spec", "bootstrap", "initdb", "owner");
    String database = cluster.get("spec", "bootstrap", "initdb", "database");
    List<String> statements =
        (List<String>)
            (List<?>) cluster.get("spec", "bootstrap", "initdb", "postInitApplicationSQL");
    postgres.administer("CREATE ROLE " + owner + " LOGIN PASSWORD 'of-cnpg'");
    postgres.administer("CREATE DATABASE " + database + " OWNER " + owner);
    try (Connection connection = postgres.dataSource(database).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    secret(CLUSTER + "-ca", Map.of("ca.crt", authority));
    secret(
        CLUSTER + "-app",
        Map.of(
            "username",
            owner,
            "user",
            owner,
            "password",
            "of-cnpg",
            "dbname",
            database,
            "host",
            CLUSTER + "-rw",
            "port",
            Integer.toString(postgres.port())));
  }

  @Test
  @Order(1)
  void shouldSayThatCloudNativePgIsNotInstalled() {
    apply("{instances: 2, storage: 2Gi}");

    awaitMessage("CloudNativePG is not in this cluster");
    assertThat(Space.condition(space.find(Environment.class, "env").orElseThrow(), "Stalled"))
        .isPresent();
  }

  @Test
  @Order(2)
  void shouldMakeAClusterAndWaitForIt() throws IOException {
    space
        .stack
        .client
        .resource(Files.readString(Path.of("src/test/resources/cloudnativepg.yaml")))
        .serverSideApply();
    space.stack.kubernetes.awaitServed("clusters.postgresql.cnpg.io");

    Awaitility.await("the operator to make a Cluster")
        .atMost(Space.LIMIT)
        .until(() -> cluster().isPresent());
    GenericKubernetesResource cluster = cluster().orElseThrow();
    assertThat(cluster.<Object>get("spec", "instances")).isEqualTo(2);
    assertThat(cluster.<Object>get("spec", "storage", "size")).isEqualTo("2Gi");
    assertThat(cluster.getMetadata().getOwnerReferences()).isEmpty();

    patch("status", "{\"status\":{\"phase\":\"Setting up primary\",\"instances\":1}}");
    awaitMessage("Cluster iasql-env is starting", "Setting up primary");
  }

  @Test
  @Order(3)
  void shouldCommitThroughTlsAsAnOwnerWhoIsNoSuperuser() throws SQLException {
    playInitdb(cluster().orElseThrow());
    patch(
        "status",
        "{\"status\":{\"phase\":\"Cluster in healthy state\",\"readyInstances\":2,"
            + "\"certificates\":{\"serverCASecret\":\"iasql-env-ca\"}}}");
    Environment ready = space.awaitReady("env");
    space.automatic("made", "INSERT INTO queue (name) VALUES ('replicated')");

    assertThat(space.queueNames()).containsExactly("replicated");
    assertThat(rows("SELECT name FROM queue")).containsExactly("replicated");
    assertThat(ready.getStatus().database().provider()).isEqualTo("cloudNativePg");
    assertThat(ready.getStatus().database().host()).isEqualTo(host());
    assertThat(
            rows(
                "SELECT DISTINCT ssl::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                    + " WHERE application_name = 'iasql-operator'"))
        .containsExactly("true");
    assertThat(rows("SELECT rolsuper::text FROM pg_roles WHERE rolname = 'iasql'"))
        .containsExactly("false");
  }

  /** What people ask for in psql goes through the extension that only a superuser can make. */
  @Test
  @Order(4)
  void shouldAnswerPeopleInPsql() throws SQLException {
    Secret login = space.find(Secret.class, "env-psql").orElseThrow();
    try (Connection psql =
            DriverManager.getConnection(
                postgres.jdbcUrl("iasql"), value(login, "username"), value(login, "password"));
        Statement statement = psql.createStatement()) {
      statement.execute("SELECT * FROM iasql_begin()");
      statement.execute("UPDATE queue SET visibility_timeout = 77");
      statement.execute("SELECT * FROM iasql_commit()");
    }

    assertThat(space.queues()).singleElement().asString().startsWith("replicated|77|");
    assertThat(value(login, "sslmode")).isEqualTo("verify-full");
    assertThat(value(login, "ca.crt")).isEqualTo(authority.strip());
  }

  private static String value(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
  }

  @Test
  @Order(5)
  void shouldPassChangesOnAndLeaveAloneWhatPeopleSet() {
    patch("", "{\"spec\":{\"backup\":{\"retentionPolicy\":\"30d\"}}}");

    apply("{instances: 3, storage: 4Gi, parameters: {max_connections: \"200\"}}");

    Awaitility.await("the Cluster to be changed")
        .atMost(Space.LIMIT)
        .until(() -> Integer.valueOf(3).equals(cluster().orElseThrow().get("spec", "instances")));
    GenericKubernetesResource cluster = cluster().orElseThrow();
    assertThat(cluster.<Object>get("spec", "storage", "size")).isEqualTo("4Gi");
    assertThat(cluster.<Object>get("spec", "postgresql", "parameters", "max_connections"))
        .isEqualTo("200");
    assertThat(cluster.<Object>get("spec", "backup", "retentionPolicy")).isEqualTo("30d");
  }

  @Test
  @Order(6)
  void shouldKeepTheClusterForTheNextEnvironmentOfTheName() {
    String before = cluster().orElseThrow().getMetadata().getUid();
    space.delete(Environment.class, "env");
    space.awaitGone(Environment.class, "env");

    assertThat(cluster().map(HasMetadata::getMetadata).orElseThrow().getUid()).isEqualTo(before);
    apply("{instances: 3, storage: 4Gi}");
    space.awaitReady("env");
    space.transaction("again", "INSERT INTO queue (name) VALUES ('later')");
    space.await("again", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("later", "replicated");
  }
}
