package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.KubernetesPeer;
import io.iasql.peers.OperatorChart;
import io.iasql.peers.OperatorPeer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The life of a release, by the real Helm on an API server of its own: the previous chart is
 * installed, upgraded while a transaction waits, and uninstalled. The operator is a process with
 * the rights of the release of the time.
 */
@ResourceLock(Stack.ANOTHER_OPERATOR)
@Timeout(600)
class ReleaseIT {
  private static final OperatorChart CHART = OperatorChart.ofThisCheckout();
  private static final String PREVIOUS = "src/test/resources/chart/iasql-operator-0.1.0.tgz";
  private static final String RELEASE = "iasql-operator";

  private static KubernetesPeer kubernetes;
  private static Stack stack;
  private static OperatorPeer operator;

  @BeforeAll
  static void startCluster() {
    kubernetes = KubernetesPeer.start(KubernetesPeer.Options.defaults());
    stack = Stack.apart(kubernetes);
  }

  @AfterAll
  static void stopCluster() {
    if (operator != null) {
      operator.close();
    }
    stack.client.close();
    kubernetes.close();
  }

  private static String helm(String... arguments) {
    return CHART.helm(kubernetes.kubeconfig(), arguments);
  }

  /** As the pod of the release would be started. */
  private static OperatorPeer.Options options(Map<String, String> settings) {
    OperatorPeer.Options options =
        OperatorPeer.Options.of(Release.operatorKubeconfig(kubernetes))
            .withLog(Path.of("target", "release.log").toAbsolutePath());
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      options = options.withSetting(setting.getKey(), setting.getValue());
    }
    return options;
  }

  private static CustomResourceDefinition definition() {
    return stack
        .client
        .resources(CustomResourceDefinition.class)
        .withName("environments.iasql.io")
        .get();
  }

  private static boolean knowsCloudNativePg() {
    return definition().toString().contains("cloudNativePg");
  }

  @Test
  void shouldUpgradeWhileTransactionsWaitAndLeaveEverythingWhenItGoes() {
    helm("install", RELEASE, PREVIOUS, "-n", Release.NAMESPACE, "--create-namespace");
    assertThat(knowsCloudNativePg()).isFalse();
    operator = OperatorPeer.start(options(Map.of()));
    Space space = Space.of(stack, "release");
    space.connect();
    space.environment("env", Approval.MANUAL, "aws_sqs");
    space.awaitReady("env");
    space.transaction("waits", "INSERT INTO queue (name) VALUES ('upgraded')");
    String plan = space.await("waits", Phase.AWAITING_APPROVAL).plan().id();

    operator.stop();
    // The previous release's definitions were not Helm's own.
    String notes =
        helm(
            "upgrade",
            RELEASE,
            CHART.folder().toString(),
            "-n",
            Release.NAMESPACE,
            "--take-ownership",
            "--set",
            "replicas=2");
    operator.startWith(
        options(
            Map.of(
                "IASQL_LEADER_ELECTION_ENABLED",
                "true",
                "IASQL_LEADER_ELECTION_LEASE",
                RELEASE,
                "IASQL_LEADER_ELECTION_NAMESPACE",
                Release.NAMESPACE,
                "IASQL_LEADER_ELECTION_IDENTITY",
                "pod-1")));

    assertThat(notes).contains("Transactions that wait keep waiting");
    assertThat(knowsCloudNativePg()).isTrue();
    assertThat(
            stack
                .client
                .resources(Deployment.class)
                .inNamespace(Release.NAMESPACE)
                .withName(RELEASE)
                .get()
                .getSpec()
                .getReplicas())
        .isEqualTo(2);
    assertThat(space.status("waits").plan().id()).isEqualTo(plan);
    space.patch(
        SqlTransaction.class,
        "waits",
        "{\"spec\":{\"approvePlan\":\"" + plan + "\",\"approvedBy\":\"admin\"}}");
    space.await("waits", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("upgraded");

    operator.stop();
    String farewell = helm("uninstall", RELEASE, "-n", Release.NAMESPACE);

    assertThat(farewell).contains("kept due to the resource policy", "environments.iasql.io");
    assertThat(
            stack
                .client
                .resources(Deployment.class)
                .inNamespace(Release.NAMESPACE)
                .list()
                .getItems())
        .isEmpty();
    assertThat(definition()).isNotNull();
    assertThat(space.find(AwsConnection.class, Space.CONNECTION)).isPresent();
    assertThat(space.find(Environment.class, "env")).isPresent();
    assertThat(space.status("waits").phase()).isEqualTo(Phase.COMMITTED);
    assertThat(space.find(Secret.class, "env-psql")).isPresent();
    assertThat(space.queueNames()).containsExactly("upgraded");
    assertThat(space.queueRows()).isEqualTo(space.queues());

    // Whoever installs it again finds all as it was; the definitions that stayed are no obstacle.
    helm("install", RELEASE, CHART.folder().toString(), "-n", Release.NAMESPACE);

    assertThat(space.find(Environment.class, "env")).isPresent();
    assertThat(space.status("waits").phase()).isEqualTo(Phase.COMMITTED);
  }
}
