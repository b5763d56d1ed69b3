package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.EnvironmentSpec.DriftPolicy;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Changes made in AWS come into the rows. */
class SyncIT {

  private static void make(Space space, String queue) {
    try (SqsClient sqs = space.sqs()) {
      sqs.createQueue(r -> r.queueName(queue));
    }
  }

  private static void awaitRows(Space space, String... names) {
    Awaitility.await("the rows to follow")
        .atMost(Space.LIMIT)
        .untilAsserted(
            () ->
                assertThat(space.rows("SELECT name FROM queue ORDER BY 1")).containsExactly(names));
  }

  @Test
  void shouldReadTheWholeAccountFirst() {
    Space space = Space.empty("import");
    make(space, "was-there");
    try (S3Client s3 = space.s3()) {
      s3.createBucket(
          r ->
              r.bucket("was-there-" + space.account.id())
                  .createBucketConfiguration(c -> c.locationConstraint(Space.REGION)));
    }
    space.connect();
    space.environment("env", Approval.MANUAL, "aws_sqs", "aws_s3");

    Environment ready = space.awaitReady("env");

    assertThat(space.queueRows()).isEqualTo(space.queues()).hasSize(1);
    assertThat(space.rows("SELECT name, region FROM bucket"))
        .containsExactly("was-there-" + space.account.id() + "|" + Space.REGION);
    assertThat(ready.getStatus().accountId()).isEqualTo(space.account.id());
    assertThat(ready.getStatus().modules()).contains("aws_account", "aws_s3", "aws_sqs");
    assertThat(ready.getStatus().sync().lastSyncTime()).isNotNull();
    assertThat(ready.getStatus().sync().failures()).isEmpty();
  }

  @Test
  void shouldReadWhatAFurtherModuleHasBeforeATransactionIsPlanned() {
    Space space = Space.ready("further-module", Approval.MANUAL, "aws_s3");
    make(space, "was-there");
    CountDownLatch held = new CountDownLatch(1);
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) -> {
          if (call.service().equals("sqs")) {
            await(held);
          }
          return upstream.forward();
        });
    space.environment("env", Approval.MANUAL, "aws_s3", "aws_sqs");
    space.transaction("adopt", "UPDATE queue SET visibility_timeout = 45 WHERE name = 'was-there'");

    Environment importing =
        space.await(
            Environment.class,
            "env",
            "be at work on its new spec",
            e ->
                e.getMetadata().getGeneration().equals(e.getStatus().observedGeneration())
                    && Space.condition(e, "Reconciling").isPresent());
    assertThat(Space.condition(importing, "Ready").orElseThrow().isTrue()).isFalse();
    Awaitility.await("the table to be there")
        .atMost(Space.LIMIT)
        .until(() -> space.rows("SELECT to_regclass('queue')").contains("queue"));
    space.await("adopt", Phase.PLANNING);
    Awaitility.await("no plan of an empty table")
        .during(Duration.ofSeconds(2))
        .atMost(Space.LIMIT)
        .until(() -> space.status("adopt").plan() == null);
    held.countDown();

    space.awaitReady("env");
    assertThat(space.await("adopt", Phase.AWAITING_APPROVAL).plan().text())
        .isEqualTo("+0 ~1 ±0 -0");
    space.approve("adopt");
    space.await("adopt", Phase.COMMITTED);
    assertThat(space.queues()).singleElement().asString().startsWith("was-there|45");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldSyncWhenAsked() {
    Space space = Space.ready("sync-asked", Approval.MANUAL, "aws_sqs");
    make(space, "by-hand");

    space.requestSync("env", "2026-01-01T00:00:00Z");

    Environment synced =
        space.await(
            Environment.class,
            "env",
            "answer the request",
            e -> "2026-01-01T00:00:00Z".equals(e.getStatus().sync().requestedAt()));
    assertThat(space.rows("SELECT name FROM queue")).containsExactly("by-hand");
    assertThat(synced.getStatus().sync().failures()).isEmpty();
  }

  @Test
  void shouldSyncByTheClock() {
    Space space = Space.empty("sync-interval");
    space.connect();
    space.environmentSyncing("env", "10s", Approval.MANUAL, "aws_sqs");
    space.awaitReady("env");

    make(space, "by-hand");

    awaitRows(space, "by-hand");
    try (SqsClient sqs = space.sqs()) {
      sqs.deleteQueue(r -> r.queueUrl(sqs.getQueueUrl(q -> q.queueName("by-hand")).queueUrl()));
    }
    awaitRows(space);
  }

  @Test
  void shouldNameAServiceThatFailsAndLeaveItsRowsAlone() {
    Space space = Space.ready("sync-failing", Approval.AUTOMATIC, "aws_sqs", "aws_s3");
    space.automatic("base", "INSERT INTO queue (name) VALUES ('kept')");
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) ->
            call.service().equals("sqs")
                ? AwsProxy.Answer.error(call, 403, "AccessDenied", "no right to sqs:ListQueues")
                : upstream.forward());
    try (S3Client s3 = space.s3()) {
      s3.createBucket(
          r ->
              r.bucket("fresh-" + space.account.id())
                  .createBucketConfiguration(c -> c.locationConstraint(Space.REGION)));
    }

    space.requestSync("env", "1");

    Environment failing =
        space.await(
            Environment.class,
            "env",
            "name what failed",
            e -> !e.getStatus().sync().failures().isEmpty());
    assertThat(failing.getStatus().sync().failures())
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.table()).isEqualTo("queue");
              assertThat(f.region()).isEqualTo(Space.REGION);
              assertThat(f.message()).contains("AccessDenied").contains("sqs:ListQueues");
            });
    assertThat(Space.condition(failing, "Ready").orElseThrow().reason())
        .isEqualTo("SyncIncomplete");
    assertThat(space.rows("SELECT name FROM queue")).containsExactly("kept");
    assertThat(space.rows("SELECT name FROM bucket"))
        .containsExactly("fresh-" + space.account.id());

    space.stack.proxy.pass(space.account.accessKeyId());
    space.requestSync("env", "2");
    space.await(
        Environment.class, "env", "be whole", e -> e.getStatus().sync().failures().isEmpty());
  }

  @Test
  void shouldSayThatAModuleDoesNotExistAndTakeTheMendedSpecAtOnce() {
    Space space = Space.empty("no-module");
    space.connect();
    space.environment("env", Approval.MANUAL, "aws_moon");
    Environment stalled =
        space.await(
            Environment.class, "env", "say so", e -> Space.condition(e, "Stalled").isPresent());
    assertThat(Space.condition(stalled, "Stalled").orElseThrow().message())
        .contains("aws_moon")
        .contains("aws_sqs");

    space.environment("env", Approval.MANUAL, "aws_sqs");

    Awaitility.await("the mended environment to be ready")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                space
                    .find(Environment.class, "env")
                    .flatMap(e -> Space.condition(e, "Ready"))
                    .map(Condition::isTrue)
                    .orElse(false));
  }

  @Test
  void shouldHaveDriftRestoredByATransactionLikeAnyOther() {
    Space space = Space.empty("restored");
    space.connect();
    space.environment("env", "1h", Approval.MANUAL, DriftPolicy.RESTORE, "aws_sqs");
    space.awaitReady("env");
    space.commit("queue", "INSERT INTO queue (name, visibility_timeout) VALUES ('kept', 30)");
    try (SqsClient sqs = space.sqs()) {
      String url = sqs.getQueueUrl(r -> r.queueName("kept")).queueUrl();
      sqs.setQueueAttributes(
          r -> r.queueUrl(url).attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "77")));
    }
    space.requestSync("env", "1");

    Environment drifted =
        space.await(
            Environment.class,
            "env",
            "say that it drifted",
            e -> Space.condition(e, "Drifted").map(Condition::isTrue).orElse(false));
    assertThat(Space.condition(drifted, "Drifted").orElseThrow().message())
        .contains("update queue");
    SqlTransaction restoring =
        Awaitility.await("the transaction that restores")
            .atMost(Space.LIMIT)
            .until(
                () ->
                    space
                        .stack
                        .client
                        .resources(SqlTransaction.class)
                        .inNamespace(space.namespace)
                        .list()
                        .getItems()
                        .stream()
                        .filter(t -> !t.getMetadata().getName().equals("queue"))
                        .findFirst()
                        .orElse(null),
                Objects::nonNull);
    assertThat(space.queues()).singleElement().asString().startsWith("kept|77");

    space.approve(restoring.getMetadata().getName());
    space.await(restoring.getMetadata().getName(), Phase.COMMITTED);
    assertThat(space.queues()).singleElement().asString().startsWith("kept|30");
    assertThat(space.queueRows()).isEqualTo(space.queues());
  }

  @Test
  void shouldTellDriftUntilASyncThatIsAskedForAcceptsIt() {
    Space space = Space.empty("reported");
    space.connect();
    space.environment("env", "10s", Approval.MANUAL, DriftPolicy.REPORT, "aws_sqs");
    space.awaitReady("env");
    try (SqsClient sqs = space.sqs()) {
      sqs.createQueue(r -> r.queueName("stranger"));
    }

    space.await(
        Environment.class,
        "env",
        "say that it drifted",
        e -> Space.condition(e, "Drifted").map(Condition::isTrue).orElse(false));
    assertThat(space.rows("SELECT name FROM queue")).isEmpty();

    space.requestSync("env", "1");
    space.await(
        Environment.class,
        "env",
        "have accepted it",
        e -> Space.condition(e, "Drifted").map(c -> !c.isTrue()).orElse(false));
    assertThat(space.rows("SELECT name FROM queue")).containsExactly("stranger");
  }
}
