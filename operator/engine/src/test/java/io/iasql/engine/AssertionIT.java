package io.iasql.engine;

import static io.iasql.engine.TestEnvironment.actions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.guard.Assertion;
import io.iasql.engine.guard.Guards;
import io.iasql.engine.guard.Limits;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Queries over the planned state that must return no row. */
class AssertionIT {
  private static final Assertion SMALL =
      new Assertion(
          "small", "SELECT name, size FROM bucket WHERE size > 5 ORDER BY 1", "Use a smaller one.");

  private TestEnvironment env;

  @BeforeEach
  void open() {
    env = TestEnvironment.fresh();
  }

  @AfterEach
  void close() {
    env.close();
  }

  private void declare(Assertion... assertions) {
    env.guard(new Guards(List.of(), List.of(assertions), Limits.NONE));
  }

  private static Assertion query(String sql) {
    return new Assertion("query", sql, "");
  }

  private void assertRefused(String sql, String message) {
    assertThatThrownBy(() -> env.plan(sql))
        .as(sql)
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining(message);
  }

  @Test
  void failsThePlanWithTheFirstRows() {
    declare(SMALL, query("SELECT 1 WHERE false"));

    assertRefused(
        "INSERT INTO bucket (name, size) VALUES ('big', 6), ('tiny', 1)",
        "assertion small of the Environment does not hold: Use a smaller one. Its query returned"
            + " (name = big, size = 6)");
    assertRefused(
        "INSERT INTO bucket (name, size) SELECT 'b-0' || n, 9 FROM generate_series(1, 7) n",
        "(name = b-05, size = 9) and more");
    assertThat(actions(env.plan("INSERT INTO bucket (name, size) VALUES ('tiny', 1)"))).hasSize(1);
  }

  @Test
  void looksAtWhatTheDatabaseHasAlreadyOnlyWhereSomethingChanges() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('big', 6)");
    declare(SMALL);

    assertRefused("INSERT INTO bucket (name) VALUES ('other')", "name = big");
    assertThat(actions(env.plan("UPDATE bucket SET size = 6"))).isEmpty();
    assertThat(actions(env.commit("UPDATE bucket SET size = 4"))).hasSize(1);
  }

  @Test
  void checksTheTransactionsOwnAndKeepsThemUntilTheCommit() {
    String sql = "INSERT INTO bucket (name, size) VALUES ('new', 2)";
    Draft.Statements draft =
        new Draft.Statements(
            sql, Parameters.NONE, List.of(query("SELECT name FROM bucket WHERE name = 'old'")));
    String id = TestEnvironment.newId();
    Plan plan = env.engine().plan(id, draft);
    PlanStore.Stored stored = env.engine().storedPlan(id, 1).orElseThrow();
    assertThat(env.engine().isOf(stored, draft)).isTrue();
    assertThat(env.engine().isOf(stored, new Draft.Statements(sql))).isFalse();
    env.commit("INSERT INTO bucket (name) VALUES ('old')");

    env.engine()
        .submit(new Submission(id, "name-" + id, draft, OnFailure.ROLLBACK, plan.id(), "somebody"));
    TransactionView end = env.await(id);

    assertThat(end.state()).isEqualTo(TransactionState.FAILED);
    assertThat(end.message())
        .isEqualTo(
            "assertion query of the SqlTransaction does not hold. Its query returned (name = old)");
    env.assertRowsEqualCloud();
  }

  @Test
  void saysWhatCannotBeChecked() {
    declare(
        new Assertion("typo", "SELECT nam FROM bucket", ""),
        new Assertion("two", "SELECT 1; SELECT 2", ""),
        SMALL);

    assertThat(env.engine().guardProblems())
        .hasSize(2)
        .anyMatch(
            p ->
                p.startsWith(
                    "assertion typo cannot be checked, and no plan is made until it can: column"
                        + " \"nam\" does not exist"))
        .anyMatch(p -> p.startsWith("assertion two cannot be checked"));
    assertRefused(
        "INSERT INTO bucket (name) VALUES ('any')",
        "assertion typo of the Environment cannot be checked: column \"nam\" does not exist");
  }

  @Test
  void writesNothingAndReachesNothing() {
    Map<String, String> before = env.contents();
    for (String sql :
        List.of(
            "DELETE FROM bucket RETURNING name",
            "WITH x AS (INSERT INTO bucket (name) VALUES ('sneaked') RETURNING name) TABLE x",
            "SELECT nextval('queue_id_seq')",
            "SELECT set_config('transaction_read_only', 'off', true), delete_all_records()",
            "SELECT * FROM iasql.plan",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT * FROM iasql_begin()")) {
      declare(query(sql));

      assertRefused("INSERT INTO bucket (name) VALUES ('any')", "query of the Environment cannot");
    }
    declare(query("SELECT set_config('search_path', 'nowhere', false) WHERE false"));
    assertThat(actions(env.commit("INSERT INTO bucket (name) VALUES ('any')"))).hasSize(1);
    env.commit("DELETE FROM bucket");
    assertThat(env.value("SELECT count(*) FROM bucket")).isEqualTo("0");
    assertThat(before.get("public.bucket")).isEqualTo(env.contents().get("public.bucket"));
  }

  @Test
  void showsNoSecrets() {
    declare(query("SELECT name, secret, 'is ' || secret AS said FROM bucket"));

    assertThatThrownBy(
            () -> env.plan("INSERT INTO bucket (name, secret) VALUES ('one', 'hunter2')"))
        .hasMessageContaining("name = one, secret = (write-only), said = is (write-only)")
        .message()
        .doesNotContain("hunter2");

    declare(query("SELECT CAST(secret AS int) FROM bucket"));
    assertThatThrownBy(
            () -> env.plan("INSERT INTO bucket (name, secret) VALUES ('one', 'hunter2')"))
        .hasMessageContaining("invalid input syntax")
        .message()
        .doesNotContain("hunter2");
  }
}
