package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.fake.Power;
import io.iasql.engine.guard.Assertion;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.store.UnavailableException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that SQL gets by name, and that secret ones are nowhere but where they belong. */
class ParametersIT {
  private static final String CANARY = "canary-7f3a-with-'quotes'-\"two\"-and,comma";
  private static final String BACKWARDS = "yranac";
  private static final String SQL =
      "INSERT INTO bucket (name, secret) VALUES (iasql_parameter('name'), iasql_parameter('pin'))";

  private TestEnvironment env;

  @BeforeEach
  void start() {
    env = TestEnvironment.fresh();
  }

  @AfterEach
  void stop() {
    env.close();
  }

  private static Draft draft(String sql, String secret) {
    return new Draft.Statements(
        sql, Parameters.of(Map.of("name", "assets"), Map.of("pin", secret)));
  }

  private String submit(TestEnvironment process, Draft draft) {
    String id = TestEnvironment.newId();
    String plan = env.engine().plan(id, draft).id();
    process
        .engine()
        .submit(new Submission(id, "name-" + id, draft, OnFailure.ROLLBACK, plan, "somebody"));
    return id;
  }

  private void assertNoTraceOf(String value) {
    assertThat(env.contents())
        .isNotEmpty()
        .noneSatisfy((table, all) -> assertThat(all).contains(value));
  }

  @Test
  void shouldReachTheCloudAndNothingElse() {
    String id = submit(env, draft(SQL, CANARY));

    assertThat(env.await(id).state()).isEqualTo(TransactionState.COMMITTED);

    assertThat(env.account().secret("bucket", "assets")).contains(CANARY);
    assertNoTraceOf("canary");
    env.assertRowsEqualCloud();
  }

  @Test
  void shouldLeaveNoTraceWhileThePlanWaits() {
    Plan plan = env.engine().plan(TestEnvironment.newId(), draft(SQL, CANARY));

    assertThat(PlanStore.lines(plan).toString()).contains("hash:").doesNotContain("canary");
    assertNoTraceOf("canary");
  }

  @Test
  void shouldTellNothingWhenTheCloudRepeatsWhatItRefuses() {
    String id = submit(env, draft(SQL, "refused " + CANARY));

    TransactionView view = env.await(id);

    assertThat(view.state()).isEqualTo(TransactionState.ROLLED_BACK);
    assertThat(view.message()).contains("(write-only) is refused");
    assertNoTraceOf("canary");
  }

  @Test
  void shouldNameTheMissingParameterAndThoseThatThereAre() {
    assertThatThrownBy(
            () ->
                env.engine()
                    .plan("tx-missing", draft("SELECT 1;\nSELECT iasql_parameter('pni')", CANARY)))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("there is no parameter 'pni'")
        .hasMessageContaining("line 2, column 1")
        .hasMessageContaining("There are name, pin;");
    assertThatThrownBy(() -> env.plan("SELECT iasql_parameter('pin')"))
        .hasMessageContaining("there is no parameter 'pin'")
        .hasMessageContaining("There are none;");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INSERT INTO bucket (name, tier) VALUES ('assets', iasql_parameter('pin'))                                | bucket.tier
          INSERT INTO bucket (name, tier) VALUES ('assets', concat('a ', iasql_parameter('pin'), ' b'))                | bucket.tier
          INSERT INTO bucket (name, tags) VALUES ('assets', json_build_object('k', iasql_parameter('pin')))        | bucket.tags
          INSERT INTO bucket (name, tags) VALUES ('assets', json_build_object(iasql_parameter('pin'), 'v'))        | bucket.tags
          INSERT INTO bucket (name, owners) VALUES ('assets', ARRAY['x', iasql_parameter('pin')])                  | bucket.owners
          INSERT INTO memo (words) VALUES (iasql_parameter('pin')); DELETE FROM memo                               | memo.words
          INSERT INTO memo (words) VALUES (iasql_parameter('pin')); UPDATE memo SET words = 'x'                    | memo.words
          """)
  void shouldRefuseASecretWhereEverybodyCouldReadIt(String sql, String place) {
    assertThatThrownBy(() -> env.engine().plan("tx-open", draft(sql, CANARY)))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining(place + " would hold parameter pin, whose value comes from a Secret");
    assertNoTraceOf("canary");
  }

  @Test
  void shouldTakeAShortSecretForAWholeValueOnly() {
    String sql = "INSERT INTO bucket (name, tier) VALUES ('a-1-b', %s)";

    assertThat(env.engine().plan("tx-short", draft(sql.formatted("'x1'"), "1")).actions())
        .hasSize(1);
    assertThatThrownBy(() -> env.engine().plan("tx-short", draft(sql.formatted("'1'"), "1")))
        .hasMessageContaining("bucket.tier");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT iasql_parameter('pin')::int                                                     | 22P02
          SELECT reverse(iasql_parameter('pin'))::int                                            | 22P02
          DO $$ BEGIN RAISE EXCEPTION 'it is %', iasql_parameter('pin'); END $$                  | P0001
          DO $$ BEGIN RAISE 'no' USING DETAIL = reverse(iasql_parameter('pin')); END $$          | P0001
          DO $$ BEGIN RAISE 'no' USING HINT = reverse(iasql_parameter('pin')); END $$            | P0001
          SELECT iasql_parameter(reverse(iasql_parameter('pin')))                                | 42P02
          INSERT INTO bucket (name, secret) VALUES (iasql_parameter('pin'), 'x'), (iasql_parameter('pin'), 'y') | 23505
          """)
  void shouldTellNothingInAnError(String sql, String state) {
    assertThatThrownBy(() -> env.engine().plan("tx-error", draft(sql, CANARY)))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("PostgreSQL refuses the SQL [SQLSTATE " + state + "]")
        .hasMessageContaining("line 1, column 1")
        .hasMessageContaining("What PostgreSQL says is not shown")
        .hasMessageNotContaining("canary")
        .hasMessageNotContaining(BACKWARDS)
        .hasNoCause();
  }

  @Test
  void shouldTellNothingInWhatLooksLikeAnOutage() {
    String sql =
        "DO $$ BEGIN RAISE '%', reverse(iasql_parameter('pin')) USING ERRCODE = '40001'; END $$";

    assertThatThrownBy(() -> env.engine().plan("tx-outage", draft(sql, CANARY)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("PostgreSQL [SQLSTATE 40001]")
        .satisfies(e -> assertThat(stackTrace(e)).doesNotContain("canary", BACKWARDS));
  }

  private static String stackTrace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void shouldTellNothingInAnAssertionOfTheTransaction() {
    Draft draft =
        new Draft.Statements(
            SQL,
            Parameters.of(Map.of("name", "assets"), Map.of("pin", CANARY)),
            List.of(
                new Assertion("row", "SELECT reverse(iasql_parameter('pin'))", "Look"),
                new Assertion("cast", "SELECT reverse(iasql_parameter('pin'))::int", "")));

    assertThatThrownBy(() -> env.engine().plan("tx-assert", draft))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining(
            "assertion row of the SqlTransaction does not hold: Look. What its query returned is"
                + " not shown")
        .hasMessageContaining(
            "assertion cast of the SqlTransaction cannot be checked: PostgreSQL refuses the SQL"
                + " [SQLSTATE 22P02]")
        .hasMessageNotContaining("canary")
        .hasMessageNotContaining(BACKWARDS);
  }

  @Test
  void shouldSayAllOfAnErrorWhereNothingIsSecret() {
    Draft draft =
        new Draft.Statements(
            "SELECT iasql_parameter('name')::int",
            Parameters.of(Map.of("name", "assets"), Map.of()));

    assertThatThrownBy(() -> env.engine().plan("tx-open-error", draft))
        .hasMessageContaining("invalid input syntax for type integer: \"assets\"");
  }

  @Test
  void shouldBeOutOfReachButByName() {
    for (String sql :
        new String[] {
          "SELECT * FROM pg_temp.iasql_parameter",
          "UPDATE pg_temp.iasql_parameter SET value = 'x'",
          "DROP TABLE pg_temp.iasql_parameter",
          "DO $$ BEGIN EXECUTE 'SELECT value FROM iasql_parameter'; END $$"
        }) {
      assertThatThrownBy(() -> env.engine().plan("tx-reach", draft(sql, CANARY)))
          .as(sql)
          .hasMessageContaining("42501");
    }
  }

  @Test
  void shouldStandInNoStatementThatPostgresqlShows() {
    String sql =
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%canary%'"
            + " AND pid = pg_backend_pid()), 'shown'; END $$";

    assertThat(env.engine().plan("tx-shown", draft(sql, CANARY)).actions()).isEmpty();
  }

  @Test
  void shouldBePartOfWhatIsPlannedAndCommitted() {
    Draft draft = draft(SQL, CANARY);
    Draft rotated = draft(SQL, "other-" + CANARY);
    String id = TestEnvironment.newId();
    Plan plan = env.engine().plan(id, draft);
    PlanStore.Stored stored = env.engine().storedPlan(id, 1).orElseThrow();

    assertThat(env.engine().isOf(stored, draft)).isTrue();
    assertThat(env.engine().isOf(stored, rotated)).isFalse();
    assertThat(env.engine().isOf(stored, new Draft.Statements(SQL))).isFalse();
    assertThat(env.engine().plan(id, rotated).id()).isNotEqualTo(plan.id());
    assertThat(env.engine().contentHash("n", draft))
        .isEqualTo(env.engine().contentHash("n", draft(SQL, CANARY)))
        .isNotEqualTo(env.engine().contentHash("n", rotated));
    // What is open and what is secret are two things.
    assertThat(env.engine().contentHash("n", draft))
        .isNotEqualTo(
            env.engine()
                .contentHash(
                    "n",
                    new Draft.Statements(
                        SQL, Parameters.of(Map.of("name", "assets", "pin", CANARY), Map.of()))));
  }

  @Test
  void shouldRefuseAValueThatNoTextCanHave() {
    assertThatThrownBy(() -> env.engine().plan("tx-zero", draft(SQL, "a\0b")))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("parameter pin has a zero character");
  }

  @Test
  void shouldBeHandedOverAgainAfterARestart() {
    Draft draft = draft(SQL, CANARY);
    // It dies after the submission and before the commit has begun.
    TestEnvironment first = env.another(Power.until(2));
    String id = TestEnvironment.newId();
    String plan = env.engine().plan(id, draft).id();
    Submission submission =
        new Submission(id, "name-" + id, draft, OnFailure.ROLLBACK, plan, "somebody");
    try {
      first.engine().submit(submission);
      await("the death").until(() -> first.power().isOff());
    } finally {
      first.stop();
    }
    assertThat(env.engine().view(id).orElseThrow().state().isFinal()).isFalse();

    // Others do not wait for what nobody knows.
    env.commit("INSERT INTO bucket (name) VALUES ('other')");
    assertThat(env.engine().view(id).orElseThrow().state()).isEqualTo(TransactionState.QUEUED);
    assertThat(env.account().secret("bucket", "assets")).isEmpty();

    env.engine().handOver(id, draft);

    assertThat(env.await(id).state()).isEqualTo(TransactionState.COMMITTED);
    assertThat(env.account().secret("bucket", "assets")).contains(CANARY);
    assertNoTraceOf("canary");
  }
}
