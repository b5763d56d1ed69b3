package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an environment that approves by itself is guarded against. */
class GuardsIT {
  private static final String NEVER =
      "{\"windows\":{\"commit\":[{\"cron\":\"0 0 29 2 *\",\"duration\":\"1m\"}]}}";

  private static Space space;

  @BeforeAll
  static void open() {
    space = Space.ready("guards", Approval.AUTOMATIC, "aws_sqs", "aws_s3");
  }

  /** Has the environment keep to these guards and to no others. */
  private static Environment guard(Space where, String guards) {
    where.patch(
        Environment.class,
        "env",
        "{\"spec\":{\"protect\":null,\"limits\":null,\"assertions\":null,\"windows\":null}}");
    where.patch(Environment.class, "env", "{\"spec\":" + guards + "}");
    return where.await(
        Environment.class,
        "env",
        "keep to " + guards,
        e -> e.getMetadata().getGeneration().equals(e.getStatus().observedGeneration()));
  }

  private static Condition guarded(Environment environment) {
    return Space.condition(environment, "Guarded").orElseThrow();
  }

  @Test
  void shouldKeepProtectedRows() {
    guard(space, "{}");
    space.automatic("protected", "INSERT INTO queue (name) VALUES ('prod'), ('dev')");

    guard(
        space,
        "{\"protect\":[{\"table\":\"queue\",\"where\":{\"name\":\"prod\"}},{\"table\":\"quue\"}]}");
    Environment environment =
        space.await(
            Environment.class,
            "env",
            "name the rule that protects nothing",
            e -> Space.condition(e, "Guarded").filter(c -> !c.isTrue()).isPresent());
    space.transaction("unprotect", "DELETE FROM queue WHERE name = 'prod'");
    SqlTransactionStatus status = space.await("unprotect", Phase.FAILED);

    assertThat(guarded(environment).message())
        .contains("spec.protect[1] protects nothing: there is no table quue");
    assertThat(Space.condition(environment, "Ready").orElseThrow().isTrue()).isTrue();
    assertThat(space.events("env")).contains("Warning GuardsBroken");
    assertThat(status.message())
        .contains("may not be deleted: spec.protect[0] of the Environment protects table queue")
        .contains("name = prod");
    assertThat(space.queueNames()).contains("prod");

    // Who takes the rule away does not have to apply the transaction again.
    guard(space, "{}");
    space.await("unprotect", Phase.COMMITTED);
    assertThat(space.queueNames()).doesNotContain("prod");
  }

  @Test
  void shouldHaveALargePlanWaitForAPersonAndShowItsReach() {
    guard(space, "{}");
    String bucket = "guards-" + space.account.id();
    space.automatic(
        "large",
        "INSERT INTO bucket (name) VALUES ('%1$s');".formatted(bucket)
            + " INSERT INTO public_access_block (bucket_name) VALUES ('%1$s')".formatted(bucket));
    guard(space, "{\"limits\":{\"maxDeletes\":1}}");

    space.transaction("shrink", "DELETE FROM public_access_block; DELETE FROM bucket");
    SqlTransactionStatus status = space.await("shrink", Phase.AWAITING_APPROVAL);

    assertThat(status.message())
        .startsWith(
            "The plan deletes or replaces 2, and spec.limits.maxDeletes of the Environment is 1."
                + " Review the plan; to approve it, set spec.approvePlan to "
                + status.plan().id());
    Change change =
        status.plan().changes().stream()
            .filter(c -> c.table().equals("bucket"))
            .findFirst()
            .orElseThrow();
    assertThat(change.dependants()).hasSize(1);
    assertThat(change.dependants().get(0)).startsWith("public_access_block " + bucket);
    assertThat(status.review()).contains("refers to it: public_access_block " + bucket);
    space.approve("shrink", status.plan().id());
    space.await("shrink", Phase.COMMITTED);
  }

  @Test
  void shouldHoldPlansToAssertions() {
    guard(
        space,
        "{\"assertions\":[{\"name\":\"short-waits\",\"message\":\"Keep it below a minute.\","
            + "\"sql\":\"SELECT name, visibility_timeout FROM queue WHERE visibility_timeout > 60\"}]}");

    space.transaction("slow", "INSERT INTO queue (name, visibility_timeout) VALUES ('slow', 90)");

    assertThat(space.await("slow", Phase.FAILED).message())
        .isEqualTo(
            "assertion short-waits of the Environment does not hold: Keep it below a minute. Its"
                + " query returned (name = slow, visibility_timeout = 90)");
    assertThat(space.queueNames()).doesNotContain("slow");
    space.automatic("quick", "INSERT INTO queue (name, visibility_timeout) VALUES ('quick', 30)");
  }

  @Test
  void shouldWaitForAWindow() {
    guard(space, NEVER);

    space.transaction("patient", "INSERT INTO queue (name) VALUES ('patient')");
    SqlTransactionStatus status =
        space.await(
            "patient",
            "wait for the window",
            s -> s.phase() == Phase.QUEUED && Kstatus.ready(s).reason().equals("OutsideWindow"));

    assertThat(status.message())
        .startsWith(
            "Approved; it waits: no window of spec.windows.commit of the Environment is open")
        .contains("the next one opens at")
        .contains("-02-29T00:00:00Z");
    assertThat(space.queueNames()).doesNotContain("patient");
    guard(space, "{}");
    space.await("patient", Phase.COMMITTED);
    assertThat(space.queueNames()).contains("patient");
  }

  @Test
  void shouldTakeAnApprovalBackWhileItWaitsForAWindow() {
    Space own = Space.ready("guards-taken-back", Approval.MANUAL, "aws_sqs");
    guard(own, NEVER);
    own.transaction("regretted", "INSERT INTO queue (name) VALUES ('regretted')");
    String plan = own.approve("regretted");
    own.await("regretted", Phase.QUEUED);

    own.patch(SqlTransaction.class, "regretted", "{\"spec\":{\"onFailure\":\"Stop\"}}");
    awaitQueue(own, "QUEUED|STOP");
    own.patch(SqlTransaction.class, "regretted", "{\"spec\":{\"approvePlan\":null}}");
    SqlTransactionStatus status = own.await("regretted", Phase.AWAITING_APPROVAL);

    assertThat(status.plan().id()).isEqualTo(plan);
    assertThat(status.message())
        .isEqualTo("Review the plan; to approve it, set spec.approvePlan to " + plan + ".");
    awaitQueue(own);
    guard(own, "{}");
    own.commit("witness", "INSERT INTO queue (name) VALUES ('witness')");
    assertThat(own.queueNames()).containsExactly("witness");
    assertThat(own.status("regretted").phase()).isEqualTo(Phase.AWAITING_APPROVAL);
  }

  @Test
  void shouldTakeAnApprovalBackWhileTheCredentialsAreExpired() {
    Space own = Space.ready("guards-expired", Approval.MANUAL, "aws_sqs");
    own.transaction("regretted", "INSERT INTO queue (name) VALUES ('regretted')");
    own.await("regretted", Phase.AWAITING_APPROVAL);
    own.stack.proxy.rule(
        own.account.accessKeyId(),
        (call, upstream) ->
            call.operation().equals("GetQueueUrl")
                ? AwsProxy.Answer.error(call, 400, "ExpiredToken", "too old")
                : upstream.forward());
    own.approve("regretted");
    awaitQueue(own, "RUNNING|ROLLBACK");

    own.patch(SqlTransaction.class, "regretted", "{\"spec\":{\"approvePlan\":null}}");
    own.await("regretted", Phase.AWAITING_APPROVAL);
    awaitQueue(own);
    own.stack.proxy.pass(own.account.accessKeyId());

    own.approve("regretted");
    own.await("regretted", Phase.COMMITTED);
    assertThat(own.queueNames()).containsExactly("regretted");
  }

  @Test
  void shouldTakeItsOwnApprovalBackWhileItWaitsForAWindow() {
    Space own = Space.ready("guards-lowered", Approval.AUTOMATIC, "aws_sqs");
    guard(own, NEVER);
    own.transaction("two", "INSERT INTO queue (name) VALUES ('one'), ('two')");
    own.await("two", Phase.QUEUED);

    own.patch(Environment.class, "env", "{\"spec\":{\"limits\":{\"maxChanges\":1}}}");
    own.await("two", Phase.AWAITING_APPROVAL);
    awaitQueue(own);
    own.patch(Environment.class, "env", "{\"spec\":{\"limits\":null}}");
    own.await("two", Phase.QUEUED);
    own.patch(Environment.class, "env", "{\"spec\":{\"approval\":\"Manual\"}}");
    own.await("two", Phase.AWAITING_APPROVAL);

    awaitQueue(own);
    assertThat(own.queueNames()).isEmpty();
  }

  private static void awaitQueue(Space own, String... queued) {
    Awaitility.await("the queue to follow")
        .atMost(Space.LIMIT)
        .untilAsserted(
            () ->
                assertThat(own.rows("SELECT state, on_failure FROM iasql.transaction"))
                    .containsExactly(queued));
  }

  @Test
  void shouldDeleteTheAccountsResourcesOnlyWhenAPersonApproves() {
    Space own = Space.ready("guards-deletion", Approval.AUTOMATIC, "aws_sqs");
    own.automatic("two", "INSERT INTO queue (name) VALUES ('one'), ('two')");
    own.patch(Environment.class, "env", "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");

    own.delete(Environment.class, "env");
    SqlTransactionStatus waiting = awaitDeletion(own);

    assertThat(waiting.plan().text()).isEqualTo("+0 ~0 ±0 -2");
    assertThat(own.events("env")).contains("Normal DeletionAwaitsApproval");
    // Retain lets the environment go, and what waited with it.
    own.patch(Environment.class, "env", "{\"spec\":{\"deletionPolicy\":\"Retain\"}}");
    own.awaitGone(Environment.class, "env");
    own.awaitGone(SqlTransaction.class, "env-deletion");
    assertThat(own.queueNames()).containsExactly("one", "two");

    own.environment("env", Approval.AUTOMATIC, "aws_sqs");
    own.patch(Environment.class, "env", "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
    own.awaitReady("env");
    own.delete(Environment.class, "env");
    own.approve("env-deletion", awaitDeletion(own).plan().id());

    own.awaitGone(Environment.class, "env");
    assertThat(own.queueNames()).isEmpty();
    assertThat(own.status("env-deletion").phase()).isEqualTo(Phase.COMMITTED);
  }

  /** Both say what they wait for. */
  private static SqlTransactionStatus awaitDeletion(Space own) {
    own.await(
        Environment.class,
        "env",
        "wait for approval",
        e ->
            Space.condition(e, "Ready")
                .filter(c -> c.reason().equals("DeletionAwaitsApproval"))
                .filter(c -> c.message().contains("set its spec.approvePlan to plan-env-"))
                .filter(c -> c.message().contains("kubectl patch environment env"))
                .isPresent());
    return own.await("env-deletion", Phase.AWAITING_APPROVAL);
  }
}
