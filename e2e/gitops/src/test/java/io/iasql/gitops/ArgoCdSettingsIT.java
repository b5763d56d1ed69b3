package io.iasql.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.params.provider.CsvSource;
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
  @CsvSource(
      delimiter = '|',
      value = {
        "Planning|Ready=False;Reconciling=True|Progressing|Reconciling says so.",
        "AwaitingApproval|Ready=False|Suspended|+1 ~0 ±0 -0: Ready says so.",
        "AwaitingApproval|Ready=False;Reconciling=True|Progressing|Reconciling says so.",
        "Queued|Ready=False;Reconciling=True|Progressing|Reconciling says so.",
        "Committing|Ready=False;Reconciling=True|Progressing|Reconciling says so.",
        "Committed|Ready=True|Healthy|Ready says so.",
        "NoChanges|Ready=True|Healthy|Ready says so.",
        "Rejected|Ready=False|Degraded|Ready says so.",
        "Failed|Ready=False;Stalled=True|Degraded|Stalled says so.",
        "PartiallyApplied|Ready=False;Stalled=True|Degraded|Stalled says so.",
        "RolledBack|Ready=False;Stalled=True|Degraded|Stalled says so."
      })
  void shouldKnowTheHealthOfATransaction(
      String phase, String conditions, String status, String message) throws IOException {
    assertThat(plain.health(resource("SqlTransaction", transaction(phase, conditions.split(";")))))
        .contains("STATUS: " + status)
        .contains("MESSAGE: " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AwsConnection", "Environment", "SqlTransaction", "Replication"})
  void shouldKnowTheHealthOfEveryKindByItsConditions(String kind) throws IOException {
    assertThat(health(kind, "{observedGeneration: 2, " + conditions("Ready=True") + "}"))
        .contains("STATUS: Healthy");
    assertThat(
            health(
                kind, "{observedGeneration: 2, " + conditions("Ready=False", "Stalled=True") + "}"))
        .contains("STATUS: Degraded");
    assertThat(health(kind, "{observedGeneration: 2, " + conditions("Ready=Unknown") + "}"))
        .contains("STATUS: Progressing");
    assertThat(health(kind, "{observedGeneration: 2, " + conditions("Ready=False") + "}"))
        .contains("STATUS: Suspended");
    assertThat(health(kind, "{observedGeneration: 1, " + conditions("Ready=True") + "}"))
        .contains("STATUS: Progressing")
        .contains("MESSAGE: The operator has not looked at it yet.");
    assertThat(health(kind, "{}")).contains("STATUS: Progressing");
  }

  private static String health(String kind, String status) throws IOException {
    return plain.health(resource(kind, status));
  }

  @Test
  void shouldTellDriftOfAHealthyEnvironment() throws IOException {
    assertThat(
            health(
                "Environment",
                "{observedGeneration: 2, " + conditions("Ready=True", "Drifted=True") + "}"))
        .contains("STATUS: Healthy")
        .contains("MESSAGE: Ready says so. Drifted says so.");
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
}
