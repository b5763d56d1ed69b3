package io.iasql.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.AwsProxy;
import io.iasql.peers.AwsQueues;
import io.iasql.peers.Narrator;
import io.iasql.peers.NodePeer;
import io.iasql.peers.OperatorChart;
import io.iasql.peers.PeerException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/**
 * The product as users have it: the chart of this checkout installed on a node, the operator and
 * every PostgreSQL as pods, an AWS emulator behind a proxy that pods can reach.
 */
final class Installation implements AutoCloseable {
  static final String RELEASE = "iasql-operator";
  static final String SYSTEM = "iasql-system";
  static final String NAMESPACE = "infra";
  static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String REGION = "eu-west-1";
  private static final String IMAGE = "localhost/iasql-operator:0.1.0";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String BEGIN = "rows:";
  private static final String END = "end of rows";

  final NodePeer node;
  final KubernetesClient admin;
  final AwsProxy proxy;
  final AwsPeer.Account account;
  private final AwsPeer aws = AwsPeer.shared();
  private final OperatorChart chart = OperatorChart.ofThisCheckout();

  private Installation(NodePeer node) {
    this.node = node;
    this.admin = client(node.kubernetes().kubeconfig());
    this.proxy = AwsProxy.before(aws.endpoint(), node.hostAddress());
    this.account = aws.newAccount();
  }

  /** A node without anything on it. */
  static Installation start() {
    return new Installation(NodePeer.start(Narrator.toStandardError()));
  }

  void buildImages() {
    node.buildPostgresImage();
    node.buildImage(chart.folder().resolve("../../operator/app").normalize(), IMAGE);
  }

  void install() {
    helm(
        "install",
        RELEASE,
        chart.folder().toString(),
        "--create-namespace",
        "--set",
        "database.managed.image=" + NodePeer.POSTGRES_IMAGE,
        "--set",
        "test.image=" + NodePeer.BASE_IMAGE,
        "--wait");
  }

  void uninstall() {
    helm("uninstall", RELEASE, "--wait");
  }

  /** What {@code helm test} prints. */
  String test() {
    return helm("test", RELEASE);
  }

  private String helm(String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addAll(List.of("--namespace", SYSTEM, "--timeout", "4m"));
    return chart.helm(node.kubernetes().kubeconfig(), command.toArray(String[]::new));
  }

  private static KubernetesClient client(Path kubeconfig) {
    try {
      return new KubernetesClientBuilder()
          .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig)))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Somebody with no rights but those that bindings give. */
  KubernetesClient user(String name) {
    return client(node.kubernetes().kubeconfigFor(name));
  }

  String kubectl(String... arguments) {
    return node.kubernetes().kubectl(arguments);
  }

  /** Keys and connection. */
  void connect() {
    kubectl("create", "namespace", NAMESPACE);
    apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: aws-keys, namespace: infra}
        stringData: {AWS_ACCESS_KEY_ID: "%s", AWS_SECRET_ACCESS_KEY: "%s"}
        ---
        apiVersion: iasql.io/v1alpha1
        kind: AwsConnection
        metadata: {name: aws, namespace: infra}
        spec:
          accountId: "%s"
          region: eu-west-1
          regions: [eu-west-1]
          credentials: {secretRef: {name: aws-keys}}
          endpoint: %s
        """
            .formatted(
                account.accessKeyId(), account.secretAccessKey(), account.id(), proxy.endpoint()));
  }

  /** An environment whose PostgreSQL is a pod. */
  void environment(String name, String approval) {
    apply(
        """
        apiVersion: iasql.io/v1alpha1
        kind: Environment
        metadata: {name: %s, namespace: infra}
        spec:
          awsConnectionRef: {name: aws}
          modules: [aws_sqs]
          database: {managed: {storage: 1Gi}}
          approval: %s
          sync: {interval: 1h}
        """
            .formatted(name, approval));
    awaitReady(name);
  }

  void awaitReady(String environment) {
    Awaitility.await("environment " + environment + " to be ready")
        .atMost(LIMIT)
        .pollInterval(POLL)
        .ignoreException(KubernetesClientException.class)
        .untilAsserted(
            () -> {
              Environment found =
                  admin
                      .resources(Environment.class)
                      .inNamespace(NAMESPACE)
                      .withName(environment)
                      .get();
              assertThat(found.getStatus()).isNotNull();
              assertThat(found.getStatus().conditions())
                  .anyMatch(c -> c.type().equals("Ready") && c.isTrue());
            });
  }

  void apply(String yaml) {
    apply(admin, yaml);
  }

  void apply(KubernetesClient as, String yaml) {
    as.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).serverSideApply();
  }

  void transaction(KubernetesClient as, String environment, String name, String sql) {
    apply(
        as,
        """
        apiVersion: iasql.io/v1alpha1
        kind: SqlTransaction
        metadata: {name: %s, namespace: infra}
        spec:
          environmentRef: {name: %s}
          sql: |
        %s
        """
            .formatted(name, environment, sql.indent(4)));
  }

  void approve(KubernetesClient as, String who, String transaction, String plan) {
    as.resources(SqlTransaction.class)
        .inNamespace(NAMESPACE)
        .withName(transaction)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\":{\"approvePlan\":\"%s\",\"approvedBy\":\"%s\"}}".formatted(plan, who));
  }

  SqlTransactionStatus await(String transaction, Phase phase) {
    AtomicReference<SqlTransactionStatus> last = new AtomicReference<>();
    Awaitility.await("transaction " + transaction + " to be " + phase)
        .atMost(LIMIT)
        .pollInterval(POLL)
        .ignoreException(KubernetesClientException.class)
        .untilAsserted(
            () -> {
              last.set(
                  admin
                      .resources(SqlTransaction.class)
                      .inNamespace(NAMESPACE)
                      .withName(transaction)
                      .get()
                      .getStatus());
              assertThat(last.get()).isNotNull();
              assertThat(last.get().phase()).as("%s", last.get().message()).isEqualTo(phase);
            });
    return last.get();
  }

  /** The queues of the account, asked past the proxy: {@code name|visibility timeout|url}. */
  List<String> queues() {
    return AwsQueues.of(aws, account, REGION);
  }

  /** The same by the rows in the environment's pod. */
  List<String> queueRows(String environment) {
    return rows(environment, "SELECT name || '|' || visibility_timeout || '|' || url FROM queue")
        .stream()
        .sorted()
        .toList();
  }

  /** What a query says to the owner, asked in the environment's pod, as soon as that answers. */
  List<String> rows(String environment, String sql) {
    return rows(environment, List.of("psql", "-U", "iasql"), sql);
  }

  /**
   * kubectl says things of its own meanwhile and may lose some of the answer: it is all there
   * between two marks.
   */
  private List<String> rows(String environment, List<String> psql, String sql) {
    List<String> command =
        new ArrayList<>(List.of("exec", "-n", NAMESPACE, databasePod(environment), "--"));
    command.addAll(psql);
    command.addAll(
        List.of("-At", "-c", "SELECT '" + BEGIN + "'", "-c", sql, "-c", "SELECT '" + END + "'"));
    AtomicReference<List<String>> answer = new AtomicReference<>();
    Awaitility.await("database of " + environment + " to answer")
        .atMost(LIMIT)
        .pollInterval(POLL)
        .ignoreException(PeerException.class)
        .until(
            () -> {
              List<String> lines = kubectl(command.toArray(String[]::new)).lines().toList();
              int begin = lines.indexOf(BEGIN);
              int end = lines.indexOf(END);
              if (begin < 0 || end < begin) {
                return false;
              }
              answer.set(lines.subList(begin + 1, end));
              return true;
            });
    return answer.get();
  }

  /** What the environment's login Secret says. */
  Map<String, String> login(String environment) {
    Map<String, String> entries = new TreeMap<>();
    admin
        .secrets()
        .inNamespace(NAMESPACE)
        .withName(environment + "-psql")
        .get()
        .getData()
        .forEach(
            (key, value) ->
                entries.put(
                    key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
    return entries;
  }

  /** What a query says to a psql in the cluster that has the login Secret and nothing else. */
  List<String> rowsAsLogin(String environment, String sql) {
    Map<String, String> login = login(environment);
    return rows(
        environment,
        List.of(
            "sh",
            "-c",
            "printf %s \"$1\" >/tmp/ca.crt; shift; PGSSLROOTCERT=/tmp/ca.crt exec psql \"$@\"",
            "psql",
            login.get("ca.crt"),
            login.get("uri")),
        sql);
  }

  static String databasePod(String environment) {
    return "iasql-" + environment + "-0";
  }

  String operatorPod() {
    return kubectl(
        "get",
        "pods",
        "-n",
        SYSTEM,
        "-l",
        "app.kubernetes.io/instance=" + RELEASE,
        "--field-selector=status.phase=Running",
        "-o",
        "jsonpath={.items[0].metadata.name}");
  }

  /** SIGKILL to all processes of its container, which kubelet starts anew. */
  void killContainer(String namespace, String pod) {
    node.killContainer(namespace, pod);
  }

  /**
   * The same, and another pod in its place. Not by force: then two pods of a StatefulSet could run
   * for a moment, on one volume.
   */
  void killPod(String namespace, String pod) {
    killContainer(namespace, pod);
    kubectl("delete", "pod", pod, "-n", namespace, "--grace-period=1");
  }

  void killApiServer() {
    node.kubernetes().stopApiServer();
    node.kubernetes().startApiServer();
  }

  @Override
  public void close() {
    proxy.close();
    admin.close();
    node.close();
  }
}
