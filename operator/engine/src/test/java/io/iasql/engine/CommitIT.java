package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.Fault;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.sync.SyncReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From an approved plan to its end: queue, work, failures, rollback, ledger. */
@Order(2)
class CommitIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  private TestEnvironment env;

  @BeforeEach
  void start() {
    env = TestEnvironment.fresh();
  }

  @AfterEach
  void stop() {
    env.account().gate(call -> {});
    env.close();
  }

  /** Holds every call that changes the cloud until told otherwise. */
  private CountDownLatch holdWrites() {
    CountDownLatch latch = new CountDownLatch(1);
    env.account()
        .gate(
            call -> {
              if (call.isWrite()) {
                waitFor(latch);
              }
            });
    return latch;
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

  private void assertEnded(String id, TransactionState state) {
    TransactionView view = env.await(id);
    assertThat(view.state()).as(view.message()).isEqualTo(state);
  }

  // Superseded
  // -------------------------------------------------------------------------------------

  @Test
  void isSupersededWhenTheAccountChangedAfterTheApproval() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 1)");
    String sql = "UPDATE bucket SET size = 3";
    String id = TestEnvironment.newId();
    Plan approved = env.engine().plan(id, sql);
    env.account().change("bucket", "name", "assets", "size", 2);
    env.account().forgetCalls();

    env.submit(id, sql, OnFailure.ROLLBACK, approved.id());

    assertEnded(id, TransactionState.SUPERSEDED);
    assertThat(env.account().writes()).isEmpty();
    assertThat(env.value("SELECT size::text FROM bucket")).isEqualTo("1");
    PlanStore.Stored now = env.engine().storedPlan(id, 9).orElseThrow();
    assertThat(now.id()).isNotEqualTo(approved.id());
    assertThat(env.engine().view(id).orElseThrow().message()).contains(now.id());
  }

  @Test
  void isSupersededWhenTheRowsChangedAfterTheApproval() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('one1', 1), ('two2', 2)");
    String sql = "UPDATE bucket SET tags = '{\"a\": \"b\"}' WHERE size = 1";
    String id = TestEnvironment.newId();
    Plan approved = env.engine().plan(id, sql);
    env.commit("UPDATE bucket SET size = 1 WHERE name = 'two2'");

    env.submit(id, sql, OnFailure.ROLLBACK, approved.id());

    assertEnded(id, TransactionState.SUPERSEDED);
    assertThat(env.query("SELECT name FROM bucket WHERE tags IS NOT NULL")).isEmpty();
  }

  @Test
  void aSupersededTransactionIsCommittedOnceItsNewPlanIsApproved() {
    String id = TestEnvironment.newId();
    String sql = "INSERT INTO bucket (name) VALUES ('assets')";
    env.engine().plan(id, sql);
    env.submit(id, sql, OnFailure.ROLLBACK, "plan-test-000000000000");
    assertEnded(id, TransactionState.SUPERSEDED);

    env.submit(id, sql, OnFailure.ROLLBACK, env.engine().storedPlan(id, 1).orElseThrow().id());

    assertEnded(id, TransactionState.COMMITTED);
    env.assertRowsEqualCloud();
  }

  @Test
  void failsWhenItsSqlCannotRunAnyMore() {
    String id = TestEnvironment.newId();
    String sql = "INSERT INTO queue (name) VALUES ('jobs')";
    String plan = env.engine().plan(id, sql).id();
    env.commit("INSERT INTO queue (name) VALUES ('jobs')");

    env.submit(id, sql, OnFailure.ROLLBACK, plan);

    assertEnded(id, TransactionState.FAILED);
    assertThat(env.engine().view(id).orElseThrow().message()).contains("23505");
  }

  @Test
  void whatCannotBePreparedDoesNotHoldUpTheOthers() {
    String bad = TestEnvironment.newId();
    env.engine()
        .submit(
            new Submission(
                bad,
                "bad",
                "SET TRANSACTION READ ONLY; INSERT INTO bucket (name) VALUES ('assets')",
                OnFailure.ROLLBACK,
                "plan-test-000000000000",
                ""));

    env.commit("INSERT INTO bucket (name) VALUES ('others')");

    assertThat(env.await(bad).state()).isIn(TransactionState.FAILED, TransactionState.SUPERSEDED);
  }

  @Test
  void whatMayNotBeReadAnyMoreDoesNotHoldUpTheOthers() {
    String id = TestEnvironment.newId();
    String sql = "INSERT INTO bucket (name) VALUES ('assets')";
    String plan = env.engine().plan(id, sql).id();
    env.account().fault("read", "bucket", "assets", Fault.Kind.DENY, 1000);

    env.submit(id, sql, OnFailure.ROLLBACK, plan);

    assertEnded(id, TransactionState.FAILED);
    assertThat(env.engine().view(id).orElseThrow().message())
        .startsWith("AWS refused to be read: AccessDenied: not you");
    env.commit("INSERT INTO bucket (name) VALUES ('others')");
  }

  @Test
  void anOutageBeforeItBeginsIsWaitedFor() {
    String id = TestEnvironment.newId();
    String sql = "INSERT INTO bucket (name) VALUES ('assets')";
    String plan = env.engine().plan(id, sql).id();
    env.account().fault("read", "bucket", "assets", Fault.Kind.LOST_BEFORE, 1);
    env.account().fault("read", "bucket", "assets", Fault.Kind.THROTTLE, 1);
    env.account().fault("read", "bucket", "assets", Fault.Kind.EXPIRE, 1);

    env.submit(id, sql, OnFailure.ROLLBACK, plan);

    assertEnded(id, TransactionState.COMMITTED);
  }

  // Queue
  // ------------------------------------------------------------------------------------------

  @Test
  void twentyTransactionsRunOneAfterTheOtherInTheirOrder() {
    List<String> ids = new ArrayList<>();
    List<String> plans = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String id = TestEnvironment.newId();
      ids.add(id);
      plans.add(
          env.engine().plan(id, "INSERT INTO bucket (name) VALUES ('bucket-" + i + "')").id());
    }
    AtomicInteger most = new AtomicInteger();
    ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
    env.account()
        .gate(
            call -> {
              if (call.op().equals("create")) {
                order.add(call.name());
                most.accumulateAndGet(
                    Integer.parseInt(
                        env.value(
                            "SELECT count(*)::text FROM iasql.transaction"
                                + " WHERE state = 'RUNNING'")),
                    Math::max);
              }
            });

    for (int i = 0; i < 20; i++) {
      String sql = "INSERT INTO bucket (name) VALUES ('bucket-" + i + "')";
      env.submit(ids.get(i), sql, OnFailure.ROLLBACK, plans.get(i));
    }

    for (String id : ids) {
      assertEnded(id, TransactionState.COMMITTED);
    }
    assertThat(order).containsExactlyElementsOf(names(20));
    assertThat(most).hasValue(1);
    env.assertRowsEqualCloud();
  }

  private static List<String> names(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("bucket-" + i);
    }
    return names;
  }

  @Test
  void ofTwoTransactionsOnOneRowTheSecondIsPlannedAgain() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 1)");
    String first = TestEnvironment.newId();
    String second = TestEnvironment.newId();
    String firstPlan = env.engine().plan(first, "UPDATE bucket SET size = 2").id();
    String secondPlan = env.engine().plan(second, "UPDATE bucket SET size = size + 5").id();

    env.submit(first, "UPDATE bucket SET size = 2", OnFailure.ROLLBACK, firstPlan);
    env.submit(second, "UPDATE bucket SET size = size + 5", OnFailure.ROLLBACK, secondPlan);

    assertEnded(first, TransactionState.COMMITTED);
    assertEnded(second, TransactionState.SUPERSEDED);
    PlanStore.Stored again = env.engine().storedPlan(second, 1).orElseThrow();
    assertThat(again.lines().get(0).columns().toString()).contains("\"after\":7");
  }

  @Test
  void aTransactionThatHasNotBegunCanBeWithdrawn() {
    CountDownLatch latch = holdWrites();
    String running = env.submit("INSERT INTO bucket (name) VALUES ('one1')", OnFailure.ROLLBACK);
    String waiting = env.submit("INSERT INTO bucket (name) VALUES ('two2')", OnFailure.ROLLBACK);
    await("the first runs")
        .atMost(SOON)
        .until(() -> env.engine().view(running).orElseThrow().total() == 1);

    assertThat(env.engine().withdraw(waiting)).isTrue();
    assertThat(env.engine().withdraw(running)).isFalse();
    latch.countDown();

    assertEnded(running, TransactionState.COMMITTED);
    assertThat(env.engine().view(waiting)).isEmpty();
    assertThat(env.engine().storedPlan(waiting, 1)).isEmpty();
    await("the queue to be idle").atMost(SOON).until(() -> !env.engine().isBusy());
    assertThat(env.account().all("bucket")).hasSize(1);
  }

  @Test
  void aTransactionThatIsAboutToBeginCanBeRecalled() {
    String id = TestEnvironment.newId();
    String sql = "INSERT INTO bucket (name) VALUES ('assets')";
    String plan = env.engine().plan(id, sql).id();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch latch = new CountDownLatch(1);
    env.account()
        .gate(
            call -> {
              if (call.op().equals("read")) {
                reading.countDown();
                waitFor(latch);
              }
            });
    env.submit(id, sql, OnFailure.ROLLBACK, plan);
    waitFor(reading);
    assertThat(env.engine().view(id).orElseThrow().state()).isEqualTo(TransactionState.RUNNING);

    assertThat(env.engine().recall(id)).isTrue();
    latch.countDown();

    env.commit("INSERT INTO bucket (name) VALUES ('others')");
    assertThat(env.engine().view(id)).isEmpty();
    assertThat(env.account().has("bucket", "name", "assets")).isFalse();
    // It may be asked for again.
    env.submit(id, sql, OnFailure.ROLLBACK, env.engine().plan(id, sql).id());
    assertEnded(id, TransactionState.COMMITTED);
    assertThat(env.account().count("create", "bucket")).isEqualTo(2);
  }

  @Test
  void progressCanBeSeen() {
    AtomicInteger created = new AtomicInteger();
    CountDownLatch latch = new CountDownLatch(1);
    env.account()
        .gate(
            call -> {
              if (call.op().equals("create") && created.incrementAndGet() > 6) {
                waitFor(latch);
              }
            });

    String id =
        env.submit(
            "INSERT INTO bucket (name) SELECT 'bucket-' || n FROM generate_series(1, 10) n",
            OnFailure.ROLLBACK);

    await("six of ten").atMost(SOON).until(() -> env.engine().view(id).orElseThrow().done() == 6);
    assertThat(env.engine().view(id).orElseThrow().total()).isEqualTo(10);
    assertThat(env.engine().isBusy()).isTrue();
    latch.countDown();
    assertEnded(id, TransactionState.COMMITTED);
    assertThat(env.engine().view(id).orElseThrow().done()).isEqualTo(10);
  }

  @Test
  void noMoreCallsThanAllowedAreUnderWayAtOnce() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    env.account()
        .gate(
            call -> {
              if (call.op().equals("create")) {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                env.query("SELECT pg_sleep(0.02)::text");
                now.decrementAndGet();
              }
            });

    env.commit("INSERT INTO bucket (name) SELECT 'bucket-' || n FROM generate_series(1, 30) n");

    assertThat(most.get()).isBetween(2, 4);
  }

  // Failures
  // ---------------------------------------------------------------------------------------

  private static final String TEN =
      "INSERT INTO bucket (name) SELECT 'bucket-' || n FROM generate_series(0, 9) n";

  @Test
  void throttlingAndOutagesAreRetriedInsideAndAreNoFailure() {
    env.account().fault("create", "queue", "", Fault.Kind.THROTTLE, 2);
    env.account().fault("create", "queue", "", Fault.Kind.LOST_BEFORE, 1);
    env.account().fault("create", "queue", "", Fault.Kind.LOST_AFTER, 1);
    env.account().fault("create", "queue", "", Fault.Kind.EXPIRE, 1);

    env.commit("INSERT INTO queue (name) VALUES ('one'), ('two')");

    assertThat(env.account().all("queue")).hasSize(2);
  }

  @Test
  void aLostAnswerAndAStaleReadCreateNothingTwice() {
    env.account().fault("create", "gateway", "", Fault.Kind.LOST_AFTER, 1);
    env.account().fault("create", "bucket", "", Fault.Kind.LOST_AFTER, 1);
    String id =
        env.submit(
            "INSERT INTO gateway (kind) VALUES ('x'); INSERT INTO bucket (name) VALUES ('abc')",
            OnFailure.ROLLBACK);
    env.account().fault("read", "bucket", "abc", Fault.Kind.STALE, 1);

    assertEnded(id, TransactionState.COMMITTED);
    assertThat(env.account().all("gateway")).hasSize(1);
    env.assertRowsEqualCloud();
  }

  @Test
  void lostAnswersOfChangesAndDeletionsAreRepeated() {
    env.commit("INSERT INTO bucket (name) VALUES ('one1'), ('two2')");
    env.account().fault("update", "bucket", "", Fault.Kind.LOST_AFTER, 1);
    env.account().fault("delete", "bucket", "", Fault.Kind.LOST_AFTER, 1);

    env.commit(
        "UPDATE bucket SET size = 9 WHERE name = 'one1'; DELETE FROM bucket WHERE name = 'two2'");

    assertThat(env.account().all("bucket")).hasSize(1);
  }

  @Test
  void oneRefusedOfTenIsRolledBackWithTheOthers() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('kept-1', 1)");
    List<String> cloud = env.cloud();
    String rows = env.contents().get("public.bucket");
    env.account().fault("create", "bucket", "bucket-5", Fault.Kind.REFUSE, 1);

    TransactionView view = env.commit("UPDATE bucket SET size = 2; " + TEN, OnFailure.ROLLBACK);

    assertThat(view.state()).as(view.message()).isEqualTo(TransactionState.ROLLED_BACK);
    assertThat(view.message())
        .contains("create bucket bucket-5 failed: InvalidParameter: not today")
        .contains("req-failed")
        .contains("taken back");
    assertThat(env.cloud()).isEqualTo(cloud);
    assertThat(env.contents()).containsEntry("public.bucket", rows);
    assertThat(env.sync().changedTables()).isEmpty();
  }

  @Test
  void theOthersFinishBeforeTheRollback() {
    env.account().fault("create", "bucket", "bucket-0", Fault.Kind.REFUSE, 1);

    env.commit(TEN, OnFailure.ROLLBACK);

    assertThat(env.account().count("create", "bucket")).isEqualTo(10);
    assertThat(env.account().count("delete", "bucket")).isEqualTo(9);
  }

  @Test
  void oneRefusedOfTenStopsWithTheOthersDone() {
    env.account().fault("create", "bucket", "bucket-5", Fault.Kind.REFUSE, 1);

    TransactionView view = env.commit(TEN, OnFailure.STOP);

    assertThat(view.state()).isEqualTo(TransactionState.PARTIALLY_APPLIED);
    assertThat(view.message())
        .contains("create bucket bucket-5 failed")
        .contains("done: create bucket bucket-0, create bucket bucket-1");
    assertThat(env.account().all("bucket")).hasSize(9);
    env.assertRowsEqualCloud();
    assertThat(env.sync().changedTables()).isEmpty();
  }

  @Test
  void whatNeedsTheRefusedOneIsNotBegun() {
    env.account().fault("create", "net", "", Fault.Kind.REFUSE, 1);

    TransactionView view =
        env.commit(
            "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
                + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net;"
                + " INSERT INTO bucket (name) VALUES ('assets')",
            OnFailure.STOP);

    assertThat(view.message()).contains("not begun: create subnet").contains("bucket assets");
    env.assertRowsEqualCloud();
    assertThat(env.account().has("bucket", "name", "assets")).isTrue();
  }

  private void everything() {
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
            + " INSERT INTO subnet (net_id, cidr, label) SELECT id, '10.1.1.0/24', 's' FROM net;"
            + " INSERT INTO grp (name, net_id) SELECT 'web', id FROM net;"
            + " INSERT INTO host (label, subnet_id) SELECT 'h', id FROM subnet;"
            + " INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g WHERE g.name = 'web';"
            + " INSERT INTO disk (gib, host_id) SELECT 8, id FROM host;"
            + " UPDATE host SET boot_disk_id = (SELECT id FROM disk);"
            + " INSERT INTO gateway (kind) VALUES ('x');"
            + " INSERT INTO queue (name, visibility) VALUES ('left', 1), ('right', 2);"
            + " INSERT INTO bucket (name, tags) VALUES ('assets', '{\"a\": \"b\"}');"
            + " INSERT INTO bucket_rule (bucket_name, prefix, days) VALUES ('assets', 'p', 1);"
            + " INSERT INTO block (bucket_name, strict) VALUES ('assets', false);"
            + " INSERT INTO site (cidr) VALUES ('10.1.0.0/16')");
    env.commit(
        "UPDATE grp SET label = 'd' WHERE name = 'default';"
            + " UPDATE site_table SET label = 'main';"
            + " INSERT INTO site_table (site_id, label) SELECT id, 'own' FROM site;"
            + " INSERT INTO route (net_id, dest, target) SELECT n.id, '0', g.gateway_id"
            + " FROM net n, gateway g; UPDATE bucket SET policy = '{\"Statement\": []}'");
  }

  private static final String EVERYTHING_CHANGED =
      "UPDATE net SET cidr = '10.2.0.0/16';"
          + " UPDATE site SET cidr = '10.2.0.0/16';"
          + " UPDATE gateway SET kind = 'y';"
          + " UPDATE queue SET name = 'tmp' WHERE name = 'left';"
          + " UPDATE queue SET name = 'left' WHERE name = 'right';"
          + " UPDATE queue SET name = 'right' WHERE name = 'tmp';"
          + " UPDATE disk SET label = 'boot';"
          + " DELETE FROM bucket;"
          + " INSERT INTO bucket (name) VALUES ('zzz')";

  /** Everything but the ids that the cloud assigned. */
  private static List<String> withoutIds(List<String> lines) {
    return lines.stream()
        .map(l -> l.replaceAll("(net|subnet|grp|gw|host|disk|q|site|tab)-\\d+", "$1-N"))
        .sorted()
        .toList();
  }

  @Test
  void everyKindOfStepIsTakenBackWhereverTheCommitFails() {
    everything();
    TestEnvironment prepared = env;
    prepared.stop();
    env = prepared.copy();
    List<String> before = withoutIds(env.cloud());
    env.commit(EVERYTHING_CHANGED);
    List<FakeAccount.Call> steps = env.account().writes();
    assertThat(steps).hasSizeGreaterThan(15);
    env.close();

    for (FakeAccount.Call step : distinct(steps)) {
      env = prepared.copy();
      env.account().fault(step.op(), step.table(), "", Fault.Kind.REFUSE, 1);

      TransactionView view = env.commit(EVERYTHING_CHANGED, OnFailure.ROLLBACK);

      assertThat(view.state())
          .as("refused %s: %s", step, view.message())
          .isEqualTo(TransactionState.ROLLED_BACK);
      assertThat(withoutIds(env.cloud())).as("refused %s", step).isEqualTo(before);
      assertThat(env.rows()).as("refused %s", step).isEqualTo(env.cloud());
      env.close();
    }
    TestServer.drop(prepared.database());
    env = TestEnvironment.fresh();
  }

  @Test
  void rowsEqualCloudWhereverTheCommitStops() {
    everything();
    TestEnvironment prepared = env;
    prepared.stop();
    env = prepared.copy();
    env.commit(EVERYTHING_CHANGED);
    List<FakeAccount.Call> steps = env.account().writes();
    env.close();

    for (FakeAccount.Call step : distinct(steps)) {
      env = prepared.copy();
      env.account().fault(step.op(), step.table(), "", Fault.Kind.REFUSE, 1);

      TransactionView view = env.commit(EVERYTHING_CHANGED, OnFailure.STOP);

      assertThat(view.state()).as("%s", step).isEqualTo(TransactionState.PARTIALLY_APPLIED);
      env.sync();
      assertThat(env.rows()).as("refused %s: %s", step, view.message()).isEqualTo(env.cloud());
      env.close();
    }
    TestServer.drop(prepared.database());
    env = TestEnvironment.fresh();
  }

  private static List<FakeAccount.Call> distinct(List<FakeAccount.Call> calls) {
    return calls.stream()
        .map(c -> new FakeAccount.Call(c.op(), c.table(), "", ""))
        .distinct()
        .toList();
  }

  @Test
  void whatARefusedCreationLeftBehindIsTakenBack() {
    env.account().fault("create", "gateway", "", Fault.Kind.REFUSE_HALF_WAY, 1);

    TransactionView view =
        env.commit("INSERT INTO gateway (kind) VALUES ('x')", OnFailure.ROLLBACK);

    assertThat(view.state()).isEqualTo(TransactionState.ROLLED_BACK);
    assertThat(env.account().all("gateway")).isEmpty();
    env.assertRowsEqualCloud();
  }

  @Test
  void whatARefusedCreationLeftBehindKeepsItsRowWhenTheCommitStops() {
    env.account().fault("create", "gateway", "", Fault.Kind.REFUSE_HALF_WAY, 1);

    TransactionView view = env.commit("INSERT INTO gateway (kind) VALUES ('x')", OnFailure.STOP);

    assertThat(view.state()).isEqualTo(TransactionState.PARTIALLY_APPLIED);
    assertThat(env.account().all("gateway")).hasSize(1);
    env.assertRowsEqualCloud();
  }

  @Test
  void driftIsPutBackAsItWasInTheCloud() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 5)");
    env.account().change("bucket", "name", "assets", "size", 77);
    env.account().fault("create", "queue", "", Fault.Kind.REFUSE, 1);

    TransactionView view =
        env.commit(
            "UPDATE bucket SET size = 6; INSERT INTO queue (name) VALUES ('jobs')",
            OnFailure.ROLLBACK);

    assertThat(view.state()).as(view.message()).isEqualTo(TransactionState.ROLLED_BACK);
    assertThat(env.account().one("bucket", "name", "assets").get("size").asInt()).isEqualTo(77);
  }

  @Test
  void aFailureOfTheCompensationIsToldAsPartiallyApplied() {
    env.account().fault("create", "bucket", "bucket-5", Fault.Kind.REFUSE, 1);
    env.account().fault("delete", "bucket", "bucket-3", Fault.Kind.DENY, 1);

    TransactionView view = env.commit(TEN, OnFailure.ROLLBACK);

    assertThat(view.state()).isEqualTo(TransactionState.PARTIALLY_APPLIED);
    assertThat(view.message())
        .contains("create bucket bucket-5 failed")
        .contains("Taking back what had been done failed as well")
        .contains("delete bucket bucket-3 failed: AccessDenied");
    assertThat(env.account().all("bucket")).hasSize(1);
    env.sync();
    env.assertRowsEqualCloud();
  }

  @Test
  void rowsThatSomebodyElseUsesMeanwhileDoNotHoldUpARollback() {
    CountDownLatch latch = new CountDownLatch(1);
    env.account()
        .gate(
            call -> {
              if (call.op().equals("create") && call.table().equals("queue")) {
                waitFor(latch);
              }
            });
    env.account().fault("create", "queue", "", Fault.Kind.REFUSE, 1);
    String id =
        env.submit(
            "INSERT INTO net (cidr) VALUES ('10.1.0.0/16'); INSERT INTO queue (name) VALUES ('q')",
            OnFailure.ROLLBACK);
    await("the net is there").atMost(SOON).until(() -> env.account().all("net").size() == 1);
    await("its row is").atMost(SOON).until(() -> !env.query("SELECT net_id FROM net").isEmpty());
    env.execute("INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net");
    latch.countDown();

    assertEnded(id, TransactionState.PARTIALLY_APPLIED);

    assertThat(env.engine().view(id).orElseThrow().message())
        .contains("could not be put back")
        .contains("next sync");
    assertThat(env.account().all("net")).isEmpty();
    assertThat(env.commit("INSERT INTO bucket (name) VALUES ('go-on')", OnFailure.ROLLBACK).state())
        .isEqualTo(TransactionState.COMMITTED);
  }

  @Test
  void anErrorOnAWorkersThreadDoesNotEndTheQueue() {
    AtomicInteger times = new AtomicInteger();
    env.account()
        .gate(
            call -> {
              if (call.op().equals("create") && times.getAndIncrement() == 0) {
                throw new StackOverflowError();
              }
            });

    TransactionView view =
        env.commit("INSERT INTO bucket (name) VALUES ('assets')", OnFailure.ROLLBACK);

    assertThat(view.state()).isEqualTo(TransactionState.ROLLED_BACK);
    env.commit("INSERT INTO bucket (name) VALUES ('assets')");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.Kind.class,
      names = {"REFUSE", "DENY"})
  void whatComesWithAResourceAndCannotBeListedDoesNotHoldUpTheCommit(Fault.Kind refusal) {
    env.account().fault("list", "grp", "", refusal, 1000);

    String id = env.submit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')", OnFailure.ROLLBACK);

    assertEnded(id, TransactionState.COMMITTED);
    env.account().mend();
    env.sync();
    env.assertRowsEqualCloud();
  }

  @Test
  void aSyncLeavesWhatComesWithAResourceToTheCommitThatMakesIt() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch latch = new CountDownLatch(1);
    env.account()
        .gate(
            call -> {
              if (call.op().equals("create") && call.table().equals("bucket")) {
                begun.countDown();
                waitFor(latch);
              }
            });
    String id =
        env.submit(
            "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
                + " INSERT INTO bucket (name) VALUES ('assets')",
            OnFailure.ROLLBACK);
    waitFor(begun);
    await("the net").atMost(SOON).until(() -> env.account().has("grp", "name", "default"));

    SyncReport report = env.sync();

    assertThat(report.left()).contains("net", "grp", "bucket");
    assertThat(env.query("SELECT name FROM grp")).isEmpty();
    latch.countDown();
    assertEnded(id, TransactionState.COMMITTED);
    env.assertRowsEqualCloud();
  }

  // Ledger and audit
  // -------------------------------------------------------------------------------

  @Test
  void theLedgerRemembersWhatWasCommittedByNameAndContent() {
    String sql = "INSERT INTO bucket (name) VALUES ('assets')";
    String id = env.submit(sql, OnFailure.ROLLBACK);
    assertEnded(id, TransactionState.COMMITTED);

    Engine.Committed known = env.engine().committed("name-" + id, sql).orElseThrow();

    assertThat(known.transaction()).isEqualTo(id);
    assertThat(known.planId()).startsWith("plan-test-");
    assertThat(known.state()).isEqualTo("COMMITTED");
    assertThat(env.engine().committed("name-" + id, sql + " ")).isEmpty();
    assertThat(env.engine().committed("other", sql)).isEmpty();
  }

  @Test
  void theLedgerDoesNotRememberWhatWasRolledBack() {
    env.account().fault("create", "bucket", "", Fault.Kind.REFUSE, 1);
    String sql = "INSERT INTO bucket (name) VALUES ('assets')";
    String id = env.submit(sql, OnFailure.ROLLBACK);
    assertEnded(id, TransactionState.ROLLED_BACK);

    assertThat(env.engine().committed("name-" + id, sql)).isEmpty();
  }

  @Test
  void submittingAgainWhatHasBeenCommittedDoesNothing() {
    String sql = "INSERT INTO bucket (name) VALUES ('assets')";
    String id = TestEnvironment.newId();
    String plan = env.engine().plan(id, sql).id();
    env.submit(id, sql, OnFailure.ROLLBACK, plan);
    assertEnded(id, TransactionState.COMMITTED);
    env.account().forgetCalls();

    env.submit(id, sql, OnFailure.ROLLBACK, plan);

    assertThat(env.engine().isBusy()).isFalse();
    assertThat(env.engine().view(id).orElseThrow().state()).isEqualTo(TransactionState.COMMITTED);
    assertThat(env.account().calls()).isEmpty();
  }

  @Test
  void nothingToChangeEndsAsNoChanges() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 5)");

    TransactionView view = env.commit("UPDATE bucket SET size = 5", OnFailure.ROLLBACK);

    assertThat(view.state()).isEqualTo(TransactionState.NO_CHANGES);
    assertThat(view.total()).isZero();
  }

  @Test
  void theAuditLogSaysWhichTransactionChangedARow() {
    String id = env.submit("INSERT INTO bucket (name) VALUES ('assets')", OnFailure.ROLLBACK);
    assertEnded(id, TransactionState.COMMITTED);

    assertThat(
            env.query(
                "SELECT change_type || ' ' || \"user\" FROM iasql_audit_log WHERE transaction_id ="
                    + " '"
                    + id
                    + "'"))
        .containsExactly("INSERT transaction/name-" + id);
  }

  @Test
  void theListenerHearsOfTheTablesThatMoved() {
    env.commit("INSERT INTO bucket (name) VALUES ('assets')");

    assertThat(env.moves()).contains(Set.of("bucket"));
  }

  @Test
  void everyActionKeepsItsRequestIdAndItsError() {
    env.account().fault("create", "bucket", "two2", Fault.Kind.REFUSE, 1);

    env.commit("INSERT INTO bucket (name) VALUES ('one1'), ('two2')", OnFailure.STOP);

    Map<String, String> byState =
        Map.of(
            "DONE",
            env.value("SELECT request_id FROM iasql.action WHERE state = 'DONE'"),
            "FAILED",
            env.value("SELECT request_id || error FROM iasql.action WHERE state = 'FAILED'"));
    assertThat(byState.get("DONE")).startsWith("req-");
    assertThat(byState.get("FAILED")).contains("req-failed").contains("not today");
  }
}
