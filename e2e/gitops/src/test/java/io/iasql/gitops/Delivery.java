package io.iasql.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.ArgoCd;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.AwsQueues;
import io.iasql.peers.GitRepository;
import io.iasql.peers.KubernetesPeer;
import io.iasql.peers.Manifests;
import io.iasql.peers.OperatorChart;
import io.iasql.peers.OperatorPeer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A Git repository that begins as {@code gitops/example}, Argo CD with the settings of {@code
 * gitops/argocd}, and the operator with the rights and policies of the chart.
 */
final class Delivery implements AutoCloseable {
  static final Path GITOPS = Path.of("../../gitops");
  private static final String REPOSITORY = "https://git.example.com/platform/iasql.git";
  private static final String REGION = "eu-west-1";
  private static final String SYSTEM = "iasql-system";
  private static final String OPERATOR = "iasql-operator";
  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** What the chart installs, but for what would be pods. */
  private static final Set<String> INSTALLED =
      Set.of(
          "CustomResourceDefinition",
          "ServiceAccount",
          "Role",
          "RoleBinding",
          "ClusterRole",
          "ClusterRoleBinding",
          "ValidatingAdmissionPolicy",
          "ValidatingAdmissionPolicyBinding");

  final KubernetesPeer kubernetes = KubernetesPeer.shared();
  final KubernetesClient client;
  final GitRepository git = GitRepository.create();
  final ArgoCd argo;
  private final AwsPeer aws = AwsPeer.shared();
  private final Path folder;
  private final OperatorPeer operator;

  /**
   * Starts everything.
   *
   * @param folder for files in between
   */
  Delivery(Path folder) throws IOException {
    this.folder = folder;
    Config config = Config.fromKubeconfig(Files.readString(kubernetes.kubeconfig()));
    client = new KubernetesClientBuilder().withConfig(config).build();
    installChart();
    operator = startOperator();
    argo = ArgoCd.start(kubernetes);
  }

  private void installChart() throws IOException {
    kubernetes.kubectl("create", "namespace", SYSTEM);
    String rendered =
        OperatorChart.ofThisCheckout()
            .template(
                "iasql",
                SYSTEM,
                "--set",
                "serviceAccount.name=" + OPERATOR,
                "--set",
                "approval.fourEyes=false");
    apply(Files.writeString(folder.resolve("chart.yaml"), Manifests.only(INSTALLED, rendered)));
    kubernetes.awaitServed(
        "awsconnections.iasql.io",
        "environments.iasql.io",
        "replications.iasql.io",
        "sqltransactions.iasql.io");
    awaitApprovalPolicy();
  }

  /** A policy is in force some time after it was made. */
  private void awaitApprovalPolicy() throws IOException {
    Path forged =
        Files.writeString(
            folder.resolve("forged.yaml"),
            """
            apiVersion: iasql.io/v1alpha1
            kind: SqlTransaction
            metadata: {name: forged, namespace: default}
            spec:
              environmentRef: {name: none}
              sql: SELECT 1
              approvePlan: plan-none-0123456789ab
              approvedBy: nobody
            """);
    Awaitility.await("the approval policy to be in force")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(client.load(Files.newInputStream(forged)).items())
                    .allSatisfy(
                        object ->
                            assertThat(
                                    catchMessage(() -> client.resource(object).dryRun().create()))
                                .contains("Who approves says so")));
  }

  private static String catchMessage(Runnable refused) {
    try {
      refused.run();
      return "";
    } catch (KubernetesClientException e) {
      return e.getMessage();
    }
  }

  private OperatorPeer startOperator() throws IOException {
    Path log = Path.of("target", "operator.log").toAbsolutePath();
    Files.createDirectories(log.getParent());
    Files.deleteIfExists(log);
    Path kubeconfig =
        kubernetes.kubeconfigFor(
            "system:serviceaccount:" + SYSTEM + ":" + OPERATOR,
            "system:serviceaccounts",
            "system:serviceaccounts:" + SYSTEM);
    return OperatorPeer.start(
        OperatorPeer.Options.of(kubeconfig).withLog(log).withAwsEndpoint(aws.endpoint()));
  }

  void apply(Path manifests) {
    kubernetes.kubectl(
        "apply", "--server-side", "--force-conflicts", "--filename", manifests.toString());
  }

  /** {@code kubectl patch configmap NAME -n argocd --patch-file FILE}, as the instructions say. */
  void patchConfigMap(String name, String file) {
    kubernetes.kubectl(
        "patch",
        "configmap",
        name,
        "--namespace",
        ArgoCd.NAMESPACE,
        "--patch-file",
        GITOPS.resolve("argocd").resolve(file).toString());
  }

  /** A namespace with keys of an account, which are not in Git. */
  void namespace(String name, String account) {
    AwsPeer.Account keys = aws.account(account);
    kubernetes.kubectl("create", "namespace", name);
    kubernetes.kubectl(
        "create",
        "secret",
        "generic",
        "aws-" + name,
        "--namespace",
        name,
        "--from-literal=AWS_ACCESS_KEY_ID=" + keys.accessKeyId(),
        "--from-literal=AWS_SECRET_ACCESS_KEY=" + keys.secretAccessKey());
  }

  // Git ------------------------------------------------------------------------------------------

  /** Commits the example, whose repository is this one now. */
  void commitExample() throws IOException {
    Path example = GITOPS.resolve("example");
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        git.write(example.relativize(file).toString(), here(Files.readString(file)));
      }
    }
    git.commit("The example");
  }

  /** Applies what is in a file of the example, for which this repository is the one. */
  void applyExample(String file) throws IOException {
    Path here = folder.resolve(file);
    apply(Files.writeString(here, here(Files.readString(GITOPS.resolve("example").resolve(file)))));
  }

  String here(String text) {
    return text.replace(REPOSITORY, git.url().toString());
  }

  // Argo CD --------------------------------------------------------------------------------------

  private Resource<GenericKubernetesResource> applicationResource(String name) {
    return client
        .genericKubernetesResources("argoproj.io/v1alpha1", "Application")
        .inNamespace(ArgoCd.NAMESPACE)
        .withName(name);
  }

  Optional<GenericKubernetesResource> application(String name) {
    return Optional.ofNullable(applicationResource(name).get());
  }

  void patchApplication(String name, String json) {
    applicationResource(name).patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  /**
   * Asks for an operation as {@code argocd app sync} does: not while another is asked for or runs,
   * and not past what the controller writes meanwhile. The controller may miss one that comes just
   * when it ends another, until something else happens to the application: it is compared anew.
   */
  void operate(String name, String operation) {
    Awaitility.await("Application " + name + " to take an operation")
        .atMost(LIMIT)
        .until(
            () -> {
              GenericKubernetesResource app = applicationResource(name).require();
              if (app.get("operation") != null || "Running".equals(operation(app, "phase"))) {
                return false;
              }
              app.setAdditionalProperty("operation", Serialization.unmarshal(operation, Map.class));
              return isWritten(app);
            });
    refresh(name);
  }

  private boolean isWritten(GenericKubernetesResource app) {
    try {
      client.resource(app).update();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      return false;
    }
  }

  /** Argo CD reads Git and the cluster anew; returns when it has. */
  void refresh(String application) {
    patchApplication(
        application,
        "{\"metadata\": {\"annotations\": {\"argocd.argoproj.io/refresh\": \"hard\"}}}");
    await(
        application,
        "to be compared anew",
        app ->
            !Optional.ofNullable(app.getMetadata().getAnnotations())
                .orElse(Map.of())
                .containsKey("argocd.argoproj.io/refresh"));
  }

  GenericKubernetesResource await(
      String application, String what, Predicate<GenericKubernetesResource> wanted) {
    try {
      return Awaitility.await("Application " + application + " " + what)
          .atMost(LIMIT)
          .until(() -> application(application).filter(wanted), Optional::isPresent)
          .orElseThrow();
    } catch (ConditionTimeoutException e) {
      String seen = application(application).map(Serialization::asYaml).orElse("it is not there");
      throw new AssertionError(e.getMessage() + "\n" + seen, e);
    }
  }

  GenericKubernetesResource awaitHealth(String application, String health) {
    return await(
        application,
        "to be " + health,
        app -> health.equals(app.get("status", "health", "status")));
  }

  /** What Argo CD's UI shows beside a resource: its health, a colon, and the message. */
  String resourceHealth(String application, String kind, String name) {
    JsonNode nodes = Serialization.unmarshal(argo.resourceTree(application), JsonNode.class);
    for (JsonNode node : nodes.path("nodes")) {
      if (node.path("kind").asText().equals(kind) && node.path("name").asText().equals(name)) {
        return node.at("/health/status").asText() + ": " + node.at("/health/message").asText();
      }
    }
    return "";
  }

  /** Presses a button of Argo CD's UI, once that shows the resource. */
  void press(
      String application,
      String namespace,
      String name,
      String action,
      Map<String, String> values) {
    Awaitility.await("SqlTransaction " + name + " to be shown")
        .atMost(LIMIT)
        .until(() -> !resourceHealth(application, "SqlTransaction", name).isEmpty());
    argo.runAction(application, namespace, "SqlTransaction/" + name, action, values);
  }

  static String operation(GenericKubernetesResource application, String field) {
    Object value = application.get("status", "operationState", field);
    return value == null ? "" : value.toString();
  }

  // Transactions ---------------------------------------------------------------------------------

  private Resource<SqlTransaction> transactionResource(String namespace, String name) {
    return client.resources(SqlTransaction.class).inNamespace(namespace).withName(name);
  }

  Optional<SqlTransaction> transaction(String namespace, String name) {
    return Optional.ofNullable(transactionResource(namespace, name).get());
  }

  void patchTransaction(String namespace, String name, String json) {
    transactionResource(namespace, name).patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  SqlTransactionStatus await(String namespace, String transaction, Phase phase) {
    return Awaitility.await("SqlTransaction " + transaction + " to be " + phase)
        .atMost(LIMIT)
        .until(
            () ->
                transaction(namespace, transaction)
                    .map(SqlTransaction::getStatus)
                    .filter(status -> status.phase() == phase),
            Optional::isPresent)
        .orElseThrow();
  }

  // AWS ------------------------------------------------------------------------------------------

  /** {@code name visibility timeout} of each queue of an account. */
  List<String> queues(String account) {
    return AwsQueues.of(aws, aws.account(account), REGION).stream()
        .map(queue -> queue.split("\\|"))
        .map(parts -> parts[0] + " " + parts[1])
        .toList();
  }

  @Override
  public void close() {
    argo.close();
    operator.close();
    git.close();
    client.close();
  }
}
