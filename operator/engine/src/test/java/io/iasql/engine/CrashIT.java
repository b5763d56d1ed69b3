package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.Fault;
import io.iasql.engine.fake.Power;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Processes that die at every point of a commit, and those that take over. */
@Order(1)
@Execution(ExecutionMode.CONCURRENT)
class CrashIT {
  private static final String BEFORE =
      "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
          + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net;"
          + " INSERT INTO grp (name) VALUES ('web'), ('db');"
          + " INSERT INTO host (label, subnet_id) SELECT 'h', id FROM subnet;"
          + " INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g WHERE g.name = 'web';"
          + " INSERT INTO site (cidr) VALUES ('10.1.0.0/16');"
          + " INSERT INTO queue (name) VALUES ('old');"
          + " INSERT INTO bucket (name) VALUES ('assets')";

  /** Creations, a change, a replacement with dependants, deletions and join rows. */
  private static final String CHANGE =
      "UPDATE net SET cidr = '10.2.0.0/16';"
          + " UPDATE site SET cidr = '10.2.0.0/16';"
          + " INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g WHERE g.name = 'db';"
          + " DELETE FROM queue;"
          + " INSERT INTO gateway (kind) VALUES ('x');"
          + " INSERT INTO bucket (name, policy) VALUES ('logs', '{\"Statement\": []}');"
          + " INSERT INTO block (bucket_name, strict) VALUES ('logs', false);"
          + " UPDATE bucket SET size = 7 WHERE name = 'assets'";

  private static final String ID = "change";

  private static TestEnvironment prepared;
  private static String plan;

  @BeforeAll
  static void prepare() {
    prepared = TestEnvironment.fresh();
    prepared.commit(BEFORE);
    plan = prepared.engine().plan(ID, CHANGE).id();
    prepared.stop();
  }

  @AfterAll
  static void drop() {
    TestServer.drop(prepared.database());
  }

  private interface Check {
    void afterwards(TestEnvironment second, TransactionView view, String point);
  }

  /** Lets a process die at its nth point, and another one take over; false when it never died. */
  private static boolean dieAt(int point, boolean rollback, Check check) {
    try (TestEnvironment base = prepared.copy()) {
      base.account().forgetCalls();
      if (rollback) {
        base.account().fault("update", "bucket", "assets", Fault.Kind.REFUSE, 1);
      }
      Power power = Power.until(point);
      TestEnvironment first = base.another(power);
      try {
        first.submit(ID, CHANGE, OnFailure.ROLLBACK, plan);
        await("the end or the death")
            .atMost(Duration.ofSeconds(60))
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(10))
            .until(
                () ->
                    power.isOff()
                        || base.engine().view(ID).map(v -> v.state().isFinal()).orElse(false));
      } catch (RuntimeException e) {
        assertThat(power.isOff()).as("only a dead process may fail: %s", e).isTrue();
      } finally {
        first.stop();
      }
      if (base.engine().view(ID).isEmpty()) {
        base.submit(ID, CHANGE, OnFailure.ROLLBACK, plan);
      }
      base.engine().wake();
      check.afterwards(base, base.await(ID), power.last());
      return power.isOff();
    }
  }

  @Test
  void nothingIsLostAndNothingCreatedTwiceWhereverTheProcessDies() {
    int points = 0;
    boolean died = true;
    while (died) {
      died =
          dieAt(
              points,
              false,
              (env, view, point) -> {
                assertThat(view.state())
                    .as("died %s: %s", point, view.message())
                    .isEqualTo(TransactionState.COMMITTED);
                assertThat(env.rows()).as("died %s", point).isEqualTo(env.cloud());
                assertThat(env.account().all("net")).as("died %s", point).hasSize(1);
                assertThat(env.account().all("subnet")).hasSize(1);
                assertThat(env.account().all("site")).as("died %s", point).hasSize(1);
                assertThat(env.account().all("host")).hasSize(1);
                assertThat(env.account().all("gateway")).as("died %s", point).hasSize(1);
                assertThat(env.account().all("queue")).isEmpty();
                assertThat(env.account().all("grp")).hasSize(3);
                assertThat(env.account().all("bucket")).hasSize(2);
                assertThat(env.account().one("bucket", "name", "assets").get("size").asInt())
                    .isEqualTo(7);
                assertThat(env.value("SELECT count(*)::text FROM iasql.ledger")).isEqualTo("2");
                assertThat(env.sync().changedTables()).isEmpty();
              });
      points++;
    }
    assertThat(points).as("points at which it died").isGreaterThan(30);
  }

  @Test
  void aRollbackEndsWhereverTheProcessDies() {
    int points = 0;
    boolean died = true;
    while (died) {
      died =
          dieAt(
              points,
              true,
              (env, view, point) -> {
                // The refusal is used up when the process died between the refusal and its record.
                assertThat(view.state())
                    .as("died %s: %s", point, view.message())
                    .isIn(TransactionState.ROLLED_BACK, TransactionState.COMMITTED);
                assertThat(env.rows()).as("died %s", point).isEqualTo(env.cloud());
                boolean back = view.state() == TransactionState.ROLLED_BACK;
                assertThat(env.account().all("net")).as("died %s", point).hasSize(1);
                assertThat(env.value("SELECT cidr FROM net"))
                    .isEqualTo(back ? "10.1.0.0/16" : "10.2.0.0/16");
                assertThat(env.account().all("gateway")).hasSize(back ? 0 : 1);
                assertThat(env.account().all("queue")).hasSize(back ? 1 : 0);
                assertThat(env.account().all("host")).hasSize(1);
                assertThat(env.sync().changedTables()).isEmpty();
              });
      points++;
    }
    assertThat(points).as("points at which it died").isGreaterThan(40);
  }

  @Test
  void aStoppedEngineLeavesItsWorkToTheNext() throws InterruptedException {
    try (TestEnvironment base = TestEnvironment.fresh()) {
      TestEnvironment first = base.another(Power.lasting());
      CountDownLatch begun = new CountDownLatch(1);
      base.account().gate(call -> countDown(call, begun));
      base.account().fault("create", "bucket", "bucket-7", Fault.Kind.THROTTLE, 1000);
      String id = TestEnvironment.newId();
      String sql = "INSERT INTO bucket (name) SELECT 'bucket-' || n FROM generate_series(1, 9) n";
      first.submit(id, sql, OnFailure.ROLLBACK, base.engine().plan(id, sql).id());
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

      first.stop();
      TransactionView left = base.engine().view(id).orElseThrow();
      base.account().mend();
      base.engine().wake();

      assertThat(left.state()).isEqualTo(TransactionState.RUNNING);
      assertThat(base.await(id).state()).isEqualTo(TransactionState.COMMITTED);
      assertThat(base.account().all("bucket")).hasSize(9);
      base.assertRowsEqualCloud();
    }
  }

  private static void countDown(FakeAccount.Call call, CountDownLatch begun) {
    if (call.name().equals("bucket-7") && call.isWrite()) {
      begun.countDown();
    }
  }

  @Test
  void aCallUnderWhichTheAccountIsClosedIsLeftToTheNext() throws InterruptedException {
    try (TestEnvironment base = TestEnvironment.fresh()) {
      TestEnvironment first = base.another(Power.lasting());
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch closed = new CountDownLatch(1);
      base.account().gate(call -> failWhenClosed(call, begun, closed));
      String id = TestEnvironment.newId();
      String sql = "INSERT INTO bucket (name) VALUES ('assets')";
      first.submit(id, sql, OnFailure.ROLLBACK, base.engine().plan(id, sql).id());
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      Thread end = new Thread(first::stop, "end");
      end.start();
      await("the engine waits for the call")
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  Arrays.stream(end.getStackTrace())
                      .anyMatch(frame -> frame.getMethodName().equals("awaitUninterruptibly")));

      closed.countDown();
      end.join();
      TransactionView left = base.engine().view(id).orElseThrow();
      base.engine().wake();

      assertThat(left.state()).isEqualTo(TransactionState.RUNNING);
      assertThat(base.await(id).state()).isEqualTo(TransactionState.COMMITTED);
      assertThat(base.account().all("bucket")).hasSize(1);
      base.assertRowsEqualCloud();
    }
  }

  private static void failWhenClosed(
      FakeAccount.Call call, CountDownLatch begun, CountDownLatch closed) {
    if (!call.isWrite() || begun.getCount() == 0) {
      return;
    }
    begun.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IllegalStateException("Connection pool shut down");
  }

  @Test
  void anEngineWhoseWorkIsUnsureNeverTakesThatForAFailure() throws InterruptedException {
    try (TestEnvironment base = TestEnvironment.fresh()) {
      TestEnvironment first = base.another(Power.lasting());
      CountDownLatch begun = new CountDownLatch(1);
      base.account()
          .gate(
              call -> {
                if (call.isWrite()) {
                  begun.countDown();
                }
              });
      base.account().fault("create", "gateway", "", Fault.Kind.LOST_AFTER, 1);
      base.account().fault("read", "gateway", "", Fault.Kind.THROTTLE, 1000);
      String id = TestEnvironment.newId();
      String sql = "INSERT INTO gateway (kind) VALUES ('x')";
      first.submit(id, sql, OnFailure.STOP, base.engine().plan(id, sql).id());
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

      first.stop();
      base.account().mend();
      base.engine().wake();

      assertThat(base.await(id).state()).isEqualTo(TransactionState.COMMITTED);
      assertThat(base.account().all("gateway")).hasSize(1);
      base.assertRowsEqualCloud();
    }
  }

  @Test
  void twoEnginesOnOneDatabaseNeverCommitAtOnce() {
    try (TestEnvironment one = TestEnvironment.fresh()) {
      TestEnvironment two = one.another(Power.lasting());
      AtomicInteger now = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      one.account()
          .gate(
              call -> {
                if (call.op().equals("create")) {
                  // Each commit has one creation: two at once would be two commits.
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  one.query("SELECT pg_sleep(0.01)::text");
                  now.decrementAndGet();
                }
              });
      String[] ids = new String[16];
      for (int i = 0; i < ids.length; i++) {
        String sql = "INSERT INTO bucket (name) VALUES ('bucket-" + i + "')";
        TestEnvironment by = i % 2 == 0 ? one : two;
        ids[i] = by.submit(sql, OnFailure.ROLLBACK);
        one.engine().wake();
        two.engine().wake();
      }

      for (String id : ids) {
        assertThat(one.await(id).state()).isEqualTo(TransactionState.COMMITTED);
      }
      two.stop();
      assertThat(most).hasValue(1);
      assertThat(one.account().count("create", "bucket")).isEqualTo(16);
      one.assertRowsEqualCloud();
    }
  }

  @Test
  void anEngineThatIsKeptOutTriesAgainWithoutSpinning() {
    try (TestEnvironment one = TestEnvironment.fresh()) {
      TestEnvironment two = one.another(Power.lasting());
      CountDownLatch latch = new CountDownLatch(1);
      one.account()
          .gate(
              call -> {
                if (call.isWrite()) {
                  waitFor(latch);
                }
              });
      String id = one.submit("INSERT INTO bucket (name) VALUES ('assets')", OnFailure.ROLLBACK);
      await("the first engine to have it")
          .until(() -> one.engine().view(id).orElseThrow().state() == TransactionState.RUNNING);

      for (int i = 0; i < 50; i++) {
        two.engine().wake();
      }
      long before = two.power().connections();
      await("a while").pollDelay(Duration.ofSeconds(2)).until(() -> true);
      long tries = two.power().connections() - before;
      latch.countDown();

      assertThat(one.await(id).state()).isEqualTo(TransactionState.COMMITTED);
      assertThat(tries).as("connections within two seconds, two for a look").isBetween(2L, 19L);
      two.stop();
    }
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      if (!latch.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody opened the latch");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aDatabaseThatIsGoneForAWhileEndsNothing() {
    try (TestEnvironment env = TestEnvironment.fresh()) {
      CountDownLatch latch = new CountDownLatch(1);
      env.account()
          .gate(
              call -> {
                if (call.op().equals("create") && call.name().equals("bucket-5")) {
                  waitFor(latch);
                }
              });
      String id =
          env.submit(
              "INSERT INTO bucket (name) SELECT 'bucket-' || n FROM generate_series(1, 9) n",
              OnFailure.ROLLBACK);
      await("the work to begin").until(() -> env.account().count("create", "bucket") >= 4);

      TestServer.disconnect(env.database());
      latch.countDown();

      await("the end")
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> env.engine().view(id).orElseThrow().state() == TransactionState.COMMITTED);
      assertThat(env.account().count("create", "bucket")).isEqualTo(9);
      assertThat(List.copyOf(env.rows())).isEqualTo(env.cloud());
    }
  }
}
