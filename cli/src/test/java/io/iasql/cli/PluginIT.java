package io.iasql.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.iasql.cli.Plugin.Running;
import io.iasql.cli.Plugin.Said;
import io.iasql.crds.Condition;
import io.iasql.crds.CustomResources;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.EnvironmentSpec.DriftPolicy;
import io.iasql.crds.EnvironmentStatus;
import io.iasql.crds.LocalReference;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.crds.SqlTransactionStatus.Summary;
import io.iasql.peers.KubernetesPeer;
import io.iasql.peers.PostgresPeer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The assembled plugin, run by kubectl as user bob on a real API server. What an operator would
 * write into a status is written by the test.
 */
class PluginIT {
  private static final String USER = "bob@example.com";
  private static final String NEW_PLAN = "plan-staging-000000000000";

  private static KubernetesPeer peer;
  private static KubernetesClient admin;
  private static Plugin plugin;
  private static int namespaces;

  private String namespace;

  @BeforeAll
  static void open() throws IOException {
    peer = KubernetesPeer.shared();
    admin =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(peer.kubeconfig())))
            .build();
    for (String definition : CustomResources.definitions()) {
      admin.resource(definition).forceConflicts().serverSideApply();
    }
    peer.awaitServed(
        CustomResources.TYPES.stream()
            .map(HasMetadata::getFullResourceName)
            .toArray(String[]::new));
    admin
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName("plugin-bob")
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "cluster-admin")
                .addNewSubject("rbac.authorization.k8s.io", "User", USER, null)
                .build())
        .serverSideApply();
    plugin = Plugin.of(peer.kubectl(), peer.kubeconfigFor(USER));
  }

  @AfterAll
  static void close() {
    admin.close();
  }

  @BeforeEach
  void makeNamespace() {
    namespace =
        "plugin-" + namespaces++ + "-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
  }

  private SqlTransaction transaction(String name, Phase phase, Plan plan) {
    SqlTransaction made = admin.resource(Samples.transaction(namespace, name)).create();
    return status(made, phase, plan);
  }

  private static SqlTransaction status(SqlTransaction transaction, Phase phase, Plan plan) {
    transaction.setStatus(
        Samples.status(
            transaction.getMetadata().getGeneration(),
            phase,
            plan,
            phase == Phase.COMMITTED ? "carol" : null));
    return admin.resource(transaction).updateStatus();
  }

  private SqlTransaction waiting(String name) {
    return transaction(name, Phase.AWAITING_APPROVAL, Samples.plan(Samples.PLAN));
  }

  private SqlTransaction now(String name) {
    return admin.resources(SqlTransaction.class).inNamespace(namespace).withName(name).get();
  }

  private Environment environment(boolean drifted, EnvironmentStatus.Database database) {
    Environment environment = new Environment();
    environment.setMetadata(
        new ObjectMetaBuilder().withNamespace(namespace).withName("staging").build());
    environment.setSpec(
        new EnvironmentSpec(
            new LocalReference("aws"),
            Set.of("aws_sqs"),
            null,
            Approval.MANUAL,
            new EnvironmentSpec.Sync("5m"),
            DriftPolicy.REPORT,
            List.of(),
            null,
            List.of(),
            null,
            null));
    Environment made = admin.resource(environment).create();
    made.setStatus(
        new EnvironmentStatus(
            1L,
            "111122223333",
            database,
            List.of("aws_sqs"),
            1,
            3L,
            0,
            null,
            List.of(
                condition("Ready", true, "The rows mirror the account."),
                condition(
                    "Drifted",
                    drifted,
                    drifted ? "AWS differs from the rows: queue jobs." : "No difference."))));
    return admin.resource(made).updateStatus();
  }

  private static Condition condition(String type, boolean holds, String message) {
    return new Condition(
        type,
        holds ? Condition.Status.TRUE : Condition.Status.FALSE,
        1L,
        Samples.THEN,
        "Reason",
        message);
  }

  private static String golden(String file) throws IOException {
    try (InputStream in = PluginIT.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  // plan -----------------------------------------------------------------------------------------

  @Test
  void shouldShowThePlanInColourOnlyWhereAsked() throws IOException, InterruptedException {
    waiting("add-assets-bucket");

    Said coloured = plugin.run("plan", "add-assets-bucket", "-n", namespace, "--color", "always");
    Said plain = plugin.run("plan", "add-assets-bucket", "--namespace", namespace);

    assertThat(coloured).isEqualTo(new Said(0, golden("plan-coloured.txt"), ""));
    assertThat(plain).isEqualTo(new Said(0, golden("plan.txt"), ""));
  }

  @Test
  void shouldShowAllChangesOfALongPlan() throws IOException, InterruptedException {
    int count = 120;
    Plan listed = Samples.plan(Samples.PLAN);
    transaction(
        "long",
        Phase.AWAITING_APPROVAL,
        new Plan(
            Samples.PLAN,
            new Summary(count, 0, 0, 0),
            "+120 ~0 ±0 -0",
            listed.changes(),
            true,
            "long-plan"));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(
          "{\"action\":\"create\",\"table\":\"queue\",\"description\":\"q%d\",\"columns\":[]}\n"
              .formatted(i));
    }
    planMap("long-plan", Samples.PLAN, lines.toString());

    JsonNode shown =
        new ObjectMapper()
            .readTree(plugin.run("plan", "long", "-n", namespace, "-o", "json").out());

    assertThat(shown.get("plan").asText()).isEqualTo(Samples.PLAN);
    assertThat(shown.get("changes")).hasSize(count);
    assertThat(shown.get("changes").get(119).get("description").asText()).isEqualTo("q119");
    assertThat(shown.get("missing").asInt()).isZero();

    planMap("long-plan", NEW_PLAN, lines.toString());
    Said stale = plugin.run("approve", "long", "-n", namespace, "--yes");
    assertThat(stale.code()).isEqualTo(1);
    assertThat(stale.err()).contains("ConfigMap long-plan does not hold " + Samples.PLAN);
    assertThat(now("long").getSpec().approvePlan()).isNull();
  }

  private void planMap(String name, String plan, String lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(lines.getBytes(StandardCharsets.UTF_8));
    }
    admin
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToAnnotations("iasql.io/plan", plan)
                .endMetadata()
                .addToBinaryData(
                    "plan.jsonl.gz", Base64.getEncoder().encodeToString(bytes.toByteArray()))
                .build())
        .serverSideApply();
  }

  @Test
  void shouldSayWhatIsNotThere() throws IOException, InterruptedException {
    Said said = plugin.run("plan", "nothing", "-n", namespace);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.out()).isEmpty();
    assertThat(said.err())
        .isEqualTo(
            "error: There is no SqlTransaction nothing in namespace %s: `kubectl get sqltransactions -n %s` lists them.\n"
                .formatted(namespace, namespace));
  }

  @Test
  void shouldSayWhyThereIsNoPlan() throws IOException, InterruptedException {
    admin.resource(Samples.transaction(namespace, "new")).create();

    Said said = plugin.run("plan", "new", "-n", namespace);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .isEqualTo(
            "error: SqlTransaction new has no plan (Planning): The operator has not looked at it yet.\n");
  }

  // approve --------------------------------------------------------------------------------------

  @Test
  void shouldApproveThePlanItHasShownInTheNameOfTheUser() throws IOException, InterruptedException {
    waiting("yes");

    Said said = plugin.answer("y\n", "approve", "yes", "-n", namespace);

    assertThat(said.err()).isEmpty();
    assertThat(said.code()).isZero();
    assertThat(said.out())
        .contains("~ queue jobs eu-west-1")
        .contains("Approve %s as %s? [y/N] ".formatted(Samples.PLAN, USER))
        .contains("kubectl wait sqltransaction/yes -n " + namespace + " --for=condition=Ready");
    assertThat(now("yes").getSpec().approvePlan()).isEqualTo(Samples.PLAN);
    assertThat(now("yes").getSpec().approvedBy()).isEqualTo(USER);
  }

  @Test
  void shouldApproveAsWhoeverIsImpersonated() throws IOException, InterruptedException {
    waiting("as");

    Said said =
        plugin.run(
            "approve",
            "as",
            "-n",
            namespace,
            "--yes",
            "--as",
            "dave",
            "--as-group",
            "system:masters");

    assertThat(said.err()).isEmpty();
    assertThat(now("as").getSpec().approvedBy()).isEqualTo("dave");
  }

  @Test
  void shouldNotTakeSilenceForAYes() throws IOException, InterruptedException {
    waiting("no");

    for (String answer : List.of("", "\n", "n\n", "maybe\n")) {
      Said said = plugin.answer(answer, "approve", "no", "-n", namespace);

      assertThat(said.code()).as("after %s", answer).isEqualTo(1);
      assertThat(said.err()).isEqualTo("error: Not approved: nothing was done.\n");
    }
    assertThat(now("no").getSpec().approvePlan()).isNull();
  }

  @Test
  void shouldNotApproveAPlanThatTookThePlaceOfTheOneItHasShown()
      throws IOException, InterruptedException {
    SqlTransaction shown = waiting("moving");
    Running running = plugin.start("approve", "moving", "-n", namespace);
    Awaitility.await("the question")
        .atMost(Duration.ofSeconds(60))
        .until(() -> running.out().toString().contains("[y/N]"));
    status(shown, Phase.AWAITING_APPROVAL, Samples.plan(NEW_PLAN));

    running.type("y\n");

    Said said = running.end();
    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .contains(
            "The plan has changed meanwhile: it was %s, and is %s."
                .formatted(Samples.PLAN, NEW_PLAN))
        .contains("kubectl iasql plan moving -n " + namespace);
    assertThat(now("moving").getSpec().approvePlan()).isNull();
    assertThat(now("moving").getSpec().approvedBy()).isNull();
  }

  @Test
  void shouldNotApproveAnotherPlanThanTheOneThatIsNamed() throws IOException, InterruptedException {
    waiting("named");

    Said said = plugin.run("approve", "named", "-n", namespace, "--yes", "--plan", NEW_PLAN);

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .isEqualTo(
            "error: The plan of SqlTransaction named is %s, not %s: nothing was done.\n"
                .formatted(Samples.PLAN, NEW_PLAN));
    assertThat(plugin.run("approve", "named", "-n", namespace, "-y", "--plan", Samples.PLAN).code())
        .isZero();
    assertThat(now("named").getSpec().approvePlan()).isEqualTo(Samples.PLAN);
  }

  @Test
  void shouldNotApproveWhatDoesNotWait() throws IOException, InterruptedException {
    transaction("done", Phase.COMMITTED, Samples.plan(Samples.PLAN));
    waiting("edited");
    admin
        .resources(SqlTransaction.class)
        .inNamespace(namespace)
        .withName("edited")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"sql\":\"SELECT 1\"}}");

    assertThat(plugin.run("approve", "done", "-n", namespace, "--yes"))
        .isEqualTo(
            new Said(
                1,
                "",
                "error: SqlTransaction done does not wait for an approval, it is Committed: AWS and the rows are as planned.\n"));
    Said again = plugin.run("approve", "edited", "-n", namespace, "--yes");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).contains("was just changed, and is being planned again");
    assertThat(now("edited").getSpec().approvePlan()).isNull();
  }

  @Test
  void shouldShowWhyTheApiServerRefuses() throws IOException, InterruptedException {
    waiting("mine");
    Plugin stranger = Plugin.of(peer.kubectl(), peer.kubeconfigFor("mallory"));

    Said said = stranger.run("approve", "mine", "-n", namespace, "--yes");

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err())
        .contains("User \"mallory\" cannot get resource \"sqltransactions\"")
        .doesNotContain("Exception");
  }

  // reject ---------------------------------------------------------------------------------------

  @Test
  void shouldRejectWhatHasNotBegun() throws IOException, InterruptedException {
    waiting("bad");
    transaction("done", Phase.COMMITTED, Samples.plan(Samples.PLAN));

    assertThat(plugin.answer("n\n", "reject", "bad", "-n", namespace).code()).isEqualTo(1);
    assertThat(now("bad").getSpec().reject()).isNull();
    assertThat(plugin.answer("yes\n", "reject", "bad", "-n", namespace).code()).isZero();
    assertThat(now("bad").getSpec().reject()).isTrue();

    Said late = plugin.run("reject", "done", "-n", namespace, "--yes");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("SqlTransaction done cannot be rejected, it is Committed");
    assertThat(now("done").getSpec().reject()).isNull();
  }

  // diff and history -----------------------------------------------------------------------------

  @Test
  void shouldSayByItsCodeWhetherThereIsADifference() throws IOException, InterruptedException {
    Environment environment = environment(false, null);
    transaction("done", Phase.COMMITTED, Samples.plan(Samples.PLAN));

    assertThat(plugin.run("diff", "staging", "-n", namespace))
        .isEqualTo(
            new Said(
                0,
                "Environment staging, account 111122223333\nDrift: No difference.\nPending: nothing.\n",
                ""));

    waiting("bucket");
    Said pending = plugin.run("diff", "staging", "-n", namespace);
    assertThat(pending.code()).isEqualTo(1);
    assertThat(pending.out())
        .contains("Pending: 1\n\nbucket in environment staging: AwaitingApproval")
        .contains("    + visibility_timeout  120");

    admin.resource(environment).delete();
    environment(true, null);
    JsonNode drifted =
        new ObjectMapper()
            .readTree(plugin.run("diff", "staging", "-n", namespace, "-o", "json").out());
    assertThat(drifted.get("drifted").asBoolean()).isTrue();
    assertThat(drifted.get("drift").asText()).contains("queue jobs");
    assertThat(drifted.get("pending")).hasSize(1);
    assertThat(plugin.run("diff", "nowhere", "-n", namespace).code()).isEqualTo(2);
  }

  @Test
  void shouldTellWhatWasCommitted() throws IOException, InterruptedException {
    environment(false, null);
    transaction("done", Phase.COMMITTED, Samples.plan(Samples.PLAN));
    waiting("waiting");

    assertThat(plugin.run("history", "staging", "-n", namespace))
        .isEqualTo(
            new Said(
                0,
                """
                WHEN                   NAME   PHASE       PLAN                        CHANGES       REQUESTED BY   APPROVED BY   DESCRIPTION
                2026-03-04T05:06:07Z   done   Committed   plan-staging-4f2a9c01d7e3   +1 ~1 ±1 -1                  carol         Bucket for the static site
                """,
                ""));
  }

  // psql -----------------------------------------------------------------------------------------

  @Test
  void shouldOpenPsqlWithoutThePasswordOnAnyCommandLine() throws IOException, InterruptedException {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator)))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "psql"))),
        "not run: no psql in the PATH; install PostgreSQL's client programs");
    PostgresPeer postgres = PostgresPeer.shared();
    String password = "pass word'§";
    String database = postgres.newDatabase();
    postgres.administer("CREATE ROLE plugin LOGIN PASSWORD '" + password.replace("'", "''") + "'");
    environment(
        false,
        new EnvironmentStatus.Database(
            "external", postgres.host(), postgres.port(), database, "staging-psql"));
    admin
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("staging-psql")
                .endMetadata()
                .addToStringData("host", postgres.host())
                .addToStringData("port", Integer.toString(postgres.port()))
                .addToStringData("database", database)
                .addToStringData("username", "plugin")
                .addToStringData("password", password)
                .addToStringData("sslmode", "disable")
                .build())
        .create();

    Said said =
        plugin.run(
            "psql",
            "staging",
            "-n",
            namespace,
            "--",
            "-XAt",
            "-c",
            "SELECT current_user || ' in ' || current_database()",
            "-c",
            "\\! tr '\\0' ' ' < /proc/$PPID/cmdline",
            "-c",
            "\\echo :HOST");

    assertThat(said.err()).isEmpty();
    assertThat(said.code()).isZero();
    assertThat(said.out())
        .contains("plugin in " + database)
        .contains("psql -XAt")
        .doesNotContain(password);
    assertThat(plugin.run("psql", "staging", "-n", namespace, "--", "-c", "nonsense").code())
        .isEqualTo(1);
    Said missing = plugin.run("psql", "staging", "-n", namespace, "--login", "eve");
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("There is no Secret staging-eve");
  }

  // Around all of them ---------------------------------------------------------------------------

  @Test
  void shouldSayThatTheClusterIsOutOfReach(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path nowhere = folder.resolve("kubeconfig");
    Files.writeString(
        nowhere,
        Files.readString(peer.kubeconfig()).replace(peer.url().toString(), "https://127.0.0.1:1"));

    Said said = plugin.run("plan", "x", "--kubeconfig", nowhere.toString());

    assertThat(said.code()).isEqualTo(1);
    assertThat(said.err()).startsWith("error: The cluster cannot be reached: ");
    assertThat(plugin.run("plan", "x", "--context", "other").err())
        .isEqualTo("error: There is no context other: `kubectl config get-contexts` lists them.\n");
    assertThat(plugin.run("plan", "x", "--kubeconfig", "/nonexistent").err())
        .isEqualTo("error: There is no kubeconfig /nonexistent to be read.\n");
    assertThat(plugin.run("plan").code()).isEqualTo(2);
    assertThat(plugin.run("plans").code()).isEqualTo(2);
  }

  @Test
  void shouldCompleteInAShellAndBehindKubectl(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path script = folder.resolve("completion");
    Files.writeString(script, plugin.run("completion", "bash").out());
    Process shell =
        new ProcessBuilder(
                "bash",
                "-c",
                "source \"$0\"; COMP_WORDS=(kubectl-iasql app); COMP_CWORD=1;"
                    + " _complete_kubectl-iasql; echo \"${COMPREPLY[@]}\"",
                script.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("approve\n");

    Files.createSymbolicLink(
        folder.resolve("kubectl_complete-iasql"), plugin.folder().resolve("kubectl-iasql"));
    Running kubectl =
        plugin.kubectl(
            Map.of(
                "PATH",
                folder
                    + File.pathSeparator
                    + plugin.folder()
                    + File.pathSeparator
                    + System.getenv("PATH")),
            List.of("__complete", "iasql", "re"));
    kubectl.type("");
    assertThat(kubectl.end().out()).isEqualTo("reject\n:4\n");
  }
}
