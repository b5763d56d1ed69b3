package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.fake.Fault;
import io.iasql.engine.fake.Power;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUser.Access;
import io.iasql.engine.login.DatabaseUsers;
import io.iasql.engine.sync.SyncReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The original's functions, called by people's logins. */
class PsqlIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private TestEnvironment environment;
  private Person alice;
  private Person bob;
  private final List<Held> held = new ArrayList<>();

  @BeforeEach
  void open() {
    environment = TestEnvironment.fresh();
    environment.engine().prepare(FakeModules.NAMES);
    environment
        .engine()
        .setUsers(
            List.of(
                new DatabaseUser("alice", Access.WRITER, "secret of alice"),
                new DatabaseUser("bob", Access.WRITER, "secret of bob"),
                new DatabaseUser("carol", Access.READER, "secret of carol")));
    alice = person("alice");
    bob = person("bob");
    environment.engine().openToPeople(true, FakeModules.NAMES);
  }

  @AfterEach
  void close() throws SQLException {
    held.forEach(Held::release);
    alice.close();
    bob.close();
    environment.close();
  }

  private void untilNothingIsPending() {
    until(
        "nothing to be pending", () -> environment.query("SELECT '' FROM iasql.pending").isEmpty());
  }

  private static void until(String what, java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await(what).atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(condition);
  }

  private Person person(String name) {
    return new Person(environment.database(), DatabaseUsers.roleName(environment.database(), name));
  }

  @Test
  void shouldLetReadersReadOnly() throws SQLException {
    try (Person carol = person("carol")) {
      assertThat(carol.run("SELECT module_name FROM iasql_modules_list()")).hasSize(2);
      assertThat(carol.run("SELECT * FROM iasql_get_sql_since()")).isEmpty();
      for (String sql :
          List.of(
              "SELECT iasql_begin()",
              "SELECT iasql_commit()",
              "SELECT iasql_install('fake_net')",
              "INSERT INTO bucket (name) VALUES ('nope')",
              "SELECT delete_all_records()",
              "SELECT iasql.call('iasql_begin')",
              "SELECT * FROM iasql.dblink('dbname=postgres', 'SELECT 1') AS t (a int)",
              "SELECT * FROM iasql.call")) {
        assertThatThrownBy(() -> carol.run(sql)).as(sql).hasMessageContaining("permission denied");
      }
    }
  }

  @Test
  void shouldKeepTheWayToTheEngineFromPeople() throws SQLException {
    for (String sql :
        List.of(
            "SELECT iasql.call('iasql_begin')",
            "SELECT iasql.dblink_connect('iasql_loopback')",
            "SELECT iasql.run_as_user('SELECT 1')",
            "INSERT INTO iasql.pending VALUES (1)",
            "DELETE FROM iasql.pending",
            "DELETE FROM iasql_audit_log",
            "CREATE SERVER mine FOREIGN DATA WRAPPER dblink_fdw",
            "CREATE USER MAPPING FOR CURRENT_USER SERVER iasql_loopback",
            "ALTER FUNCTION iasql_begin() OWNER TO CURRENT_USER",
            "CREATE FUNCTION public.now() RETURNS int LANGUAGE sql AS 'SELECT 1'")) {
      assertThatThrownBy(() -> alice.run(sql))
          .as(sql)
          .isInstanceOf(SQLException.class)
          .message()
          .matches(m -> m.contains("permission denied") || m.contains("must be owner"), "refused");
    }
    assertThat(alice.run("SELECT umoptions FROM pg_user_mappings WHERE srvname = 'iasql_loopback'"))
        .containsExactly("null");
    // What a caller puts into its search path is not looked at.
    alice.run("SET search_path = pg_temp, public, pg_catalog");
    assertThat(alice.run("SELECT message FROM iasql_begin()"))
        .containsExactly("Transaction started");
  }

  private FakeAccount account() {
    return environment.account();
  }

  @Test
  void shouldPreviewAndCommitWhatWasWritten() throws SQLException {
    assertThat(alice.run("SELECT message FROM iasql_begin()"))
        .containsExactly("Transaction started");
    alice.run("INSERT INTO bucket (name) VALUES ('assets')");

    assertThat(alice.run("SELECT * FROM iasql_preview()")).containsExactly("create|bucket||assets");
    assertThat(account().has("bucket", "name", "assets")).isFalse();

    alice.run("UPDATE bucket SET size = 7 WHERE name = 'assets'");
    assertThat(alice.run("SELECT * FROM iasql_commit('for the shop')"))
        .containsExactly("create|bucket||assets");
    assertThat(account().one("bucket", "name", "assets").get("size").asInt()).isEqualTo(7);
    environment.assertRowsEqualCloud();
    assertThat(
            alice.run(
                "SELECT change_type, split_part(\"user\", '.', 2), message FROM iasql_audit_log"
                    + " WHERE change_type::text NOT IN ('INSERT', 'UPDATE', 'DELETE') ORDER BY id"))
        .containsExactly(
            "OPEN_TRANSACTION|alice|null",
            "PREVIEW_START_COMMIT|alice|null",
            "PREVIEW_END_COMMIT|alice|null",
            "SET_COMMIT_MESSAGE|alice|for the shop",
            "START_COMMIT|alice|null",
            "END_COMMIT|alice|null",
            "CLOSE_TRANSACTION|alice|null");
  }

  @Test
  void shouldShareTheOpenTransactionBetweenSessionsAndNameEachWriter() throws SQLException {
    String id = alice.run("SELECT transaction_id FROM iasql_begin()").get(0);
    alice.run("INSERT INTO bucket (name) VALUES ('of-alice')");
    bob.run("INSERT INTO bucket (name) VALUES ('of-bob')");

    assertThat(bob.run("SELECT name FROM bucket ORDER BY 1")).containsExactly("of-alice", "of-bob");
    assertThat(bob.run("SELECT action, description FROM iasql_preview()"))
        .containsExactlyInAnyOrder("create|of-alice", "create|of-bob");
    bob.run("SELECT iasql_commit()");

    assertThat(account().all("bucket")).hasSize(2);
    assertThat(
            alice.run(
                "SELECT DISTINCT split_part(\"user\", '.', 2), transaction_id = '"
                    + id
                    + "' FROM iasql_audit_log WHERE change_type = 'INSERT' AND table_name = 'bucket'"
                    + " ORDER BY 1"))
        .containsExactly("alice|t", "bob|t");
  }

  @Test
  void shouldRefuseWhatNeedsAnOpenTransaction() {
    for (String function : List.of("iasql_preview", "iasql_commit", "iasql_rollback")) {
      assertThatThrownBy(() -> alice.run("SELECT * FROM " + function + "()"))
          .hasMessageContaining("Error: Cannot execute without calling iasql_begin() first");
    }
  }

  @Test
  void shouldCommitOnceOnly() throws SQLException {
    alice.run("SELECT iasql_begin()");
    alice.run("INSERT INTO bucket (name) VALUES ('once')");
    alice.run("SELECT iasql_commit()");

    assertThatThrownBy(() -> alice.run("SELECT iasql_commit()"))
        .hasMessageContaining("iasql_begin() first");
    assertThat(account().count("create", "bucket")).isEqualTo(1);
  }

  @Test
  void shouldHaveASecondBeginWaitForTheFirstToEnd() throws Exception {
    alice.run("SELECT iasql_begin()");
    CompletableFuture<List<String>> second =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return bob.run("SELECT message FROM iasql_begin()");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    until(
        "bob to wait",
        () ->
            !environment
                .query("SELECT progress FROM iasql.call WHERE progress LIKE 'another%'")
                .isEmpty());
    assertThat(second).isNotDone();

    alice.run("SELECT iasql_rollback()");

    assertThat(second.get(30, java.util.concurrent.TimeUnit.SECONDS))
        .containsExactly("Transaction started");
    assertThat(bob.notices()).anyMatch(n -> n.startsWith("another transaction is open"));
  }

  @Test
  void shouldPutTheRowsBackAtARollback() throws SQLException {
    environment.commit("INSERT INTO bucket (name, size) VALUES ('kept', 1), ('dropped', 2)");
    alice.run("SELECT iasql_begin()");
    alice.run("INSERT INTO bucket (name) VALUES ('new')");
    alice.run("UPDATE bucket SET size = 9 WHERE name = 'kept'");
    alice.run("DELETE FROM bucket WHERE name = 'dropped'");

    assertThat(alice.run("SELECT action, table_name, description FROM iasql_rollback()"))
        .containsExactlyInAnyOrder(
            "delete|bucket|new", "update|bucket|kept", "create|bucket|dropped");
    environment.assertRowsEqualCloud();
    assertThat(alice.run("SELECT iasql_begin()")).hasSize(1);
  }

  @Test
  void shouldTakeEverythingBackWhenAwsRefuses() throws SQLException {
    account().fault("create", "bucket", "bad", Fault.Kind.REFUSE, 1);
    alice.run("SELECT iasql_begin()");
    alice.run("INSERT INTO bucket (name) VALUES ('good'), ('bad')");

    assertThatThrownBy(() -> alice.run("SELECT iasql_commit()"))
        .hasMessageStartingWith("ERROR: Error: create bucket bad failed");
    assertThat(account().all("bucket")).isEmpty();
    assertThat(alice.run("SELECT * FROM bucket")).isEmpty();
    assertThat(alice.run("SELECT message FROM iasql_get_errors()"))
        .singleElement()
        .asString()
        .contains("create bucket bad failed");
    assertThat(alice.run("SELECT iasql_begin()")).hasSize(1);
  }

  @Test
  void shouldTakeBackWhatCannotBePlanned() throws SQLException {
    environment.commit("INSERT INTO net (cidr) VALUES ('10.0.0.0/16')");
    alice.run("SELECT iasql_begin()");
    alice.run("UPDATE net SET net_id = 'net-mine'");

    assertThatThrownBy(() -> alice.run("SELECT iasql_commit()")).hasMessageContaining("net_id");
    environment.assertRowsEqualCloud();
  }

  @Test
  void shouldSayThatOpenPostgresTransactionsAreNotSeen() throws SQLException {
    alice.run("SELECT iasql_begin()");
    alice.connection().setAutoCommit(false);
    alice.run("INSERT INTO bucket (name) VALUES ('unseen')");

    assertThatThrownBy(() -> alice.run("SELECT iasql_commit()"))
        .hasMessageContaining("does not see the changes of this PostgreSQL transaction")
        .hasMessageContaining("COMMIT first");
    alice.connection().rollback();
    alice.connection().setAutoCommit(true);
    assertThat(alice.run("SELECT * FROM iasql_commit()")).isEmpty();
  }

  @Test
  void shouldRefuseToBeCalledFromAManifest() {
    for (String sql :
        List.of(
            "SELECT * FROM iasql_begin()",
            "DO $$ BEGIN PERFORM iasql_commit(); END $$",
            "SELECT pg_advisory_unlock_all(); SELECT iasql_install('fake_net')")) {
      assertThatThrownBy(() -> environment.plan(sql))
          .isInstanceOf(InvalidTransactionException.class)
          .hasMessageContaining("cannot be called from the SQL of a SqlTransaction");
    }
  }

  @Test
  void aReaderCannotTakeTheEnginesLocks() throws SQLException {
    try (Person carol = person("carol")) {
      // What everybody may lock, with the numbers that the engine once used.
      carol.run("SELECT pg_advisory_lock(7593477377703804928 + n) FROM generate_series(1, 3) AS n");
      for (String lock : List.of("commit_lock", "install_lock", "manifest_lock")) {
        assertThatThrownBy(
                () -> carol.run("BEGIN; LOCK TABLE iasql." + lock + " IN ACCESS SHARE MODE"))
            .hasMessageContaining("permission denied for schema iasql");
        carol.run("ROLLBACK");
      }

      environment.plan("INSERT INTO bucket (name) VALUES ('planned')");
      alice.run("INSERT INTO bucket (name) VALUES ('direct')");
      until("the bucket to be there", () -> account().has("bucket", "name", "direct"));
      environment.engine().prepare(FakeModules.NAMES);
    }
  }

  @Test
  void shouldCommitDirectWritesByItself() throws SQLException {
    alice.run("INSERT INTO bucket (name) VALUES ('direct')");

    until("the bucket to be there", () -> account().has("bucket", "name", "direct"));
    untilNothingIsPending();
    environment.assertRowsEqualCloud();

    alice.run("DELETE FROM bucket WHERE name = 'direct'");
    until("the bucket to be gone", () -> !account().has("bucket", "name", "direct"));
  }

  @Test
  void shouldTakeBackDirectWritesThatCannotBe() throws SQLException {
    account().fault("create", "bucket", "bad", Fault.Kind.REFUSE, 1);
    alice.run("INSERT INTO bucket (name) VALUES ('bad')");

    until("an error to be told", () -> !alice.run("SELECT * FROM iasql_get_errors()").isEmpty());
    until("the row to be gone", () -> alice.run("SELECT * FROM bucket").isEmpty());
  }

  /** Holds a call until the test has done what happens meanwhile. */
  private final class Held {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    Held(String op, String name) {
      held.add(this);
      account()
          .gate(
              call -> {
                if (call.op().equals(op) && call.name().equals(name)) {
                  reached.countDown();
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }
              });
    }

    void await() throws InterruptedException {
      assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();
    }

    void release() {
      go.countDown();
    }
  }

  @Test
  void shouldLeaveARunningCommitToTheNextOperator() throws Exception {
    environment.commit("INSERT INTO bucket (name, size) VALUES ('kept', 1)");
    account().fault("update", "bucket", "kept", Fault.Kind.THROTTLE, 1000);
    alice.run("UPDATE bucket SET size = 9 WHERE name = 'kept'");
    until("the commit to have begun", () -> account().count("update", "bucket") > 0);

    environment.engine().close();

    Awaitility.await("the row to stay as it was written")
        .during(Duration.ofSeconds(1))
        .atMost(LIMIT)
        .until(() -> alice.run("SELECT size FROM bucket").equals(List.of("9")));
    account().mend();
    TestEnvironment next = environment.another(Power.lasting());
    try {
      next.engine().wake();
      until(
          "the end",
          () ->
              environment
                  .query("SELECT DISTINCT state FROM iasql.transaction")
                  .equals(List.of("COMMITTED")));
      assertThat(account().one("bucket", "name", "kept").get("size").asInt()).isEqualTo(9);
      environment.assertRowsEqualCloud();
      assertThat(alice.run("SELECT * FROM iasql_get_errors()")).isEmpty();
    } finally {
      next.stop();
    }
  }

  @Test
  void shouldNotRollBackARunningCommit() throws Exception {
    environment.commit("INSERT INTO bucket (name, size) VALUES ('kept', 1)");
    Held update = new Held("update", "kept");
    alice.run("SELECT iasql_begin()");
    alice.run("UPDATE bucket SET size = 9 WHERE name = 'kept'");
    CompletableFuture<List<String>> commit = alice.later("SELECT action FROM iasql_commit()");
    update.await();

    assertThat(bob.run("SELECT * FROM iasql_rollback()")).isEmpty();

    assertThat(bob.run("SELECT size FROM bucket")).containsExactly("9");
    update.release();
    assertThat(commit.get(30, TimeUnit.SECONDS)).containsExactly("update");
    assertThat(account().one("bucket", "name", "kept").get("size").asInt()).isEqualTo(9);
    environment.assertRowsEqualCloud();
  }

  @Test
  void shouldNotTakeBackWhatOthersWroteWhileAwsRefused() throws Exception {
    account().fault("create", "bucket", "bad", Fault.Kind.REFUSE, 1);
    Held create = new Held("create", "bad");
    alice.run("INSERT INTO bucket (name) VALUES ('bad')");
    create.await();
    bob.run("INSERT INTO bucket (name) VALUES ('good')");
    create.release();

    until("an error to be told", () -> !alice.run("SELECT * FROM iasql_get_errors()").isEmpty());
    until("the other bucket to be there", () -> account().has("bucket", "name", "good"));
    untilNothingIsPending();
    assertThat(alice.run("SELECT name FROM bucket")).containsExactly("good");
    environment.assertRowsEqualCloud();
  }

  @Test
  void shouldNotTakeBackWhatAFailedPlanHasNotSeen() throws Exception {
    account().fault("read", "bucket", "bad", Fault.Kind.REFUSE, 1);
    Held read = new Held("read", "bad");
    alice.run("INSERT INTO bucket (name) VALUES ('bad')");
    read.await();
    bob.run("INSERT INTO bucket (name) VALUES ('good')");
    read.release();

    until("the other bucket to be there", () -> account().has("bucket", "name", "good"));
    untilNothingIsPending();
    assertThat(alice.run("SELECT name FROM bucket")).containsExactly("good");
    assertThat(alice.run("SELECT message FROM iasql_get_errors()")).hasSize(1);
    environment.assertRowsEqualCloud();
  }

  @Test
  void shouldTakeBackWhatBuildsOnWhatIsTakenBack() throws Exception {
    account().fault("read", "bucket", "bad", Fault.Kind.REFUSE, 1);
    Held read = new Held("read", "bad");
    alice.run("INSERT INTO bucket (name) VALUES ('bad')");
    read.await();
    bob.run("UPDATE bucket SET size = 3 WHERE name = 'bad'");
    read.release();

    until("an error to be told", () -> !alice.run("SELECT * FROM iasql_get_errors()").isEmpty());
    assertThat(alice.run("SELECT * FROM bucket")).isEmpty();
    assertThat(environment.query("SELECT '' FROM iasql.pending")).isEmpty();
  }

  @Test
  void shouldProposeAlsoWhatIsWrittenMeanwhile() throws Exception {
    environment.engine().openToPeople(false, FakeModules.NAMES);
    environment.commit("INSERT INTO net (cidr) VALUES ('10.0.0.0/16')");
    Held read = new Held("read", "first");
    alice.run(
        "INSERT INTO subnet (cidr, net_id) SELECT '10.0.1.0/24', id FROM net;"
            + " INSERT INTO bucket (name) VALUES ('first')");
    read.await();
    // The plan has read its rows; the export comes to this table in its midst.
    try (Connection owner = TestServer.dataSource(environment.database()).getConnection();
        Statement statement = owner.createStatement()) {
      owner.setAutoCommit(false);
      statement.execute("LOCK TABLE net IN ACCESS EXCLUSIVE MODE");
      read.release();
      until(
          "the export to wait",
          () ->
              !environment
                  .query(
                      "SELECT mode FROM pg_locks WHERE NOT granted"
                          + " AND relation = 'net'::regclass")
                  .isEmpty());
      bob.run("INSERT INTO bucket (name) VALUES ('second')");
      owner.rollback();
    }

    until("both to be proposed", () -> environment.engine().proposals().size() == 2);
    assertThat(environment.engine().proposals())
        .extracting(Proposal::sql)
        .satisfiesExactly(
            sql -> assertThat(sql).contains("'first'").doesNotContain("'second'"),
            sql -> assertThat(sql).contains("'second'").doesNotContain("'first'"));
    assertThat(alice.run("SELECT * FROM bucket")).isEmpty();
    environment.assertRowsEqualCloud();
  }

  @Test
  void shouldLeaveDirectWritesToTheOpenTransaction() throws SQLException {
    alice.run("SELECT iasql_begin()");
    bob.run("INSERT INTO bucket (name) VALUES ('direct')");
    assertThat(alice.run("SELECT description FROM iasql_preview()")).containsExactly("direct");
    alice.run("SELECT iasql_rollback()");

    assertThat(account().count("create", "bucket")).isZero();
    assertThat(alice.run("SELECT * FROM bucket")).isEmpty();
  }

  @Test
  void shouldProposeWherePlansWaitForApproval() throws SQLException {
    environment.engine().openToPeople(false, FakeModules.NAMES);
    environment.commit("INSERT INTO net (cidr) VALUES ('10.0.0.0/16')");
    alice.run("SELECT iasql_begin()");
    alice.run(
        "INSERT INTO subnet (cidr, net_id) SELECT '10.0.1.0/24', id FROM net;"
            + " INSERT INTO bucket (name) VALUES ('wanted')");

    assertThat(alice.run("SELECT action, table_name FROM iasql_commit('please')"))
        .containsExactlyInAnyOrder("create|subnet", "create|bucket");

    List<Proposal> proposals = environment.engine().proposals();
    assertThat(proposals).hasSize(1);
    Proposal proposal = proposals.get(0);
    assertThat(proposal.author()).isEqualTo(environment.database() + ".alice");
    assertThat(proposal.description()).isEqualTo("please");
    assertThat(alice.notices()).anyMatch(n -> n.contains(proposal.planId()));
    assertThat(alice.run("SELECT * FROM bucket")).isEmpty();
    environment.assertRowsEqualCloud();
    assertThat(account().writes()).extracting(FakeAccount.Call::table).containsOnly("net");

    assertThat(environment.plan(proposal.sql()).id()).isEqualTo(proposal.planId());
    environment.commit(proposal.sql());
    assertThat(account().has("bucket", "name", "wanted")).isTrue();
    environment.engine().taken(proposal);
    assertThat(environment.engine().proposals()).isEmpty();
  }

  @Test
  void shouldProposeDirectWritesWherePlansWaitForApproval() throws SQLException {
    environment.engine().openToPeople(false, FakeModules.NAMES);
    bob.run("INSERT INTO bucket (name) VALUES ('wanted')");

    until("a proposal", () -> environment.engine().proposals().size() == 1);
    assertThat(environment.engine().proposals().get(0).sql()).contains("'wanted'");
    assertThat(account().count("create", "bucket")).isZero();
    assertThat(bob.run("SELECT * FROM bucket")).isEmpty();
  }

  @Test
  void shouldProposeNoSecrets() throws SQLException {
    environment.engine().openToPeople(false, FakeModules.NAMES);
    alice.run("SELECT iasql_begin()");
    alice.run("INSERT INTO bucket (name, secret) VALUES ('bucket-b', 'hunter2')");

    assertThatThrownBy(() -> alice.run("SELECT iasql_commit()"))
        .hasMessageContaining("bucket.secret is never shown or exported");
    assertThat(environment.engine().proposals()).isEmpty();
  }

  @Test
  void shouldNotOverwriteWhatIsPending() throws SQLException {
    environment.commit("INSERT INTO bucket (name, size) VALUES ('bucket-b', 1)");
    alice.run("SELECT iasql_begin()");
    alice.run("UPDATE bucket SET size = 5 WHERE name = 'bucket-b'");

    assertThat(environment.sync().left()).contains("bucket");
    assertThat(alice.run("SELECT size FROM bucket")).containsExactly("5");
    alice.run("SELECT iasql_commit()");
    assertThat(account().one("bucket", "name", "bucket-b").get("size").asInt()).isEqualTo(5);
  }

  @Test
  void shouldLeaveARowToWhomeverWritesItAtTheSameTime() throws SQLException {
    environment.commit("INSERT INTO bucket (name) VALUES ('made')");
    ObjectNode found = account().one("bucket", "name", "made").deepCopy();
    account().put("bucket", found.put("name", "found"));
    alice.run("SELECT iasql_begin()");
    alice.run("BEGIN");
    alice.run("INSERT INTO bucket (name) VALUES ('found')");
    CompletableFuture<SyncReport> sync = CompletableFuture.supplyAsync(environment::sync);
    until(
        "the sync waits for her",
        () ->
            !environment
                .query(
                    "SELECT locktype FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                        + " WHERE NOT granted AND datname = current_database()")
                .isEmpty());
    alice.run("COMMIT");

    SyncReport report = sync.join();

    assertThat(report.failures()).isEmpty();
    assertThat(report.left()).contains("bucket");
    alice.run("SELECT iasql_rollback()");
    environment.sync();
    environment.assertRowsEqualCloud();
  }

  @Test
  void shouldPreviewDriftWhenNothingWasWritten() throws SQLException {
    environment.commit("INSERT INTO bucket (name, size) VALUES ('changed', 1), ('gone', 1)");
    account().change("bucket", "name", "changed", "size", 2);
    account().remove("bucket", "name", "gone");
    ObjectNode made = account().one("bucket", "name", "changed").deepCopy();
    made.put("name", "made");
    account().put("bucket", made);
    alice.run("SELECT iasql_begin()");

    assertThat(alice.run("SELECT action, table_name, description FROM iasql_preview()"))
        .containsExactlyInAnyOrder(
            "update|bucket|changed", "delete|bucket|gone", "create|bucket|made");
    assertThat(alice.run("SELECT name, size FROM bucket ORDER BY 1"))
        .containsExactly("changed|1", "gone|1");
  }

  @Test
  void shouldWithdrawACallThatIsCancelled() throws Exception {
    alice.run("SELECT iasql_begin()");
    try (Statement waiting = bob.connection().createStatement()) {
      CompletableFuture<SQLException> end =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  waiting.execute("SELECT iasql_begin()");
                  return null;
                } catch (SQLException e) {
                  return e;
                }
              });
      until(
          "bob to wait",
          () ->
              !environment
                  .query("SELECT progress FROM iasql.call WHERE progress LIKE 'another%'")
                  .isEmpty());
      waiting.cancel();
      assertThat(end.get(30, java.util.concurrent.TimeUnit.SECONDS).getSQLState())
          .isEqualTo("57014");
    }
    alice.run("SELECT iasql_rollback()");

    assertThat(environment.query("SELECT id FROM iasql.open_transaction")).isEmpty();
    assertThat(bob.run("SELECT message FROM iasql_begin()")).containsExactly("Transaction started");
  }

  @Test
  void shouldEndTheCommitOfAClientThatVanishes() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    account()
        .gate(
            call -> {
              if (call.isWrite()) {
                reached.countDown();
                try {
                  go.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            });
    alice.run("SELECT iasql_begin()");
    alice.run("INSERT INTO bucket (name) VALUES ('bucket-b')");
    CompletableFuture<Void> call =
        CompletableFuture.runAsync(
            () -> {
              try {
                alice.run("SELECT iasql_commit()");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(reached.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    environment.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND usename LIKE '%.alice'");
    Awaitility.await().atMost(LIMIT).until(call::isCompletedExceptionally);
    go.countDown();

    until("the bucket to be there", () -> account().has("bucket", "name", "bucket-b"));
    until(
        "the transaction to be closed",
        () -> environment.query("SELECT id FROM iasql.open_transaction").isEmpty());
    assertThat(bob.run("SELECT message FROM iasql_begin()")).containsExactly("Transaction started");
    environment.assertRowsEqualCloud();
  }

  @Test
  void shouldInstallAndUninstall() throws SQLException {
    environment.engine().openToPeople(true, List.of("fake_net"));
    environment.commit("INSERT INTO bucket (name) VALUES ('bucket-b')");
    assertThat(alice.run("SELECT module_name FROM iasql_modules_installed()"))
        .containsExactly("fake_app", "fake_net");

    assertThatThrownBy(() -> alice.run("SELECT * FROM iasql_uninstall('fake_net')"))
        .hasMessageContaining("spec.modules");
    assertThat(alice.run("SELECT * FROM iasql_uninstall('fake_app@0.1.0')"))
        .contains("fake_app@0.1.0|bucket|1");
    assertThatThrownBy(() -> alice.run("SELECT * FROM bucket")).hasMessageContaining("not exist");
    assertThat(account().has("bucket", "name", "bucket-b")).isTrue();

    assertThatThrownBy(() -> alice.run("SELECT iasql_install('fake_ap')"))
        .hasMessageContaining(
            "The following modules do not exist: fake_ap@0.1.0. Did you mean: fake_app@0.1.0");
    assertThat(alice.run("SELECT * FROM iasql_install('fake_app')"))
        .contains("fake_app@0.1.0|bucket|1");
    assertThat(alice.run("SELECT name FROM bucket")).containsExactly("bucket-b");
    assertThat(alice.run("SELECT module_name, module_version FROM iasql_modules_list()"))
        .containsExactlyInAnyOrder("fake_app|0.1.0", "fake_net|0.1.0");
  }

  @Test
  void shouldExportWhatWasCommitted() throws SQLException {
    alice.run("SELECT iasql_begin()");
    alice.run("INSERT INTO bucket (name) VALUES ('exported')");
    assertThat(alice.run("SELECT markdown FROM iasql_create_review('Title', 'Why')"))
        .singleElement()
        .asString()
        .contains("# Title")
        .contains("create | bucket")
        .contains("'exported'");
    alice.run("SELECT iasql_commit()");

    assertThat(alice.run("SELECT * FROM iasql_get_sql_since((now() - interval '2 hours')::text)"))
        .singleElement()
        .asString()
        .contains("INSERT INTO bucket")
        .contains("'exported'");
    assertThat(alice.run("SELECT * FROM iasql_get_sql_for_transaction()")).hasSize(1);
    assertThat(alice.run("SELECT * FROM iasql_get_sql_since(now() + interval '1 hour')")).isEmpty();
  }

  @Test
  void shouldSayWhatThereIs() throws SQLException {
    assertThat(alice.run("SELECT * FROM iasql_version()")).containsExactly("0.1.0");
    assertThat(alice.run("SELECT module, signature FROM iasql_help() WHERE name = 'iasql_commit'"))
        .singleElement()
        .asString()
        .startsWith("iasql_functions|(message character varying DEFAULT NULL");
    for (String old : Set.of("iasql_apply", "iasql_sync", "iasql_preview_apply")) {
      assertThatThrownBy(() -> alice.run("SELECT * FROM " + old + "()"))
          .hasMessageContaining(old + "() has been deprecated in favor of iasql_");
    }
  }

  @Test
  void shouldResumeWhatAnotherProcessBegan() throws SQLException {
    alice.run("SELECT iasql_begin()");
    alice.run("INSERT INTO bucket (name) VALUES ('bucket-b')");
    environment.engine().close();

    TestEnvironment next = environment.another(io.iasql.engine.fake.Power.lasting());
    try {
      next.engine().openToPeople(true, FakeModules.NAMES);
      assertThat(alice.run("SELECT action FROM iasql_preview()")).containsExactly("create");
      alice.run("SELECT iasql_commit()");
      assertThat(Json.of(account().all("bucket"))).hasSize(1);
    } finally {
      next.stop();
    }
  }
}
