package io.iasql.engine;

import static io.iasql.engine.TestEnvironment.actions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.fake.Fault;
import io.iasql.engine.guard.ProtectRule;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUsers;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.sync.DriftPolicy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that no plan may delete or replace. */
class ProtectIT {
  private TestEnvironment env;

  @BeforeEach
  void open() {
    env = TestEnvironment.fresh();
    env.commit("INSERT INTO bucket (name, size) VALUES ('prod', 1), ('dev', 2)");
  }

  @AfterEach
  void close() {
    env.close();
  }

  private void protect(String table, Map<String, String> where) {
    env.protect(new ProtectRule(table, where));
  }

  private void assertRefused(String sql, String... words) {
    assertThatThrownBy(() -> env.plan(sql))
        .as(sql)
        .isInstanceOf(InvalidTransactionException.class)
        .message()
        .contains(words);
  }

  @Test
  void refusesToDeleteAProtectedRow() {
    protect("bucket", Map.of("name", "prod"));

    assertRefused(
        "DELETE FROM bucket",
        "bucket prod may not be deleted: spec.protect[0] of the Environment protects table bucket"
            + " where name = prod. Leave that out of the transaction, or take the rule out of the"
            + " Environment first");
    assertThat(
            actions(env.plan("DELETE FROM bucket WHERE name = 'dev'; UPDATE bucket SET size = 9")))
        .containsExactly("update bucket prod", "delete bucket dev");
  }

  @Test
  void refusesToReplaceAProtectedRow() {
    protect("bucket", Map.of("size", "1"));

    assertRefused(
        "UPDATE bucket SET size = 3, tier = 'cold' WHERE name = 'prod'",
        "bucket prod may not be replaced (it changes tier, size)",
        "size = 1");
    assertRefused("UPDATE bucket SET name = 'other' WHERE name = 'prod'", "bucket prod may not be");
  }

  @Test
  void protectsAWholeTable() {
    protect("bucket", Map.of());

    assertRefused("DELETE FROM bucket WHERE name = 'dev'", "protects all of table bucket");
    assertThat(actions(env.plan("INSERT INTO bucket (name) VALUES ('more')")))
        .containsExactly("create bucket more");
  }

  @Test
  void refusesWhatReplacementsAndDeletionsDragAlong() {
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
            + " INSERT INTO subnet (net_id, cidr, label) SELECT id, '10.1.1.0/24', 'db' FROM net");
    protect("subnet", Map.of("label", "db"));

    assertRefused(
        "UPDATE net SET cidr = '10.2.0.0/16'",
        "subnet " + env.value("SELECT subnet_id FROM subnet"),
        "may not be replaced (replaced because net " + env.value("SELECT net_id FROM net"));
    assertRefused("UPDATE subnet SET label = 'x'; DELETE FROM subnet; DELETE FROM net", "deleted");

    env.commit("INSERT INTO block (bucket_name) VALUES ('dev')");
    protect("block", Map.of("bucket_name", "dev"));
    assertRefused("DELETE FROM bucket WHERE name = 'dev'", "block dev may not be deleted");
  }

  @Test
  void protectsRowsOfChildTables() {
    env.commit("INSERT INTO bucket_rule (bucket_name, prefix, days) VALUES ('prod', 'logs', 3)");
    protect("bucket_rule", Map.of("prefix", "logs"));

    assertRefused("DELETE FROM bucket_rule", "bucket_rule", "may not be deleted", "prefix = logs");
    assertThat(actions(env.plan("UPDATE bucket_rule SET days = 4")))
        .containsExactly("update bucket prod");
  }

  @Test
  void comparesJsonAsJsonAndBooleansAsText() {
    env.commit("UPDATE bucket SET tags = '{\"a\": \"1\", \"b\": \"2\"}', pinned = true");
    env.protect(
        new ProtectRule("bucket", Map.of("tags", "{\"b\":\"2\",\"a\":\"1\"}", "pinned", "true")));

    assertRefused("DELETE FROM bucket WHERE name = 'dev'", "bucket dev may not be deleted");
  }

  @Test
  void takesARowThatIsDeletedAndInsertedAgainForKept() {
    env.commit("INSERT INTO queue (name, visibility) VALUES ('jobs', 30)");
    protect("queue", Map.of("name", "jobs"));

    assertThat(
            actions(
                env.plan(
                    "DELETE FROM queue; INSERT INTO queue (name, visibility) VALUES ('jobs', 60)")))
        .containsExactly("update queue " + env.value("SELECT url FROM queue"));
  }

  @Test
  void checksAgainWhenThePlanIsCommitted() {
    String id = TestEnvironment.newId();
    String sql = "DELETE FROM bucket WHERE name = 'prod'";
    String plan = env.engine().plan(id, sql).id();
    PlanStore.Stored stored = env.engine().storedPlan(id, 1).orElseThrow();
    assertThat(env.engine().isStale(stored)).isFalse();
    protect("bucket", Map.of("name", "prod"));
    assertThat(env.engine().isStale(stored)).isTrue();

    TransactionView end = env.await(env.submit(id, sql, OnFailure.ROLLBACK, plan));

    assertThat(end.state()).isEqualTo(TransactionState.FAILED);
    assertThat(end.message()).contains("bucket prod may not be deleted");
    env.assertRowsEqualCloud();
    assertThat(env.account().has("bucket", "name", "prod")).isTrue();
  }

  @Test
  void leavesWhatIsTakenBackAlone() {
    protect("bucket", Map.of());
    env.account().fault("create", "bucket", "bad", Fault.Kind.REFUSE, 1);

    TransactionView end =
        env.commit(
            "INSERT INTO queue (name) VALUES ('q'); INSERT INTO bucket (name) VALUES ('good'),"
                + " ('bad')",
            OnFailure.ROLLBACK);

    assertThat(end.state()).isEqualTo(TransactionState.ROLLED_BACK);
    assertThat(env.account().has("bucket", "name", "good")).isFalse();
    env.assertRowsEqualCloud();
  }

  @Test
  void holdsARestorationOfDriftToTheRules() {
    env.account().change("bucket", "name", "prod", "tier", "cold");
    env.engine().sync(Set.of(), DriftPolicy.RESTORE);
    String sql = env.engine().proposals().get(0).sql();
    protect("bucket", Map.of("name", "prod"));

    assertRefused(sql, "bucket prod may not be replaced");
  }

  @Test
  void takesBackWhatPeopleWrite() throws SQLException {
    env.engine().prepare(FakeModules.NAMES);
    env.engine()
        .setUsers(List.of(new DatabaseUser("alice", DatabaseUser.Access.WRITER, "of alice")));
    env.engine().openToPeople(true, FakeModules.NAMES);
    protect("bucket", Map.of("name", "prod"));
    try (Person alice =
        new Person(env.database(), DatabaseUsers.roleName(env.database(), "alice"))) {
      alice.run("SELECT iasql_begin()");
      alice.run("DELETE FROM bucket WHERE name = 'prod'");
      assertThatThrownBy(() -> alice.run("SELECT iasql_preview()"))
          .hasMessageContaining("bucket prod may not be deleted");
      assertThatThrownBy(() -> alice.run("SELECT iasql_commit()"))
          .hasMessageContaining("bucket prod may not be deleted");
      env.assertRowsEqualCloud();

      alice.run("DELETE FROM bucket WHERE name = 'prod'");
      Awaitility.await("the direct write to be taken back")
          .atMost(Duration.ofSeconds(30))
          .until(() -> env.rows().equals(env.cloud()));
      Awaitility.await("alice to be told twice")
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(alice.run("SELECT message FROM iasql_get_errors()"))
                      .hasSize(2)
                      .allMatch(m -> m.contains("bucket prod may not be deleted")));
      assertThat(env.account().has("bucket", "name", "prod")).isTrue();
    }
  }

  @Test
  void namesRulesThatProtectNothing() {
    env.protect(
        new ProtectRule("bucket", Map.of("name", "prod")),
        new ProtectRule("buckets", Map.of()),
        new ProtectRule("bucket", Map.of("nam", "prod")),
        new ProtectRule("bucket", Map.of("secret", "x")));

    assertThat(env.engine().guardProblems())
        .containsExactly(
            "spec.protect[1] protects nothing: there is no table buckets in the installed modules",
            "spec.protect[2] protects nothing: table bucket has no column nam",
            "spec.protect[3] protects nothing: column secret of table bucket is write-only and"
                + " cannot be compared");
    assertRefused("DELETE FROM bucket", "bucket prod may not be deleted");
    assertThat(actions(env.plan("DELETE FROM bucket WHERE name = 'dev'"))).hasSize(1);
  }
}
