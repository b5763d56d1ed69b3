package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.SqsClient;

/** What was committed is not run twice. */
class LedgerIT {
  private static final String SQL = "INSERT INTO queue (name) VALUES ('once')";
  private static Space space;

  @BeforeAll
  static void open() {
    space = Space.ready("ledger", Approval.AUTOMATIC, "aws_sqs");
    space.automatic("once", SQL);
  }

  private static long creations() {
    return space.stack.proxy.calls(space.account.accessKeyId()).stream()
        .filter(c -> c.operation().equals("CreateQueue") && c.body().contains("\"once\""))
        .count();
  }

  @Test
  void shouldRunAManifestOnceHoweverOftenItIsApplied() {
    SqlTransaction applied = space.find(SqlTransaction.class, "once").orElseThrow();
    SqlTransactionStatus committed = space.await("once", Phase.COMMITTED);

    applied.getMetadata().setManagedFields(null);
    applied.getMetadata().setResourceVersion(null);
    space.stack.client.resource(applied).forceConflicts().serverSideApply();
    space.patch(
        SqlTransaction.class, "once", "{\"metadata\":{\"labels\":{\"applied\":\"again\"}}}");

    // Something that is surely looked at afterwards tells that the second apply has been, too.
    space.automatic("after", "INSERT INTO queue (name) VALUES ('after')");
    assertThat(space.status("once")).isEqualTo(committed);
    assertThat(creations()).isEqualTo(1);
  }

  @Test
  void shouldRecogniseAResourceThatWasMadeAgain() {
    space.automatic("again", "INSERT INTO queue (name) VALUES ('again')");
    space.delete(SqlTransaction.class, "again");
    space.awaitGone(SqlTransaction.class, "again");
    try (SqsClient sqs = space.sqs()) {
      String url = sqs.getQueueUrl(r -> r.queueName("again")).queueUrl();
      sqs.deleteQueue(r -> r.queueUrl(url));
    }

    space.transaction("again", "INSERT INTO queue (name) VALUES ('again')");

    SqlTransactionStatus status = space.await("again", Phase.COMMITTED);
    assertThat(Kstatus.ready(status).reason()).isEqualTo("AlreadyCommitted");
    assertThat(status.message()).contains("plan-env-").contains("not run twice");
    assertThat(space.events("again")).contains("Normal AlreadyCommitted");
    assertThat(space.queueNames()).doesNotContain("again");
  }

  @Test
  void shouldRunOtherSqlUnderTheSameName() {
    space.automatic("other", "INSERT INTO queue (name) VALUES ('other-1')");
    space.delete(SqlTransaction.class, "other");
    space.awaitGone(SqlTransaction.class, "other");

    space.automatic("other", "INSERT INTO queue (name) VALUES ('other-2')");

    assertThat(space.queueNames()).contains("other-1", "other-2");
  }

  @Test
  void shouldKeepACommittedTransactionAsItIsWhenItsSqlIsEdited() {
    space.automatic("edited", "INSERT INTO queue (name) VALUES ('edited-1')");

    assertThatThrownBy(
            () ->
                space.patch(
                    SqlTransaction.class,
                    "edited",
                    "{\"spec\":{\"sql\":\"INSERT INTO queue (name) VALUES ('edited-2')\"}}"))
        .hasMessageContaining("sql cannot be changed once its commit has begun");

    space.automatic("after-edit", "INSERT INTO queue (name) VALUES ('after-edit')");
    assertThat(space.status("edited").phase()).isEqualTo(Phase.COMMITTED);
    assertThat(space.queueNames()).contains("edited-1").doesNotContain("edited-2");
  }

  @Test
  void shouldBeCurrentForKstatusWhenItsDescriptionIsEditedAfterTheCommit() {
    space.automatic("described", "INSERT INTO queue (name) VALUES ('described')");
    SqlTransactionStatus before = space.status("described");

    space.patch(
        SqlTransaction.class, "described", "{\"spec\":{\"description\":\"What it was for\"}}");

    SqlTransactionStatus after =
        space.await(
            "described",
            "say that it has seen the edit",
            s -> s.observedGeneration() == before.observedGeneration() + 1);
    assertThat(after.phase()).isEqualTo(Phase.COMMITTED);
    assertThat(after.plan()).isEqualTo(before.plan());
    assertThat(Kstatus.ready(after).lastTransitionTime())
        .isEqualTo(Kstatus.ready(before).lastTransitionTime());
  }
}
