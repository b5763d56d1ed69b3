package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** SQL that cannot be, and values that AWS would refuse: said before anybody approves anything. */
class BadSqlIT {
  private static Space space;

  @BeforeAll
  static void open() {
    space = Space.ready("bad-sql", Approval.AUTOMATIC, "aws_sqs", "aws_s3", "aws_vpc");
    space.automatic(
        "base",
        "INSERT INTO vpc (cidr_block, tags) VALUES ('10.1.0.0/16', '{\"name\":\"base\"}');"
            + " INSERT INTO subnet (vpc_id, availability_zone, cidr_block) SELECT id, 'eu-west-1a', '10.1.1.0/24' FROM vpc WHERE cidr_block = '10.1.0.0/16';"
            + " INSERT INTO bucket (name) VALUES ('base-"
            + space.account.id()
            + "');"
            + " INSERT INTO queue (name) VALUES ('base')");
  }

  static Stream<Arguments> statements() {
    return Stream.of(
        Arguments.of(
            "syntax",
            "INSERT INTO queue (name) VALUES ('a');\nINSRT INTO queue (name) VALUES ('b');",
            List.of("42601", "line 2, column 1", "INSRT", "Correct the SQL")),
        Arguments.of(
            "column",
            "UPDATE queue SET colour = 'red'",
            List.of("42703", "colour", "line 1, column 18")),
        Arguments.of(
            "table",
            "INSERT INTO lambda_function (name) VALUES ('f')",
            List.of("42P01", "lambda_function", "line 1, column 13", "spec.modules")),
        Arguments.of(
            "type",
            "INSERT INTO queue (name, visibility_timeout) VALUES ('a', 'soon')",
            List.of("22P02", "soon", "line 1, column 59")),
        Arguments.of(
            "reference",
            "INSERT INTO bucket_website (bucket_name, index_document) VALUES ('nowhere', 'i.html')",
            List.of("23503", "bucket_website", "nowhere", "Insert the row it refers to")),
        Arguments.of(
            "check",
            "INSERT INTO queue (name, fifo_queue) VALUES ('plain', true)",
            List.of("23514", ".fifo", "Add .fifo")),
        Arguments.of(
            "twice",
            "INSERT INTO queue (name) VALUES ('a'); INSERT INTO queue (name) VALUES ('base')",
            List.of("23505", "base", "already exists", "ON CONFLICT")),
        Arguments.of(
            "commit",
            "INSERT INTO queue (name) VALUES ('a'); COMMIT",
            List.of("0A000", "line 1, column 40", "COMMIT", "leave this statement out")),
        Arguments.of("role", "SET ROLE postgres", List.of("42501")),
        Arguments.of("program", "COPY queue FROM PROGRAM 'id'", List.of("42501")),
        Arguments.of(
            "rights",
            "DELETE FROM iasql_audit_log",
            List.of("42501", "iasql_audit_log", "iasql_user")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("statements")
  void shouldSayWhereAndWhyAndWhatToDo(String name, String sql, List<String> said) {
    space.transaction("sql-" + name, sql);

    SqlTransactionStatus status = space.await("sql-" + name, Phase.FAILED);

    assertThat(status.message()).contains(said).contains("SQLSTATE");
    refusedWithoutATrace("sql-" + name, status);
  }

  static Stream<Arguments> values() {
    String bucket = "base-" + space.account.id();
    return Stream.of(
        Arguments.of(
            "bucket-name", "INSERT INTO bucket (name) VALUES ('Not_A_Bucket')", "Not_A_Bucket"),
        Arguments.of("queue-name", "INSERT INTO queue (name) VALUES ('no blanks')", "no blanks"),
        Arguments.of(
            "cidr", "INSERT INTO vpc (cidr_block) VALUES ('10.300.0.0/16')", "10.300.0.0/16"),
        Arguments.of(
            "overlap",
            "INSERT INTO subnet (vpc_id, availability_zone, cidr_block) SELECT id, 'eu-west-1b',"
                + " '10.1.1.128/25' FROM vpc WHERE cidr_block = '10.1.0.0/16'",
            "10.1.1.0/24"),
        Arguments.of(
            "policy",
            "UPDATE bucket SET policy = '{\"Version\": \"2012-10-17\", \"Statement\": 7}'"
                + " WHERE name = '"
                + bucket
                + "'",
            "policy"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  void shouldRefuseBeforeApprovalWhatAwsWouldRefuse(String name, String sql, String said) {
    space.transaction("value-" + name, sql);

    SqlTransactionStatus status = space.await("value-" + name, Phase.FAILED);

    assertThat(status.message()).contains(said);
    refusedWithoutATrace("value-" + name, status);
  }

  @Test
  void shouldPlanAnewWhenTheSqlIsCorrected() {
    space.transaction("mended", "INSRT INTO queue (name) VALUES ('mended')");
    space.await("mended", Phase.FAILED);

    space.patch(
        SqlTransaction.class,
        "mended",
        "{\"spec\":{\"sql\":\"INSERT INTO queue (name) VALUES ('mended')\"}}");

    space.await("mended", Phase.COMMITTED);
    assertThat(space.queueNames()).contains("mended");
    assertThat(space.events("mended")).contains("Warning InvalidTransaction", "Normal Committed");
  }

  private static void refusedWithoutATrace(String name, SqlTransactionStatus status) {
    assertThat(Kstatus.ready(status).reason()).isEqualTo("InvalidTransaction");
    assertThat(status.plan()).isNull();
    assertThat(space.events(name)).contains("Warning InvalidTransaction");
    assertThat(space.rows("SELECT name FROM queue WHERE name NOT IN ('base', 'mended')")).isEmpty();
    assertThat(space.queueNames()).isSubsetOf("base", "mended");
  }
}
