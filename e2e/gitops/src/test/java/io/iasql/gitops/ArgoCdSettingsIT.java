package io.iasql.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.ReplicationStatus;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.peers.ArgoCdSettings;
import io.iasql.peers.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The patches of {@code gitops/argocd}, merged by kubectl as the instructions say and read by Argo
 * CD's own command line.
 */
class ArgoCdSettingsIT {
  private static final Path PATCHES = Path.of("../../gitops/argocd");
  private static final String PLAN = "plan-staging-4f2a9c01d7e3";

  @TempDir static Path folder;

  private static ArgoCdSettings plain;
  private static ArgoCdSettings approving;

  @BeforeAll
  static void merge() throws IOException {
    assumeTrue(
        ArgoCdSettings.missing().isEmpty(),
        () -> "not run: " + ArgoCdSettings.missing().orElseThrow());
    Path empty = folder.resolve("empty.yaml");
    Files.writeString(
        empty,
        "apiVersion: v1\n"
            + "kind: ConfigMap\n"
            + "metadata: {name: argocd-cm}\n"
            + "data: {url: https://argo}\n");
    plain =
        ArgoCdSettings.of(empty)
            .patched(PATCHES.resolve("argocd-cm.yaml"), folder.resolve("plain.yaml"));
    approving =
        plain.patched(PATCHES.resolve("argocd-cm-approve.yaml"), folder.resolve("approving.yaml"));
  }

  private static Path resource(String kind, String status) throws IOException {
    Path file = Files.createTempFile(folder, kind, ".yaml");
    Files.writeString(
        file,
        """
        apiVersion: iasql.io/v1alpha1
        kind: %s
        metadata: {name: it, generation: 2}
        spec: {sql: SELECT 1}
        status: %s
        """
            .formatted(kind, status));
    return file;
  }

  private static String conditions(String... conditions) {
    List<String> all = new ArrayList<>();
    for (String condition : conditions) {
      String[] parts = condition.split("=", 2);
      all.add(
          "{type: %s, status: \"%s\", message: %s says so.}"
              .formatted(parts[0], parts[1], parts[0]));
    }
    return "conditions: [" + String.join(", ", all) + "]";
  }

  private static String transaction(String phase, String... conditions) {
    return "{observedGeneration: 2, phase: %s, plan: {id: %s, text: \"+1 ~0 ±0 -0\"}, %s}"
        .formatted(phase, PLAN, conditions(conditions));
  }

  @ParameterizedTest
  @EnumSource
  void shouldKnowTheHealthOfATransactionInEveryPhase(SqlTransactionStatus.Phase phase)
      throws IOException {
    String name = Serialization.asJson(phase).replace("\"", "");
    String health =
        plain.health(
            resource(
                "SqlTransaction",
                switch (phase) {
                  case PLANNING -> transaction(name, "Ready=False", "Reconciling=True");
                  case QUEUED, COMMITTING ->
                      transaction(name, "Ready=False", "Planned=True", "Reconciling=True");
                  case AWAITING_APPROVAL, REJECTED ->
                      transaction(name, "Ready=False", "Planned=True", "Approved=False");
                  case COMMITTED, NO_CHANGES -> transaction(name, "Ready=True", "Applied=True");
                  case PLANNED -> transaction(name, "Ready=True", "Applied=False");
                  case FAILED, PARTIALLY_APPLIED, ROLLED_BACK ->
                      transaction(name, "Ready=False", "Applied=False", "Stalled=True");
                }));

    assertThat(health)
        .contains(
            switch (phase) {
              case PLANNING, QUEUED, COMMITTING -> says("Progressing", "Reconciling says so.");
              case AWAITING_APPROVAL -> says("Suspended", "+1 ~0 ±0 -0: Ready says so.");
              case COMMITTED, NO_CHANGES, PLANNED -> says("Healthy", "Ready says so.");
              case REJECTED -> says("Degraded", "Ready says so.");
              case FAILED, PARTIALLY_APPLIED, ROLLED_BACK -> says("Degraded", "Stalled says so.");
            });
  }

  private static String says(String status, String message) {
    return "STATUS: " + status + "\nMESSAGE: " + message;
  }

  @Test
  void shouldSayThatAPlanIsMadeAnewWhileItWaits() throws IOException {
    assertThat(
            health(
                "SqlTransaction",
                transaction("AwaitingApproval", "Ready=False", "Reconciling=True")))
        .contains(says("Progressing", "Reconciling says so."));
  }

  @ParameterizedTest
  @EnumSource
  void shouldKnowTheHealthOfAReplicationInEveryPhase(ReplicationStatus.Phase phase)
      throws IOException {
    String status =
        "{observedGeneration: 2, phase: "
            + Serialization.asJson(phase)
            + ", "
            + switch (phase) {
              case WAITING -> conditions("Ready=False", "Reconciling=True");
              case PROPOSED -> conditions("Ready=False", "Resolved=True");
              case COMMITTED -> conditions("Ready=True", "Resolved=True");
              case UNMAPPED -> conditions("Ready=False", "Resolved=False", "Stalled=True");
              case FAILED -> conditions("Ready=False", "Stalled=True");
            }
            + "}";

    assertThat(health("Replication", status))
        .contains(
            switch (phase) {
              case WAITING -> says("Progressing", "Reconciling says so.");
              // Its SqlTransaction, which Argo CD shows below it, waits for an approval.
              case PROPOSED -> says("Suspended", "Ready says so.");
              case COMMITTED -> says("Healthy", "Ready says so.");
              case UNMAPPED, FAILED -> says("Degraded", "Stalled says so.");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"AwsConnection", "Environment", "SqlTransaction", "Replication"})
  void shouldKnowTheHealthOfEveryKind(String kind) throws IOException {
    assertThat(
            health(
                kind, "{observedGeneration: 2, " + conditions("Ready=False", "Stalled=True") + "}"))
        .contains(says("Degraded", "Stalled says so."));
  }

  @Test
  void shouldGoByTheConditionsOfTheNewestSpec() throws IOException {
    assertThat(health("AwsConnection", "{observedGeneration: 2, " + conditions("Ready=True") + "}"))
        .contains(says("Healthy", "Ready says so."));
    assertThat(
            health("AwsConnection", "{observedGeneration: 2, " + conditions("Ready=Unknown") + "}"))
        .contains(says("Progressing", "Ready says so."));
    String unseen = says("Progressing", "The operator has not looked at it yet.");
    assertThat(health("AwsConnection", "{observedGeneration: 1, " + conditions("Ready=True") + "}"))
        .contains(unseen);
    assertThat(health("AwsConnection", "{}")).contains(unseen);
  }

  private static String health(String kind, String status) throws IOException {
    return plain.health(resource(kind, status));
  }

  @Test
  void shouldTellDriftAndBrokenGuardsOfAHealthyEnvironment() throws IOException {
    assertThat(environment("Ready=True", "Locked=False", "Drifted=False", "Guarded=True"))
        .contains(says("Healthy", "Ready says so."))
        .doesNotContain("Drifted")
        .doesNotContain("Guarded");
    assertThat(environment("Ready=True", "Locked=True", "Drifted=True", "Guarded=False"))
        .contains(says("Healthy", "Ready says so. Drifted says so. Guarded says so."));
  }

  private static String environment(String... conditions) throws IOException {
    return health("Environment", "{observedGeneration: 2, " + conditions(conditions) + "}");
  }

  @Test
  void shouldTakeWhatWasCommittedAsOverWhateverTheSpecSaysAfterwards() throws IOException {
    assertThat(
            health(
                "SqlTransaction",
                "{observedGeneration: 1, phase: Committed, " + conditions("Ready=True") + "}"))
        .contains("STATUS: Healthy");
  }

  @Test
  void shouldOfferApprovalOnlyWhereItIsSwitchedOnAndWaitedFor() throws IOException {
    Path waiting = resource("SqlTransaction", transaction("AwaitingApproval", "Ready=False"));
    Path done = resource("SqlTransaction", transaction("Committed", "Ready=True"));

    assertThat(plain.actions(waiting)).doesNotContain("approve").containsPattern("reject +false");
    assertThat(plain.actions(done)).containsPattern("reject +true");
    assertThat(approving.actions(waiting))
        .containsPattern("approve +false")
        .containsPattern("reject +false");
    assertThat(approving.actions(done)).containsPattern("approve +true");
  }

  @Test
  void shouldApproveThePlanThatIsNamedAndNoOther() throws IOException {
    Path waiting = resource("SqlTransaction", transaction("AwaitingApproval", "Ready=False"));
    Path done = resource("SqlTransaction", transaction("Committed", "Ready=True"));

    assertThat(approving.run(waiting, "approve", "plan=" + PLAN))
        .contains("approvePlan: " + PLAN)
        .contains("approvedBy: system:serviceaccount:argocd:argocd-server");
    assertThatThrownBy(() -> approving.run(waiting, "approve"))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("Give the id of the plan that you have reviewed");
    assertThatThrownBy(() -> approving.run(waiting, "approve", "plan=" + PLAN.substring(0, 20)))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("The plan is " + PLAN + ", not plan-staging-4f2a9c0");
    assertThatThrownBy(() -> approving.run(done, "approve", "plan=" + PLAN))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("It does not wait for an approval, it is Committed.");
  }

  @Test
  void shouldRejectAndAskForASync() throws IOException {
    assertThat(
            plain.run(
                resource("SqlTransaction", transaction("AwaitingApproval", "Ready=False")),
                "reject"))
        .contains("reject: true");
    assertThat(plain.run(resource("Environment", "{observedGeneration: 2}"), "sync-now"))
        .containsPattern(
            "iasql.io/sync-requested-at: \"20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\"");
  }

  @Test
  void shouldLetReviewersAloneApprove() throws IOException {
    Path everybody = folder.resolve("rbac.yaml");
    Files.writeString(
        everybody,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-rbac-cm}\ndata: {scopes: ''}\n");
    ArgoCdSettings rights =
        ArgoCdSettings.of(everybody)
            .patched(PATCHES.resolve("argocd-rbac-cm.yaml"), folder.resolve("rights.yaml"));
    String approve = "action/iasql.io/SqlTransaction/approve";

    assertThat(rights.may("reviewers", approve, "iasql/iasql-staging")).isTrue();
    assertThat(rights.may("reviewers", approve, "other/application")).isFalse();
    assertThat(rights.may("platform", approve, "iasql/iasql-staging")).isFalse();
    assertThat(
            rights.may("platform", "action/iasql.io/Environment/sync-now", "iasql/iasql-staging"))
        .isTrue();
    assertThat(rights.may("developers", approve, "iasql/iasql-staging")).isFalse();
  }
}
