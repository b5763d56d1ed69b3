package io.iasql.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.ArgoCd;
import io.iasql.peers.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Argo CD's own controllers bring {@code gitops/example} from Git to two AWS accounts, as far as
 * people approve.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ArgoCdIT {
  private static final String STAGING = "111122223333";
  private static final String PROD = "444455556666";

  @TempDir static Path folder;

  private static Delivery delivery;

  @BeforeAll
  static void start() throws IOException {
    assumeTrue(ArgoCd.missing().isEmpty(), () -> "not run: " + ArgoCd.missing().orElseThrow());
    delivery = new Delivery(folder);
    delivery.patchConfigMap("argocd-cm", "argocd-cm.yaml");
    delivery.patchConfigMap("argocd-cm", "argocd-cm-approve.yaml");
    delivery.patchConfigMap("argocd-rbac-cm", "argocd-rbac-cm.yaml");
    delivery.namespace("staging", STAGING);
    delivery.namespace("prod", PROD);
    delivery.commitExample();
    delivery.applyExample("root.yaml");
  }

  @AfterAll
  static void stop() {
    if (delivery != null) {
      delivery.close();
    }
  }

  /** What the Kustomizations of {@code gitops/flux} would make of a transaction of staging. */
  private static List<String> flux(String transaction) throws IOException {
    return FluxHealth.of(
        delivery
            .client
            .genericKubernetesResources("iasql.io/v1alpha1", "SqlTransaction")
            .inNamespace("staging")
            .withName(transaction)
            .get());
  }

  private static void approve(String namespace, String transaction, String plan) {
    delivery.press("iasql-" + namespace, namespace, transaction, "approve", Map.of("plan", plan));
  }

  @Test
  @Order(1)
  void shouldWaitForAnApprovalBeforeItGoesOn() throws IOException {
    delivery.await("staging", "jobs", Phase.AWAITING_APPROVAL);
    GenericKubernetesResource staging =
        delivery.await(
            "iasql-staging",
            "to wait for the transaction of the first wave",
            app ->
                Delivery.operation(app, "message")
                    .contains("waiting for healthy state of iasql.io/SqlTransaction/jobs"));
    assertThat(Delivery.operation(staging, "phase")).isEqualTo("Running");
    assertThat(delivery.resourceHealth("iasql-staging", "Environment", "staging"))
        .startsWith("Healthy: ");
    assertThat(delivery.resourceHealth("iasql-staging", "SqlTransaction", "jobs"))
        .startsWith("Suspended: +1 ~0 ±0 -0: ")
        .contains("plan-staging-");
    assertThat(delivery.transaction("staging", "patience")).isEmpty();
    delivery.awaitHealth("iasql-staging", "Missing");
    assertThat(flux("jobs")).containsExactly("InProgress", "InProgress");

    GenericKubernetesResource root =
        delivery.await(
            "iasql",
            "to wait for staging",
            app ->
                Delivery.operation(app, "message")
                    .contains(
                        "waiting for healthy state of argoproj.io/Application/iasql-staging"));
    assertThat(Delivery.operation(root, "phase")).isEqualTo("Running");
    assertThat(delivery.application("iasql-prod")).isEmpty();
    assertThat(delivery.queues(STAGING)).isEmpty();
  }

  @Test
  @Order(2)
  void shouldLetThePressOfAButtonApproveTheNamedPlanOnlyWhereItsAccountMay() throws IOException {
    String plan = delivery.await("staging", "jobs", Phase.AWAITING_APPROVAL).plan().id();

    assertThatThrownBy(() -> approve("staging", "jobs", ""))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("Give the id of the plan that you have reviewed")
        .hasMessageContaining(plan);
    assertThatThrownBy(() -> approve("staging", "jobs", "plan-staging-000000000000"))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("The plan is " + plan + ", not plan-staging-000000000000");
    assertThatThrownBy(() -> approve("staging", "jobs", plan))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining(ArgoCd.SERVER_ACCOUNT + " may not approve: that takes the verb");
    assertThat(delivery.await("staging", "jobs", Phase.AWAITING_APPROVAL).plan().id())
        .isEqualTo(plan);

    delivery.apply(Delivery.GITOPS.resolve("argocd/approver.yaml"));
    approve("staging", "jobs", plan);

    assertThat(delivery.await("staging", "jobs", Phase.COMMITTED).approvedBy())
        .isEqualTo(ArgoCd.SERVER_ACCOUNT);
    assertThat(delivery.queues(STAGING)).containsExactly("jobs 30");
    assertThat(flux("jobs")).containsExactly("Current", "Current");
  }

  @Test
  @Order(3)
  void shouldGoOnWithTheNextWaveAndThenWithProduction() {
    String patience = delivery.await("staging", "patience", Phase.AWAITING_APPROVAL).plan().id();
    delivery.awaitHealth("iasql-staging", "Suspended");
    assertThat(delivery.application("iasql-prod")).isEmpty();
    approve("staging", "patience", patience);

    delivery.awaitHealth("iasql-staging", "Healthy");
    assertThat(delivery.queues(STAGING)).containsExactly("jobs 120");

    // Approved as people do it by kubectl; the binding above is for staging alone.
    String plan = delivery.await("prod", "jobs", Phase.AWAITING_APPROVAL).plan().id();
    assertThatThrownBy(() -> approve("prod", "jobs", plan))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining(ArgoCd.SERVER_ACCOUNT + " may not approve");
    delivery.patchTransaction("prod", "jobs", approval(plan));

    delivery.awaitHealth("iasql-prod", "Healthy");
    delivery.awaitHealth("iasql", "Healthy");
    assertThat(delivery.queues(PROD)).containsExactly("jobs 120");
  }

  private static String approval(String plan) {
    return "{\"spec\": {\"approvePlan\": \"" + plan + "\", \"approvedBy\": \"admin\"}}";
  }

  private static SqlTransactionSpec spec(String transaction) {
    return delivery.transaction("staging", transaction).map(SqlTransaction::getSpec).orElseThrow();
  }

  @Test
  @Order(4)
  void shouldLeaveAnApprovalAloneWhileItHealsAndSyncsAndReplaces() throws IOException {
    writeTransaction("results", 3);
    String commit = delivery.git.commit("A queue for the results");
    delivery.refresh("iasql-staging");
    SqlTransactionStatus waiting = delivery.await("staging", "results", Phase.AWAITING_APPROVAL);
    awaitSynced(commit);
    // Approves nothing, hence it stays what it is for as long as nobody takes it away.
    String old = "plan-staging-000000000000";
    delivery.patchTransaction("staging", "results", approval(old));

    delivery.patchTransaction(
        "staging", "results", "{\"spec\": {\"description\": \"Edited in the cluster\"}}");
    delivery.await(
        "iasql-staging",
        "to take the edit back",
        app -> "A queue for the jobs".equals(spec("results").description()));
    assertThat(spec("results").approvePlan()).isEqualTo(old);

    delivery.refresh("iasql-staging");
    awaitSynced(commit);
    assertThat(spec("results").approvePlan()).isEqualTo(old);
    sync(commit, "by-hand", "[\"RespectIgnoreDifferences=true\"]");
    assertThat(spec("results").approvePlan()).isEqualTo(old);
    sync(commit, "replacing", "[\"RespectIgnoreDifferences=true\", \"Replace=true\"]");
    assertThat(spec("results").approvePlan()).isEqualTo(old);
    assertThat(spec("results").approvedBy()).isEqualTo("admin");
    // What it is that keeps it.
    sync(commit, "careless", "[\"Replace=true\"]");
    assertThat(spec("results").approvePlan()).isNull();

    delivery.patchTransaction("staging", "results", approval(waiting.plan().id()));
    delivery.await("staging", "results", Phase.COMMITTED);
    delivery.awaitHealth("iasql-staging", "Healthy");
    sync(commit, "afterwards", "[\"RespectIgnoreDifferences=true\", \"Replace=true\"]");
    assertThat(spec("results").approvePlan()).isEqualTo(waiting.plan().id());
    assertThat(delivery.queues(STAGING)).containsExactly("jobs 120", "results 30");
  }

  private static void awaitSynced(String commit) {
    delivery.await(
        "iasql-staging",
        "to be synced to " + commit,
        app ->
            "Synced".equals(app.get("status", "sync", "status"))
                && commit.equals(app.get("status", "sync", "revision"))
                && "Succeeded".equals(Delivery.operation(app, "phase")));
  }

  /**
   * Syncs as somebody does by hand; returns when it is done. A replacement that meets a status just
   * being written is refused by the API server, and tried again.
   */
  private static void sync(String commit, String who, String options) {
    delivery.operate(
        "iasql-staging",
        """
        initiatedBy: {username: %s}
        retry: {limit: 3, backoff: {duration: 1s}}
        sync: {revision: %s, syncOptions: %s}
        """
            .formatted(who, commit, options));
    delivery.await(
        "iasql-staging",
        "to be synced by " + who,
        app ->
            Delivery.operation(app, "operation").contains(who)
                && "Succeeded".equals(Delivery.operation(app, "phase")));
  }

  @Test
  @Order(5)
  void shouldNotGoOnWhereATransactionIsRejected() throws IOException {
    writeTransaction("mistake", 4);
    writeTransaction("never", 5);
    delivery.git.commit("A mistake, and what builds on it");
    delivery.refresh("iasql-staging");
    delivery.await("staging", "mistake", Phase.AWAITING_APPROVAL);

    delivery.press("iasql-staging", "staging", "mistake", "reject", Map.of());

    delivery.await("staging", "mistake", Phase.REJECTED);
    assertThat(flux("mistake")).containsExactly("Failed", "Failed");
    // It tries five times, to no avail: what was rejected stays so.
    delivery.await(
        "iasql-staging",
        "to fail to sync",
        app -> Delivery.operation(app, "message").contains("completed unsuccessfully"));
    delivery.awaitHealth("iasql-staging", "Degraded");
    assertThat(delivery.transaction("staging", "never")).isEmpty();
    assertThat(delivery.queues(STAGING)).containsExactly("jobs 120", "results 30");
  }

  /** Writes a manifest for a queue of its name, like the one of the example, for this wave. */
  private static void writeTransaction(String name, int wave) throws IOException {
    delivery.git.write(
        "environments/staging/" + wave + "-" + name + ".yaml",
        Files.readString(Delivery.GITOPS.resolve("example/environments/staging/1-jobs.yaml"))
            .replace("name: jobs", "name: " + name)
            .replace("'jobs'", "'" + name + "'")
            .replace("sync-wave: \"1\"", "sync-wave: \"" + wave + "\""));
  }
}
