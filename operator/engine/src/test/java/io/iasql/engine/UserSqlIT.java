package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.Power;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users' SQL may not do, and what they are told about it. */
class UserSqlIT {
  private static TestEnvironment env;

  @BeforeAll
  static void start() {
    env = TestEnvironment.fresh();
    env.commit(
        "INSERT INTO bucket (name) VALUES ('assets');"
            + " INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
  }

  @AfterAll
  static void stop() {
    env.close();
  }

  /** Plans what cannot be; nothing may have changed anywhere. */
  private static String refusal(String sql) {
    Map<String, String> before = env.contents();
    env.account().forgetCalls();
    InvalidTransactionException refusal =
        catchThrowableOfType(InvalidTransactionException.class, () -> env.plan(sql));
    assertThat(refusal).as(sql).isNotNull();
    assertThat(env.contents()).isEqualTo(before);
    assertThat(env.account().writes()).isEmpty();
    return refusal.getMessage();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELEC 1                                                       | 42601
          INSERT INTO bucket (nam) VALUES ('x')                         | 42703
          INSERT INTO buckets (name) VALUES ('x')                       | 42P01
          INSERT INTO bucket (name, size) VALUES ('abc', 'big')         | 22P02
          INSERT INTO bucket (name, size) VALUES ('abc', -1)            | 23514
          INSERT INTO bucket (name) VALUES ('assets')                   | 23505
          INSERT INTO bucket (name) VALUES (NULL)                       | 23502
          INSERT INTO block (bucket_name) VALUES ('nothing')            | 23503
          INSERT INTO subnet (net_id, cidr) VALUES (999, '10.1.0.0/24') | 23503
          COMMIT                                                        | 0A000
          ROLLBACK                                                      | 0A000
          BEGIN                                                         | 0A000
          SAVEPOINT mine                                                | 0A000
          ROLLBACK TO SAVEPOINT mine                                    | 0A000
          SET ROLE postgres                                             | 42501
          RESET ROLE                                                    | 42501
          SET SESSION AUTHORIZATION postgres                            | 42501
          SELECT set_config('role', 'postgres', false)                  | 42501
          COPY bucket FROM PROGRAM 'echo x'                             | 42501
          COPY bucket TO PROGRAM 'cat'                                  | 42501
          COPY bucket TO '/tmp/iasql-stolen'                            | 42501
          COPY bucket FROM '/etc/passwd'                                | 42501
          CREATE TABLE mine (x int)                                     | 42501
          CREATE TABLE iasql.mine (x int)                               | 42501
          CREATE TEMP TABLE mine (x int)                                | 42501
          CREATE SCHEMA mine                                            | 42501
          CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1' | 42501
          CREATE EXTENSION postgres_fdw                                 | 42501
          SELECT iasql.dblink_connect('iasql_loopback')                 | 42501
          SELECT dblink_connect('dbname=postgres')                      | 42883
          ALTER TABLE bucket DISABLE TRIGGER ALL                        | 42501
          DROP TABLE bucket                                             | 42501
          TRUNCATE bucket                                               | 42501
          SET session_replication_role = replica                        | 42501
          SELECT * FROM iasql.plan                                      | 42501
          SELECT iasql.run_as_user('SELECT 1')                          | 42501
          SELECT * FROM iasql.hash_key                                  | 42501
          INSERT INTO iasql_audit_log (ts, "user", table_name, change_type, change) VALUES (now(), 'x', 'x', 'INSERT', '{}') | 42501
          DELETE FROM iasql_audit_log                                   | 42501
          INSERT INTO iasql_module VALUES ('x')                         | 42501
          SELECT pg_read_file('/etc/passwd')                            | 42501
          SELECT pg_terminate_backend(pg_backend_pid())                 | 42501
          DO $$ BEGIN COMMIT; END $$                                    | 2D000
          DO $$ BEGIN ROLLBACK; END $$                                  | 2D000
          DO $$ BEGIN SET ROLE postgres; END $$                         | 42501
          DO $$ BEGIN RESET ROLE; END $$                                | 42501
          DO $$ BEGIN SET SESSION AUTHORIZATION postgres; END $$        | 42501
          DO $$ BEGIN EXECUTE 'COPY bucket TO PROGRAM ''cat'''; END $$  | 42501
          DO $$ BEGIN CREATE TEMP TABLE mine (x int); END $$            | 42501
          DO $$ BEGIN DELETE FROM iasql_audit_log; END $$               | 42501
          """)
  void isRefusedWithItsSqlstateAndChangesNothing(String sql, String state) {
    String message = refusal("UPDATE bucket SET size = 77;\n" + sql);

    assertThat(message).contains("[SQLSTATE " + state + "]").contains("line 2");
  }

  @Test
  void refusesToDropWhatTheRoleOwns() {
    for (String drop :
        List.of("DROP OWNED BY CURRENT_USER", "DO $$ BEGIN DROP OWNED BY iasql_user; END $$")) {
      assertThat(refusal("INSERT INTO bucket (name) VALUES ('owned');\n" + drop))
          .contains("as DROP OWNED does");
    }
  }

  @Test
  void saysLineAndColumnOfASyntaxErrorInTheThirdStatement() {
    String message =
        refusal(
            "INSERT INTO bucket (name) VALUES ('öäü-1');\n"
                + "-- a comment; with a semicolon\n"
                + "UPDATE bucket SET size = 4;\n"
                + "  DELETE FORM bucket");

    assertThat(message)
        .isEqualTo(
            "syntax error at or near \"FORM\" [SQLSTATE 42601] at line 4, column 10: FORM bucket."
                + " Correct the SQL and apply the resource again");
  }

  @Test
  void saysLineAndColumnOfAnUnknownColumnInTheThirdStatement() {
    String message =
        refusal(
            "INSERT INTO bucket (name) VALUES ('abc');\nUPDATE bucket SET size = 4;\n"
                + "UPDATE bucket SET tiers = 'x'");

    assertThat(message).contains("line 3, column 19: tiers = '…'").doesNotContain("'x'");
  }

  @Test
  void namesTheStatementBehindARuntimeErrorThatHasNoPosition() {
    String message =
        refusal(
            "INSERT INTO bucket (name) VALUES ('a;b'), ('c--d');\n"
                + "/* two; */ DELETE FROM bucket WHERE name = $x$ ; $x$;\n"
                + "  INSERT INTO block (bucket_name)\n"
                + "    VALUES ('nothing');\n"
                + "UPDATE bucket SET size = 4");

    assertThat(message)
        .contains("Key (bucket_name)=(nothing) is not present in table \"bucket\"")
        .contains("[SQLSTATE 23503] in the statement at line 3, column 3: INSERT INTO block")
        .contains("Insert the row it refers to first");
  }

  @Test
  void namesTheStatementBehindAnErrorInsideABlock() {
    String message =
        refusal("UPDATE bucket SET size = 4;\nDO $$ BEGIN\n UPDATE bucket SET size = -4;\nEND $$");

    assertThat(message).contains("size_is_positive").contains("statement at line 2, column 1: DO");
  }

  @Test
  void checksAtTheEndWhatTheTextPutOff() {
    assertThatThrownBy(
            () ->
                env.plan(
                    "SET CONSTRAINTS ALL DEFERRED;"
                        + " INSERT INTO grp (name, net_id) SELECT 'same', id FROM net;"
                        + " INSERT INTO grp (name, net_id) SELECT 'same', id FROM net"))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("23505");
  }

  @Test
  void tellsNoValueOfARowThatFails() {
    String message =
        refusal("INSERT INTO bucket (name, size, secret) VALUES ('abc', -1, 'hunter2')");

    assertThat(message).contains("size_is_positive").doesNotContain("hunter2");
  }

  @Test
  void endsWhatTakesTooLong() {
    try (TestEnvironment hasty =
        new TestEnvironment(
            TestServer.newDatabase(),
            new FakeAccount(),
            Power.lasting(),
            "hasty",
            new EngineSettings(Duration.ofSeconds(1), 2, Duration.ofSeconds(5)))) {
      assertThatThrownBy(() -> hasty.plan("SET statement_timeout = 0; SELECT pg_sleep(60)"))
          .isInstanceOf(InvalidTransactionException.class)
          .hasMessageContaining("57014")
          .hasMessageContaining("longer than the operator allows");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET search_path = nowhere",
        "SET LOCAL search_path = nowhere",
        "SET DateStyle = 'German'",
        "SET client_encoding = 'LATIN1'",
        "SET standard_conforming_strings = off",
        "SET TimeZone = 'Asia/Tokyo'",
        "SET bytea_output = 'escape'; SET extra_float_digits = 0; SET IntervalStyle = 'iso_8601'",
        "SET statement_timeout = 1",
        "SET row_security = off",
        "SELECT pg_advisory_lock(1)",
      })
  void aSettingThatTheTextMakesDoesNotReachTheEngine(String setting) {
    String name = "setting-" + Math.abs(setting.hashCode());

    env.commit("INSERT INTO bucket (name) VALUES ('" + name + "'); " + setting);

    assertThat(env.account().one("bucket", "name", name).get("size").asInt()).isEqualTo(30);
  }

  @Test
  void aTextWithoutStatementsChangesNothing() {
    assertThat(env.plan("").actions()).isEmpty();
    assertThat(env.plan(" -- nothing\n;;").actions()).isEmpty();
    assertThat(env.plan("SELECT 1; SELECT * FROM bucket").actions()).isEmpty();
  }

  /** Runs SQL as whoever it is that reads it; no rollback takes back what it does. */
  private static final String OWNERS_OWN =
      "query_to_xml('SELECT setval(''iasql.transaction_position_seq'', 4711)', true, false, '')";

  private static final String POSITION = "SELECT last_value FROM iasql.transaction_position_seq";

  @Test
  void aCursorThatOutlivesTheTransactionIsNotReadAsTheOwner() {
    env.commit(
        "UPDATE bucket SET size = 5; DECLARE held CURSOR WITH HOLD FOR SELECT " + OWNERS_OWN);

    assertThat(env.query(POSITION)).doesNotContain("4711");
  }

  /** The statements are run one by one to find out which of them failed. */
  @Test
  void aStatementOfTheEnginesCannotBeGivenAnotherMeaning() {
    String swap =
        """
        DO $do$
        DECLARE own text;
        BEGIN
          SELECT name INTO STRICT own FROM pg_prepared_statements WHERE statement LIKE '%run_as_user%';
          EXECUTE 'DEALLOCATE ' || quote_ident(own);
          EXECUTE 'PREPARE ' || quote_ident(own) || '(text) AS SELECT ' || $s$OWNERS_OWN$s$;
        END $do$;
        """
            .replace("OWNERS_OWN", OWNERS_OWN);

    refusal("SELECT 1;\n".repeat(6) + swap + "SELECT 2;\nSELECT 1 / 0");

    assertThat(env.query(POSITION)).doesNotContain("4711");
  }
}
