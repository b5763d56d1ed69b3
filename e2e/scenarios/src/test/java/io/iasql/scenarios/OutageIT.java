package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What everything stands on is gone for a while: nothing is lost, nobody restarts anything. */
@Isolated("it stops PostgreSQL and the API server")
class OutageIT {
  /** So many vain tries that a second outage of the same kind would end no other way. */
  private static final int TRIES = 4;

  private static long logged(String text) {
    try (Stream<String> lines = Files.lines(Stack.shared().operator.log())) {
      return lines.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void awaitLogged(String text, long times) {
    Awaitility.await(times + " times \"" + text + "\" in the operator's log")
        .atMost(Space.LIMIT)
        .until(() -> logged(text) >= times);
  }

  /** Holds the second creation of a queue until it is opened. */
  private static CountDownLatch holdSecondQueue(Space space, CountDownLatch reached) {
    CountDownLatch open = new CountDownLatch(1);
    int[] seen = {0};
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) -> {
          if (call.operation().equals("CreateQueue")) {
            boolean second;
            synchronized (seen) {
              second = ++seen[0] == 2;
            }
            if (second) {
              reached.countDown();
              try {
                open.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          }
          return upstream.forward();
        });
    return open;
  }

  private static void await(CountDownLatch reached) {
    Awaitility.await("the commit to reach AWS")
        .atMost(Space.LIMIT)
        .until(() -> reached.getCount() == 0);
  }

  @Test
  void shouldOutliveAnAbsenceOfPostgres() {
    Space space = Space.empty("no-postgres");
    space.connect();
    space.environmentSyncing("env", "10s", Approval.MANUAL, "aws_sqs");
    space.awaitReady("env");
    long pid = space.stack.operator.pid();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch open = holdSecondQueue(space, reached);
    space.transaction("waits", "INSERT INTO queue (name) VALUES ('waits')");
    String waiting = space.await("waits", Phase.AWAITING_APPROVAL).plan().id();
    space.transaction("runs", "INSERT INTO queue (name) VALUES ('r-1'), ('r-2'), ('r-3')");
    space.approve("runs");
    await(reached);

    space.stack.postgres.stop();
    try {
      // Its effect comes about, and there is nowhere to note it down.
      open.countDown();
      space.approve("waits", waiting);
      space.transaction("new", "INSERT INTO queue (name) VALUES ('new')");
      awaitLogged("commits of env wait", logged("commits of env wait") + TRIES);
      space.await(
          Environment.class,
          "env",
          "say that PostgreSQL is away",
          e ->
              Space.condition(e, "Ready")
                  .map(c -> !c.isTrue() && c.message().contains("PostgreSQL"))
                  .orElse(false));
    } finally {
      space.stack.postgres.start();
    }

    space.await("runs", Phase.COMMITTED);
    space.await("waits", Phase.COMMITTED);
    space.approve("new");
    space.await("new", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("new", "r-1", "r-2", "r-3", "waits");
    assertThat(space.queueRows()).isEqualTo(space.queues());
    space.awaitReady("env");
    assertThat(space.stack.operator.pid()).isEqualTo(pid);
  }

  @Test
  void shouldOutliveAnAbsenceOfTheApiServer() {
    Space space = Space.ready("no-api-server", Approval.AUTOMATIC, "aws_sqs");
    long pid = space.stack.operator.pid();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch open = holdSecondQueue(space, reached);
    space.transaction("runs", "INSERT INTO queue (name) VALUES ('r-1'), ('r-2')");
    await(reached);
    space.await("runs", Phase.COMMITTING);

    space.stack.kubernetes.stopApiServer();
    try {
      open.countDown();
      // The commit needs no API server.
      Awaitility.await("the commit to end")
          .atMost(Space.LIMIT)
          .untilAsserted(
              () ->
                  assertThat(space.rows("SELECT state FROM iasql.transaction"))
                      .containsExactly("COMMITTED"));
      Awaitility.await("watches and writes to fail several times")
          .pollDelay(Duration.ofSeconds(15))
          .atMost(Duration.ofSeconds(30))
          .until(space.stack.operator::isRunning);
    } finally {
      space.stack.kubernetes.startApiServer();
    }

    space.await("runs", Phase.COMMITTED);
    space.automatic("after", "INSERT INTO queue (name) VALUES ('after')");
    assertThat(space.queueNames()).containsExactly("after", "r-1", "r-2");
    assertThat(space.queueRows()).isEqualTo(space.queues());
    assertThat(space.stack.operator.pid()).isEqualTo(pid);
  }
}
