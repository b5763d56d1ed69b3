package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec.OnFailure;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What approves a plan, and what does not. */
class ApprovalIT {
  private static Space space;

  @BeforeAll
  static void open() {
    space = Space.ready("approval", Approval.MANUAL, "aws_sqs");
    space.environment("other", Approval.MANUAL, "aws_sqs");
    space.awaitReady("other");
  }

  private static void awaitMismatch(String transaction, String written) {
    SqlTransactionStatus status =
        space.await(
            transaction,
            "say that " + written + " is not its plan",
            s -> Kstatus.ready(s).reason().equals("ApprovalMismatch"));
    assertThat(status.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(status.message()).contains(written).contains(status.plan().id());
    assertThat(space.events(transaction)).contains("Warning ApprovalMismatch");
    assertThat(Kstatus.find(status.conditions(), "Approved").orElseThrow().isTrue()).isFalse();
  }

  @Test
  void shouldNotTakeAPrefixForThePlan() {
    space.transaction("prefix", "INSERT INTO queue (name) VALUES ('prefix')");
    String plan = space.await("prefix", Phase.AWAITING_APPROVAL).plan().id();

    space.approve("prefix", plan.substring(0, plan.length() - 1));

    awaitMismatch("prefix", plan.substring(0, plan.length() - 1));
    assertThat(space.queueNames()).doesNotContain("prefix");
    space.approve("prefix", plan);
    assertThat(space.await("prefix", Phase.COMMITTED).plan().id()).isEqualTo(plan);
    assertThat(space.queueNames()).contains("prefix");
  }

  @Test
  void shouldNotTakeAnotherEnvironmentsPlan() {
    space.transaction("here", "INSERT INTO queue (name) VALUES ('both')");
    space.transaction(
        "other", "there", "INSERT INTO queue (name) VALUES ('both')", OnFailure.ROLLBACK);
    String there = space.await("there", Phase.AWAITING_APPROVAL).plan().id();
    String here = space.await("here", Phase.AWAITING_APPROVAL).plan().id();
    assertThat(here).isNotEqualTo(there);

    space.approve("here", there);

    awaitMismatch("here", there);
    assertThat(space.queueNames()).doesNotContain("both");
  }

  @Test
  void shouldSupersedeThePlanWhenTheAccountHasChanged() {
    space.commit("drifting", "INSERT INTO queue (name) VALUES ('drifting')");
    space.transaction("stale", "UPDATE queue SET visibility_timeout = 99 WHERE name = 'drifting'");
    String old = space.await("stale", Phase.AWAITING_APPROVAL).plan().id();
    set("drifting", 55);

    space.approve("stale", old);

    SqlTransactionStatus status =
        space.await(
            "stale", "be superseded", s -> Kstatus.ready(s).reason().equals("PlanSuperseded"));
    assertThat(status.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(status.plan().id()).isNotEqualTo(old);
    assertThat(status.plan().changes().toString()).contains("55").contains("99");
    assertThat(status.message()).contains(old).contains(status.plan().id());
    assertThat(space.events("stale")).contains("Warning PlanSuperseded");
    assertThat(visibilityTimeout("drifting")).isEqualTo("55");

    // The old id approves nothing any more.
    space.approve("stale", "");
    space.await("stale", "wait", s -> Kstatus.ready(s).reason().equals("AwaitingApproval"));
    space.approve("stale", old);
    awaitSuperseded(old);
    assertThat(visibilityTimeout("drifting")).isEqualTo("55");

    space.approve("stale", status.plan().id());
    space.await("stale", Phase.COMMITTED);
    assertThat(visibilityTimeout("drifting")).isEqualTo("99");
  }

  private static void awaitSuperseded(String old) {
    SqlTransactionStatus status =
        space.await(
            "stale",
            "name the old plan",
            s -> s.message().contains(old) && s.phase() == Phase.AWAITING_APPROVAL);
    assertThat(status.plan().id()).isNotEqualTo(old);
  }

  @Test
  void shouldCommitByItselfWhereTheEnvironmentSaysSo() {
    Space automatic = Space.ready("automatic", Approval.AUTOMATIC, "aws_sqs");
    automatic.transaction("itself", "INSERT INTO queue (name) VALUES ('itself')");

    SqlTransactionStatus status = automatic.await("itself", Phase.COMMITTED);

    assertThat(status.approvedBy()).isEqualTo("automatic");
    assertThat(automatic.queueNames()).containsExactly("itself");
    assertThat(automatic.queueRows()).isEqualTo(automatic.queues());
  }

  @Test
  void shouldCommitWhatWaitedWhenApprovalBecomesAutomatic() {
    Space turned = Space.ready("turned", Approval.MANUAL, "aws_sqs");
    turned.transaction("waits", "INSERT INTO queue (name) VALUES ('waits')");
    turned.await("waits", Phase.AWAITING_APPROVAL);

    turned.patch(io.iasql.crds.Environment.class, "env", "{\"spec\":{\"approval\":\"Automatic\"}}");

    turned.await("waits", Phase.COMMITTED);
    assertThat(turned.queueNames()).containsExactly("waits");
  }

  @Test
  void shouldEndRejectedWithoutATrace() {
    space.transaction("no", "INSERT INTO queue (name) VALUES ('no')");
    String plan = space.await("no", Phase.AWAITING_APPROVAL).plan().id();

    space.patch(SqlTransaction.class, "no", "{\"spec\":{\"reject\":true}}");
    space.await("no", Phase.REJECTED);
    space.approve("no", plan);

    space.await(
        "no", "stay rejected", s -> s.phase() == Phase.REJECTED && s.observedGeneration() == 3);
    assertThat(space.queueNames()).doesNotContain("no");
    assertThat(space.events("no")).contains("Normal Rejected");
  }

  @Test
  void shouldSayThatThereIsNothingToChange() {
    space.transaction("nothing", "UPDATE queue SET delay_seconds = 5 WHERE name = 'nowhere'");

    SqlTransactionStatus status = space.await("nothing", Phase.NO_CHANGES);

    assertThat(status.plan().text()).isEqualTo("+0 ~0 ±0 -0");
  }

  private static void set(String queue, int visibilityTimeout) {
    try (SqsClient sqs = space.sqs()) {
      String url = sqs.getQueueUrl(r -> r.queueName(queue)).queueUrl();
      sqs.setQueueAttributes(
          r ->
              r.queueUrl(url)
                  .attributes(
                      Map.of(
                          QueueAttributeName.VISIBILITY_TIMEOUT,
                          Integer.toString(visibilityTimeout))));
    }
  }

  private static String visibilityTimeout(String queue) {
    return space.queues().stream()
        .filter(q -> q.startsWith(queue + "|"))
        .map(q -> q.split("\\|", -1)[1])
        .findFirst()
        .orElseThrow();
  }
}
