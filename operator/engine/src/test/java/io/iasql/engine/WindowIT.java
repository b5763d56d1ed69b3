package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.fake.Fault;
import io.iasql.engine.guard.Guards;
import io.iasql.engine.guard.Limits;
import io.iasql.engine.guard.Schedule;
import io.iasql.engine.guard.Window;
import io.iasql.engine.guard.Windows;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUsers;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plans and commits have their times. */
class WindowIT {
  private static final Schedule EVENING =
      new Schedule(List.of(new Window("0 22 * * *", Duration.ofHours(1), "UTC")));
  private static final String INSERT = "INSERT INTO bucket (name) VALUES ('one')";

  private TestEnvironment env;

  @AfterEach
  void close() {
    env.close();
  }

  private Shifted clock;

  /** A clock that runs on from whatever time it is set to. */
  private static final class Shifted extends Clock {
    private volatile Duration shift = Duration.ZERO;

    void set(String now) {
      shift = Duration.between(Instant.now(), Instant.parse(now));
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(shift);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("nobody asks this clock for another zone");
    }
  }

  private void open(String now) {
    clock = new Shifted();
    clock.set(now);
    env = TestEnvironment.fresh(clock);
  }

  private void windows(Schedule plan, Schedule commit) {
    env.guard(new Guards(List.of(), List.of(), Limits.NONE, new Windows(plan, commit)));
  }

  @Test
  void anApprovedTransactionWaitsForItsWindowAndIsWokenThen() {
    open("2026-01-05T12:00:00Z");
    windows(Schedule.ALWAYS, EVENING);
    String id = env.submit(INSERT, OnFailure.ROLLBACK);

    clock.set("2026-01-05T21:59:59Z");
    // Other windows: whoever sleeps until the next change looks at the clock again.
    windows(EVENING, EVENING);

    assertThat(env.await(id).state()).isEqualTo(TransactionState.COMMITTED);
    // Nobody but the opening has woken it, and not before it was time.
    assertThat(
            env.value(
                "SELECT (submitted_at < '2026-01-05T22:00:00Z')::text || ' '"
                    + " || (started_at >= '2026-01-05T22:00:00Z')::text FROM iasql.transaction"))
        .isEqualTo("true true");
    env.assertRowsEqualCloud();
  }

  @Test
  void saysWhenTheNextWindowOpens() {
    open("2026-01-05T12:00:00Z");
    windows(EVENING, EVENING);

    assertThat(env.engine().planClosed())
        .contains(
            "no window of spec.windows.plan of the Environment is open, and the next one opens at"
                + " 2026-01-05T22:00:00Z");
    assertThat(env.engine().commitClosed()).get().asString().contains("spec.windows.commit");
    String id = env.submit(INSERT, OnFailure.ROLLBACK);
    // It waits for more than its turn, and does not keep the environment busy.
    assertThat(env.engine().isBusy()).isFalse();
    assertThat(env.engine().view(id).orElseThrow().state()).isEqualTo(TransactionState.QUEUED);

    // Whoever takes the windows away does not wait for them.
    windows(Schedule.ALWAYS, Schedule.ALWAYS);
    assertThat(env.await(id).state()).isEqualTo(TransactionState.COMMITTED);
  }

  @Test
  void aCommitThatHasBegunEnds() {
    open("2026-01-05T12:00:00Z");
    env.account().fault("create", "bucket", "one", Fault.Kind.THROTTLE, 2);
    String id = env.submit(INSERT, OnFailure.ROLLBACK);
    Awaitility.await("the commit to have begun")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> env.query("SELECT state FROM iasql.action").contains("STARTED"));

    windows(EVENING, EVENING);

    assertThat(env.engine().isBusy()).isTrue();
    assertThat(env.await(id).state()).isEqualTo(TransactionState.COMMITTED);
    env.assertRowsEqualCloud();
  }

  @Test
  void whatCouldNotBeginInItsWindowWaitsForTheNext() {
    open("2026-01-05T22:30:00Z");
    windows(Schedule.ALWAYS, EVENING);
    String id = TestEnvironment.newId();
    String plan = env.engine().plan(id, INSERT).id();
    env.account().fault("read", "bucket", "one", Fault.Kind.THROTTLE, 1000);
    env.submit(id, INSERT, OnFailure.ROLLBACK, plan);
    awaitState(id, TransactionState.RUNNING);

    clock.set("2026-01-05T23:10:00Z");
    awaitState(id, TransactionState.QUEUED);
    assertThat(env.engine().isBusy()).isFalse();
    env.account().mend();
    env.engine().wake();
    Awaitility.await("the closed window to be kept to")
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(30))
        .until(() -> env.engine().view(id).orElseThrow().state() == TransactionState.QUEUED);
    assertThat(env.account().all("bucket")).isEmpty();

    clock.set("2026-01-06T22:10:00Z");
    env.engine().wake();
    assertThat(env.await(id).state()).isEqualTo(TransactionState.COMMITTED);
    env.assertRowsEqualCloud();
  }

  private void awaitState(String id, TransactionState state) {
    Awaitility.await("the transaction to be " + state)
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> env.engine().view(id).orElseThrow().state() == state);
  }

  @Test
  void aWindowThatCannotBeReadNeverOpens() {
    open("2026-01-05T22:10:00Z");
    windows(
        Schedule.ALWAYS,
        new Schedule(List.of(new Window("0 22 * * *", Duration.ofHours(1), "Nowhere"))));

    assertThat(env.engine().commitClosed())
        .get()
        .asString()
        .endsWith("none ever opens as they are written");
    assertThat(env.engine().guardProblems())
        .singleElement()
        .asString()
        .startsWith("spec.windows.commit[0] never opens: ")
        .contains("Nowhere");
  }

  @Test
  void peopleInPsqlObeyThem() throws SQLException {
    open("2026-01-05T12:00:00Z");
    env.engine().prepare(FakeModules.NAMES);
    env.engine()
        .setUsers(List.of(new DatabaseUser("alice", DatabaseUser.Access.WRITER, "of alice")));
    env.engine().openToPeople(true, FakeModules.NAMES);
    windows(Schedule.ALWAYS, EVENING);
    try (Person alice =
        new Person(env.database(), DatabaseUsers.roleName(env.database(), "alice"))) {
      alice.run("SELECT iasql_begin()");
      alice.run(INSERT);
      assertThat(alice.run("SELECT action FROM iasql_preview()")).containsExactly("create");
      assertThatThrownBy(() -> alice.run("SELECT iasql_commit()"))
          .hasMessageContaining("not now: no window of spec.windows.commit")
          .hasMessageContaining("2026-01-05T22:00:00Z")
          .hasMessageContaining("The transaction stays open");
      assertThat(env.account().all("bucket")).isEmpty();

      windows(EVENING, Schedule.ALWAYS);
      assertThatThrownBy(() -> alice.run("SELECT iasql_preview()"))
          .hasMessageContaining("not now: no window of spec.windows.plan");

      windows(Schedule.ALWAYS, Schedule.ALWAYS);
      assertThat(alice.run("SELECT action FROM iasql_commit()")).containsExactly("create");
      env.assertRowsEqualCloud();

      windows(Schedule.ALWAYS, EVENING);
      alice.run("UPDATE bucket SET size = 3");
      Awaitility.await("the direct write to be taken back")
          .atMost(Duration.ofSeconds(30))
          .until(() -> !alice.run("SELECT message FROM iasql_get_errors()").isEmpty());
      assertThat(alice.run("SELECT message FROM iasql_get_errors()").get(0))
          .contains("not now: no window of spec.windows.commit");
      env.assertRowsEqualCloud();
    }
  }
}
