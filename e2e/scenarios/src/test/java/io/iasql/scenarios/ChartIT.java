package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.crds.CustomResources;
import io.iasql.peers.KubernetesPeer;
import io.iasql.peers.OperatorChart;
import io.iasql.peers.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart renders, and what it refuses. */
class ChartIT {
  private static final KubernetesPeer KUBERNETES = KubernetesPeer.shared();
  private static final KubernetesClient CLIENT = Stack.client(KUBERNETES.kubeconfig());
  private static final OperatorChart CHART = OperatorChart.ofThisCheckout();

  private static final Path GOLDEN = Path.of("src/test/resources/chart");

  private static final String EVERYTHING =
      "image.tag=v1.2,watchNamespaces={a,b},approval.fourEyes=true,networkPolicy.enabled=true,"
          + "replicas=3,dashboard.enabled=true,watchSelector=iasql.io/shard=a,serviceAccount.annotations.role=x,"
          + "podLabels.team=infra,podAnnotations.note=x,nodeSelector.disk=ssd,"
          + "priorityClassName=high,imagePullSecrets[0].name=pull,jobs=4,"
          + "env[0].name=HTTPS_PROXY,env[0].value=http://proxy:3128,"
          + "tolerations[0].operator=Exists,networkPolicy.from[0].podSelector.matchLabels.app=prom";

  /** Helm may have to be built first, and no test's time is for that. */
  @BeforeAll
  static void haveHelm() {
    CHART.template("iasql", "chart");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nameOverride=",
        EVERYTHING,
        EVERYTHING + ",serviceMonitor.enabled=true,serviceMonitor.labels.release=prom",
        "rbac.create=false,approval.enabled=false,approval.roles=false",
        "serviceAccount.create=false,serviceAccount.name=mine"
      })
  void shouldPassTheLinter(String values) {
    assertThat(CHART.lint("--set", values)).contains("1 chart(s) linted, 0 chart(s) failed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nameOverride=", EVERYTHING, "nameOverride=other,rbac.create=false"})
  void shouldRenderWhatTheApiServerTakes(String values, @TempDir Path folder) throws IOException {
    for (String namespace : List.of("chart", "a", "b")) {
      CLIENT
          .resource(
              new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
          .serverSideApply();
    }
    // No controller makes it here, and no pod is taken without it.
    CLIENT
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withNamespace("chart")
                .withName("default")
                .endMetadata()
                .build())
        .serverSideApply();
    Path rendered = folder.resolve("rendered.yaml");
    Files.writeString(rendered, CHART.template("iasql", "chart", "--set", values));
    long objects = Release.parse(CLIENT, Files.readString(rendered)).size();

    // Unknown fields are errors of this command.
    String answer =
        KUBERNETES.kubectl(
            "apply", "--dry-run=server", "--validate=strict", "-f", rendered.toString());

    // Another test's release may have made the two roles of the cluster already.
    assertThat(answer.lines().filter(line -> line.endsWith(" (server dry run)")))
        .hasSize(Math.toIntExact(objects));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jobs=0|jobs",
        "jobs=many|jobs",
        "image.repository=|repository",
        "image.repository=x@sha256:1|repository",
        "image.digest=sha256:1|digest",
        "image.pullPolicy=Sometimes|pullPolicy",
        "watchNamespaces={A}|watchNamespaces",
        "watchNamespaces={a,a}|watchNamespaces",
        "serviceAccount.create=false|serviceAccount",
        "commit.sqlTimeout=soon|sqlTimeout",
        "database.managed.storage=big|storage",
        "database.managed.runAsUser=0|runAsUser",
        "approval.fourEyes=perhaps|fourEyes",
        "approval.fourEyes=true,approval.enabled=false|enabled",
        "replicas=-1|replicas",
        "replicas=2,leaderElection.enabled=false|enabled",
        "leaderElection.duration=15|duration",
        "watchSelector=a;b|watchSelector",
        "networkPolicy.egress=all|egress",
        "approval.operators={iasql-a}|operators",
        "approval.foureyes=true|foureyes"
      })
  void shouldRefuseValuesThatMeanNothing(String values, String about) {
    assertThatThrownBy(() -> CHART.template("iasql", "chart", "--set", values))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(about);
  }

  @Test
  void shouldRunTheOperatorWithNothingThatItDoesNotNeed() {
    PodSpec pod = deployment("nameOverride=").getSpec().getTemplate().getSpec();
    Container operator = pod.getContainers().get(0);

    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(operator.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(operator.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(operator.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(pod.getContainers()).hasSize(1);
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getVolumes()).allMatch(volume -> volume.getEmptyDir() != null);
  }

  @Test
  void shouldHandTheValuesOn() {
    Container operator =
        deployment(
                "watchNamespaces={a,b},watchSelector=shard=a,leaderElection.duration=20s,jobs=3,commit.parallelism=5,commit.sqlTimeout=90s,"
                    + "database.managed.image=pg:1,database.managed.runAsUser=1000650000,"
                    + "image.repository=r/o,image.tag=v7,env[0].name=X,env[0].value=y")
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .get(0);
    Map<String, String> environment =
        operator.getEnv().stream()
            .filter(variable -> variable.getValue() != null)
            .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));

    assertThat(operator.getImage()).isEqualTo("r/o:v7");
    assertThat(environment)
        .containsEntry("IASQL_WATCH_NAMESPACES", "a,b")
        .containsEntry("IASQL_WATCH_SELECTOR", "shard=a")
        .containsEntry("IASQL_LEADER_ELECTION_ENABLED", "true")
        .containsEntry("IASQL_LEADER_ELECTION_LEASE", "iasql-iasql-operator")
        .containsEntry("IASQL_LEADER_ELECTION_NAMESPACE", "chart")
        .containsEntry("IASQL_LEADER_ELECTION_DURATION", "20s")
        .containsEntry("IASQL_JOBS", "3")
        .containsEntry("IASQL_COMMIT_PARALLELISM", "5")
        .containsEntry("IASQL_COMMIT_SQL_TIMEOUT", "90s")
        .containsEntry("IASQL_DATABASE_MANAGED_IMAGE", "pg:1")
        .containsEntry("IASQL_DATABASE_MANAGED_RUN_AS_USER", "1000650000")
        .containsEntry("X", "y");
    assertThat(deployment("nameOverride=").toString()).doesNotContain("IASQL_WATCH_NAMESPACES");
  }

  @Test
  void shouldHaveNoRightsOutsideTheNamedNamespaces() {
    List<HasMetadata> objects = render("watchNamespaces={a,b},approval.roles=false");

    List<PolicyRule> everywhere =
        objects.stream()
            .filter(ClusterRole.class::isInstance)
            .map(ClusterRole.class::cast)
            .flatMap(role -> role.getRules().stream())
            .toList();
    assertThat(everywhere).hasSize(1);
    assertThat(everywhere.get(0).getResources()).containsExactly("customresourcedefinitions");
    assertThat(everywhere.get(0).getResourceNames()).hasSameSizeAs(CustomResources.TYPES);
    // In its own namespace the Lease, and nothing else.
    assertThat(namespaces(objects, "Role")).containsExactly("a", "b", "chart");
    assertThat(namespaces(objects, "RoleBinding")).containsExactly("a", "b", "chart");
    assertThat(objects)
        .filteredOn(Role.class::isInstance)
        .extracting(Role.class::cast)
        .filteredOn(role -> role.getMetadata().getNamespace().equals("chart"))
        .flatExtracting(Role::getRules)
        .flatExtracting(PolicyRule::getResources)
        .containsOnly("leases");
  }

  @Test
  void shouldNeverLetTheOperatorApprove() {
    assertThat(render("nameOverride="))
        .filteredOn(ClusterRole.class::isInstance)
        .extracting(ClusterRole.class::cast)
        .filteredOn(role -> !role.getMetadata().getName().equals("iasql-approver"))
        .flatExtracting(ClusterRole::getRules)
        .flatExtracting(PolicyRule::getVerbs)
        .isNotEmpty()
        .doesNotContain("approve", "*", "impersonate", "escalate", "bind");
  }

  /** Sets of values, each with what the chart made of them; {@code -Diasql.chart.update} writes. */
  static List<Path> goldenValues() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      return files.filter(file -> file.toString().endsWith(".values.yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldenValues")
  void shouldRenderAsItDid(Path values) throws IOException {
    Path golden = Path.of(values.toString().replace(".values.yaml", ".yaml"));
    String rendered = CHART.template("iasql", "iasql-system", "--values", values.toString());
    if (!System.getProperty("iasql.chart.update", "").isEmpty()) {
      Files.writeString(golden, rendered);
    }

    assertThat(rendered)
        .as("%s is stale; run the test with -Diasql.chart.update and read the difference", golden)
        .isEqualTo(Files.readString(golden));
  }

  @Test
  void shouldKeepTheOrderOfTheTimesOfAnElection() {
    assertThatThrownBy(
            () -> CHART.template("iasql", "chart", "--set", "leaderElection.renewDeadline=15s"))
        .hasMessageContaining("duration (15s) is longer than renewDeadline (15s)");
    assertThatThrownBy(
            () -> CHART.template("iasql", "chart", "--set", "leaderElection.retryPeriod=10s"))
        .hasMessageContaining("longer than retryPeriod (10s)");
  }

  @Test
  void shouldBudgetForDrainsWhereThereIsMoreThanOnePod() {
    assertThat(render("replicas=3"))
        .filteredOn(PodDisruptionBudget.class::isInstance)
        .extracting(PodDisruptionBudget.class::cast)
        .singleElement()
        .satisfies(
            budget ->
                assertThat(budget.getSpec().getMaxUnavailable()).isEqualTo(new IntOrString(1)));
    assertThat(render("replicas=1")).noneMatch(PodDisruptionBudget.class::isInstance);
    assertThat(render("replicas=3,podDisruptionBudget.enabled=false"))
        .noneMatch(PodDisruptionBudget.class::isInstance);
  }

  @Test
  void shouldLeaveTheDefinitionsAndWhatTheyDefineAtAnUninstallation() {
    assertThat(render("nameOverride="))
        .filteredOn(CustomResourceDefinition.class::isInstance)
        .hasSameSizeAs(CustomResources.TYPES)
        .allSatisfy(
            definition ->
                assertThat(definition.getMetadata().getAnnotations())
                    .containsEntry("helm.sh/resource-policy", "keep"));
    assertThat(render("crds.install=false")).noneMatch(CustomResourceDefinition.class::isInstance);
  }

  private static List<String> namespaces(List<HasMetadata> objects, String kind) {
    return objects.stream()
        .filter(object -> object.getKind().equals(kind))
        .map(object -> object.getMetadata().getNamespace())
        .sorted()
        .toList();
  }

  private static Deployment deployment(String values) {
    return render(values).stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static List<HasMetadata> render(String values) {
    return Release.parse(CLIENT, CHART.template("iasql", "chart", "--set", values));
  }
}
