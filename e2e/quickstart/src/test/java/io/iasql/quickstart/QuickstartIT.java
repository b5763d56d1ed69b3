package io.iasql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The narration of the samples, and that nothing outlives it. */
@Timeout(600)
class QuickstartIT {
  /** Manifests as a team has them in Git: written for a cluster with nodes and for AWS. */
  private static final String OWN =
      """
      apiVersion: iasql.io/v1alpha1
      kind: AwsConnection
      metadata: {name: own, namespace: infra}
      spec:
        accountId: "444455556666"
        region: us-east-1
        regions: [us-east-1]
        credentials: {secretRef: {name: not-in-git}}
      ---
      apiVersion: iasql.io/v1alpha1
      kind: Environment
      metadata: {name: own, namespace: infra}
      spec:
        awsConnectionRef: {name: own}
        modules: [aws_s3]
        database: {managed: {storage: 1Gi}}
      ---
      apiVersion: iasql.io/v1alpha1
      kind: SqlTransaction
      metadata: {name: wrong, namespace: infra}
      spec:
        environmentRef: {name: own}
        sql: INSERT INTO buckets (name) VALUES ('a')
      ---
      apiVersion: iasql.io/v1alpha1
      kind: SqlTransaction
      metadata: {name: never, namespace: infra}
      spec:
        environmentRef: {name: own}
        sql: INSERT INTO bucket (name) VALUES ('never-made')
      """;

  @Test
  void shouldShowPlanApprovalCommitAndWhatAwsSays() throws Exception {
    try (QuickstartRun run = QuickstartRun.start()) {
      assertThat(run.end()).as(run::narration).isZero();

      assertThat(run.narration())
          .contains("All is ready after")
          .contains("$ kubectl apply -f e2e/samples/quickstart/02-first-rows.yaml")
          .containsPattern("Phase AwaitingApproval, plan plan-tour-[0-9a-f]{12}, \\+3 ~0 ±0 -0:")
          .containsPattern("\\+ create +bucket +acme-tour-uploads eu-west-1 +name")
          .containsPattern(
              "\\$ kubectl patch sqltransaction first-rows --type=merge -p"
                  + " '\\{\"spec\":\\{\"approvePlan\":\"plan-tour-[0-9a-f]{12}\"}}'")
          .contains("Phase Committed")
          .contains("S3: bucket acme-tour-uploads in eu-west-1")
          .contains("SQS: queue thumbnails in eu-west-1, visibility timeout 30 s")
          .containsPattern("~ update +queue .* visibility_timeout +30 +120")
          .contains("SQS: queue thumbnails in eu-west-1, visibility timeout 120 s")
          .containsPattern("± replace +queue .* name +thumbnails +thumbnail-jobs")
          .endsWith("Stopping");
      assertThat(lastAnswer(run))
          .contains("queue thumbnail-jobs in eu-west-1, visibility timeout 120 s")
          .doesNotContain("queue thumbnails");
      run.assertNothingIsLeft();
    }
  }

  @Test
  void shouldLeaveNothingWhenInterrupted() throws IOException, InterruptedException {
    try (QuickstartRun run = QuickstartRun.start("--keep")) {
      run.until("environment.iasql.io/tour created");

      run.interrupt();

      assertThat(run.end()).isNotZero();
      run.assertNothingIsLeft();
    }
  }

  @Test
  void shouldRunOneSetOfManifestsAfterTheOtherUntilStopped(@TempDir Path folder) throws Exception {
    try (QuickstartRun first = QuickstartRun.start("--keep", "-f", "e2e/samples/static-site")) {
      assertThat(first.end()).as(first::narration).isZero();
      assertSiteIsPublished(first);
      assertThat(first.narration()).contains("./quickstart --stop", "kubectl get secret -n");

      QuickstartRun network = runAgain(0, "-f", "e2e/samples/network");
      assertNetworkIsChanged(network);

      QuickstartRun replicated = runAgain(0, "--sample", "replicate");
      assertThat(replicated.narration())
          .contains("Compared with what the source committed: Same, but for")
          .contains(
              "bucket acme-uploads name: acme-uploads-staging there, acme-uploads here (overrides[0])")
          .contains("queue thumbnails visibility_timeout: 30 there, 120 here (overrides[1])")
          .contains("Replication uploads-to-prod: It is in prod.");
      assertThat(lastAnswer(replicated))
          .contains("bucket acme-uploads in us-east-1")
          .contains("arn:aws:s3:::acme-uploads/*", "444455556666")
          .contains("queue thumbnails in us-east-1, visibility timeout 120 s");

      QuickstartRun committedBefore = runAgain(0, "-f", "e2e/samples/static-site/03-opening.yaml");
      assertThat(committedBefore.narration())
          .contains("sqltransaction.iasql.io/opening unchanged", "Phase Committed");

      Path own = Files.writeString(folder.resolve("all.yaml"), OWN);
      QuickstartRun wrong = runAgain(1, "-f", own.toString());
      assertFailureIsExplained(wrong);

      try (QuickstartRun stop = QuickstartRun.start("--stop")) {
        assertThat(stop.end()).isZero();
        assertThat(stop.narration()).contains("Everything is stopped.");
      }
      first.assertNothingIsLeft();
    }
  }

  private static QuickstartRun runAgain(int code, String which, String value) throws Exception {
    try (QuickstartRun run = QuickstartRun.start("--keep", which, value)) {
      assertThat(run.end()).as(run::narration).isEqualTo(code);
      assertThat(run.narration()).contains("Using what an earlier run left running");
      return run;
    }
  }

  private static void assertSiteIsPublished(QuickstartRun run) {
    assertThat(run.narration()).contains("object style.css, text/css");
    assertThat(lastAnswer(run))
        .contains("bucket www.acme.example in eu-west-1")
        .contains("tags site=acme, stage=live")
        .contains("public access block: new ACLs, ACLs\n")
        .contains("\"Sid\":\"EverybodyReads\"")
        .contains("website index.html, errors: missing.html")
        .contains("object index.html, text/html, 66 bytes")
        .contains("object robots.txt, text/plain")
        .doesNotContain("style.css");
  }

  private static void assertNetworkIsChanged(QuickstartRun run) {
    assertThat(run.narration())
        .contains("account 333344445555 confirmed")
        .contains("10.20.32.0/20, eu-west-1b")
        .contains("Interface to com.amazonaws.eu-west-1.logs")
        .contains("in from shop-data: all traffic")
        .containsPattern("± replace +subnet .* cidr_block +10.20.32.0/20 +10.20.48.0/24");
    assertThat(lastAnswer(run))
        .contains("10.20.0.0/16 [Name=shop, stage=live]")
        .contains("10.20.48.0/24, eu-west-1b")
        .containsPattern("\\[Name=shop-private] for 10.20.16.0/20, 10.20.48.0/24")
        .containsPattern("0.0.0.0/0 -> igw-")
        .containsPattern("0.0.0.0/0 -> nat-")
        .containsPattern("Gateway to com.amazonaws.eu-west-1.s3, from rtb-[0-9a-f]+\n")
        .contains("(HTTPS from customers)")
        .doesNotContain("10.20.32.0/20", "eu-west-1.logs", "shop-data");
  }

  private static void assertFailureIsExplained(QuickstartRun run) {
    assertThat(run.narration())
        .contains("$ kubectl create namespace infra")
        .contains("in Secret not-in-git.")
        .contains("Environment own gets the embedded PostgreSQL")
        .contains("account 444455556666 confirmed")
        .contains("Phase Failed:", "relation \"buckets\" does not exist")
        .contains("SqlTransaction wrong has not ended well; what comes after it was not applied.")
        .doesNotContain("never-made", "sqltransaction.iasql.io/never");
  }

  /** What AWS said after the last transaction. */
  private static String lastAnswer(QuickstartRun run) {
    String narration = run.narration();
    return narration.substring(narration.lastIndexOf("What AWS says"));
  }
}
