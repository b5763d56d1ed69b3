package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What is deleted while it waits, and while it works. */
class DeletionIT {
  private static final String TWO = "INSERT INTO queue (name) VALUES ('d-1'), ('d-2')";

  /** Holds the creation of queues back until it is opened. */
  private static final class Gate implements AwsProxy.Rule {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    @Override
    public AwsProxy.Answer answer(AwsProxy.Call call, AwsProxy.Upstream upstream)
        throws java.io.IOException {
      if (call.operation().equals("CreateQueue")) {
        reached.countDown();
        try {
          open.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new java.io.IOException(e);
        }
      }
      return upstream.forward();
    }

    void awaitReached() {
      Awaitility.await("the commit to reach AWS")
          .atMost(Space.LIMIT)
          .until(() -> reached.getCount() == 0);
    }
  }

  private static Space committing(String name, Gate gate) {
    Space space = Space.ready(name, Approval.AUTOMATIC, "aws_sqs");
    space.stack.proxy.rule(space.account.accessKeyId(), gate);
    space.transaction("slow", TWO);
    gate.awaitReached();
    space.await("slow", Phase.COMMITTING);
    return space;
  }

  @Test
  void shouldDoNothingForAWaitingTransactionThatIsDeleted() {
    Space space = Space.ready("delete-waiting", Approval.MANUAL, "aws_sqs");
    space.transaction("waits", TWO);
    space.await("waits", Phase.AWAITING_APPROVAL);

    space.delete(SqlTransaction.class, "waits");

    space.awaitGone(SqlTransaction.class, "waits");
    space.commit("after", "INSERT INTO queue (name) VALUES ('after')");
    assertThat(space.queueNames()).containsExactly("after");
    Awaitility.await("the plan to be forgotten")
        .untilAsserted(
            () -> assertThat(space.rows("SELECT count(*) FROM iasql.plan")).containsExactly("1"));
  }

  @Test
  void shouldLetATransactionGoWhoseEnvironmentIsBroken() {
    Space space = Space.empty("delete-broken");
    space.connection(space.account.id(), Optional.of(space.stack.proxy.endpoint()));
    space.environment("env", Approval.MANUAL, "aws_sqs");
    space.transaction("waits", TWO);
    space.await("waits", "wait", s -> Kstatus.ready(s).reason().equals("EnvironmentNotReady"));

    space.delete(SqlTransaction.class, "waits");

    space.awaitGone(SqlTransaction.class, "waits");
  }

  @Test
  void shouldTakeAQueuedTransactionOutOfTheQueue() {
    Gate gate = new Gate();
    Space space = committing("delete-queued", gate);
    space.transaction("next", "INSERT INTO queue (name) VALUES ('next')");
    space.await("next", Phase.QUEUED);

    space.delete(SqlTransaction.class, "next");

    space.awaitGone(SqlTransaction.class, "next");
    gate.open.countDown();
    space.await("slow", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("d-1", "d-2");
  }

  @Test
  void shouldWaitForACommitBeforeItsTransactionGoes() {
    Gate gate = new Gate();
    Space space = committing("delete-committing", gate);

    space.delete(SqlTransaction.class, "slow");

    Awaitility.await("the transaction to wait for its commit")
        .during(Duration.ofSeconds(5))
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                space.find(SqlTransaction.class, "slow").stream()
                    .anyMatch(SqlTransaction::isMarkedForDeletion));
    gate.open.countDown();
    space.awaitGone(SqlTransaction.class, "slow");
    assertThat(space.queueNames()).containsExactly("d-1", "d-2");
    assertThat(space.queueRows()).isEqualTo(space.queues());
  }

  @Test
  void shouldWaitForACommitBeforeItsEnvironmentGoesAndLeaveTheAccountAlone() {
    Gate gate = new Gate();
    Space space = committing("delete-environment", gate);

    space.delete(Environment.class, "env");

    Awaitility.await("the environment to wait for the commit")
        .during(Duration.ofSeconds(5))
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                space.find(Environment.class, "env").stream()
                    .anyMatch(Environment::isMarkedForDeletion));
    assertThat(space.events("env")).contains("Normal DeletionWaits");
    gate.open.countDown();
    space.awaitGone(Environment.class, "env");
    space.await("slow", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("d-1", "d-2");
    // The database is kept: another environment on it carries on.
    assertThat(space.queueRows()).isEqualTo(space.queues());
    space.environment("env", Approval.AUTOMATIC, "aws_sqs");
    space.awaitReady("env");
    space.automatic("later", "DELETE FROM queue WHERE name = 'd-1'");
    assertThat(space.queueNames()).containsExactly("d-2");
  }
}
