package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;

/** The original's session in the real psql program, with the login of the environment's Secret. */
class PsqlSessionIT {
  @TempDir Path folder;

  @BeforeAll
  static void needsPsql() {
    boolean there =
        List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
            .anyMatch(p -> Files.isExecutable(Path.of(p, "psql")));
    Assumptions.assumeTrue(
        there, "not run: no psql in the PATH; install PostgreSQL's client programs");
  }

  private record Said(int exit, String out, String err) {}

  /** Runs psql as somebody would: one statement after the other, stopped by the first error. */
  private Said psql(Space space, String script) throws IOException, InterruptedException {
    Secret secret = space.await(Secret.class, "env-psql", "have a login", s -> s.getData() != null);
    Path file = Files.writeString(Files.createTempFile(folder, "session", ".sql"), script);
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(
            "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", file.toString());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PG"));
    environment.put("PGHOST", value(secret, "host"));
    environment.put("PGPORT", value(secret, "port"));
    environment.put("PGDATABASE", value(secret, "database"));
    environment.put("PGUSER", value(secret, "username"));
    environment.put("PGPASSWORD", value(secret, "password"));
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("psql ended").isTrue();
    return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private static String value(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
  }

  private static List<String> buckets(Space space) {
    try (S3Client s3 = space.s3()) {
      return s3.listBuckets().buckets().stream().map(Bucket::name).toList();
    }
  }

  private static String session(String bucket) {
    return """
        --- starts a transaction
        SELECT * FROM iasql_begin();
        --- infrastructure changes
        INSERT INTO bucket (name) VALUES ('%1$s');
        select * from iasql_preview();
        --- more infrastructure changes
        UPDATE bucket SET policy = '{"Version":"2012-10-17","Statement":[]}' WHERE name = '%1$s';
        select * from iasql_preview();
        select * from iasql_commit();
        SELECT * FROM iasql_get_sql_since((now() - interval '2 hours')::text);
        """
        .formatted(bucket);
  }

  @Test
  void shouldRunTheSessionOfTheOriginalWordForWord() throws Exception {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_s3");
    String bucket = "acme-assets-" + space.account.id();

    Said said = psql(space, session(bucket));

    assertThat(said.err()).doesNotContain("ERROR");
    assertThat(said.exit()).isZero();
    List<String> lines = new ArrayList<>(said.out().lines().toList());
    assertThat(lines.get(0)).startsWith("Transaction started|");
    assertThat(lines.subList(1, 4)).allMatch(l -> l.startsWith("create|bucket||" + bucket));
    assertThat(said.out()).contains("INSERT INTO bucket").contains("'" + bucket + "'");
    assertThat(buckets(space)).containsExactly(bucket);
  }

  @Test
  void shouldHaveTheSessionWaitForApprovalAsASqlTransaction() throws Exception {
    Space space = Space.ready("psql", Approval.MANUAL, "aws_s3");
    String bucket = "acme-assets-" + space.account.id();

    Said said =
        psql(
            space,
            "SELECT iasql_begin(); INSERT INTO bucket (name) VALUES ('%s'); SELECT * FROM iasql_commit('for the site');"
                .formatted(bucket));

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out()).contains("create|bucket||" + bucket);
    assertThat(said.err()).contains("waits for approval as a SqlTransaction");
    assertThat(buckets(space)).isEmpty();
    SqlTransaction proposed =
        Awaitility.await("the SqlTransaction")
            .atMost(Space.LIMIT)
            .until(
                () ->
                    space
                        .stack
                        .client
                        .resources(SqlTransaction.class)
                        .inNamespace(space.namespace)
                        .list()
                        .getItems()
                        .stream()
                        .findFirst()
                        .orElse(null),
                java.util.Objects::nonNull);
    assertThat(proposed.getSpec().description()).isEqualTo("for the site");
    String name = proposed.getMetadata().getName();
    String plan = space.approve(name);
    assertThat(said.err()).contains(plan);
    space.await(name, Phase.COMMITTED);
    assertThat(buckets(space)).containsExactly(bucket);
  }

  @Test
  void shouldCommitDirectWritesWithinSeconds() throws Exception {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_sqs");

    Said said = psql(space, "INSERT INTO queue (name, visibility_timeout) VALUES ('direct', 44);");

    assertThat(said.exit()).as(said.err()).isZero();
    Awaitility.await("the queue")
        .atMost(Space.LIMIT)
        .untilAsserted(
            () -> {
              assertThat(space.queues()).singleElement().asString().startsWith("direct|44");
              assertThat(space.queueRows()).isEqualTo(space.queues());
            });
  }

  @Test
  void shouldAnswerModuleFunctions() throws Exception {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_iam");

    Said said =
        psql(
            space,
            """
            SELECT iasql_begin();
            INSERT INTO iam_user (user_name) VALUES ('deployer');
            SELECT iasql_commit();
            SELECT status, accesskeyid <> '', secretaccesskey <> '' FROM access_key_request('deployer');
            SELECT count(*), min(user_name) FROM access_key;
            SELECT status FROM set_user_password('deployer', 'Correct-Horse-7-Battery');
            """);

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out()).contains("SUCCESS|t|t").contains("1|deployer").contains("OK");
    assertThat(space.rows("SELECT change::text FROM iasql_audit_log"))
        .noneMatch(row -> row.contains("Correct-Horse"));
    assertThat(space.rows("SELECT c::text FROM iasql.call c")).isEmpty();
  }

  @Test
  void shouldSayWhatIsWrong() throws Exception {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_s3");

    assertThat(psql(space, "SELECT iasql_preview();").err())
        .contains("Error: Cannot execute without calling iasql_begin() first");
    assertThat(
            psql(
                    space,
                    "BEGIN; INSERT INTO bucket (name) VALUES ('x-y-z-1'); SELECT iasql_begin();")
                .err())
        .contains("COMMIT first");
    assertThat(psql(space, "CREATE TABLE mine (id int);").err()).contains("permission denied");
    assertThat(psql(space, "SELECT * FROM iasql.call;").err()).contains("permission denied");
  }

  @Test
  void shouldPutTheRowsBackAtARollback() throws Exception {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_sqs");

    Said said =
        psql(
            space,
            """
            SELECT message FROM iasql_begin();
            INSERT INTO queue (name) VALUES ('tmp');
            SELECT action, table_name FROM iasql_preview();
            SELECT action, table_name FROM iasql_rollback();
            SELECT count(*) FROM queue;
            """);

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out().lines())
        .containsExactly("Transaction started", "create|queue", "delete|queue", "0");
    assertThat(space.queues()).isEmpty();
  }

  @Test
  void shouldTakeEverythingBackWhenAwsRefusesPartOfIt() throws Exception {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_sqs");
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) ->
            call.operation().equals("CreateQueue") && call.body().contains("refused")
                ? AwsProxy.Answer.error(call, 403, "AccessDenied", "not this queue")
                : upstream.forward());

    Said failed =
        psql(
            space,
            "SELECT iasql_begin(); INSERT INTO queue (name) VALUES ('good-1'), ('refused'),"
                + " ('good-2'); SELECT iasql_commit();");

    assertThat(failed.exit()).isEqualTo(3);
    assertThat(failed.err())
        .contains("ERROR:  Error: ")
        .contains("create queue")
        .contains("AccessDenied: not this queue");
    assertThat(space.queues()).isEmpty();
    assertThat(space.queueRows()).isEmpty();
    Said next = psql(space, "SELECT count(*) FROM iasql_get_errors(); SELECT iasql_begin();");
    assertThat(next.exit()).as(next.err()).isZero();
    assertThat(next.out()).startsWith("1\n");
  }

  @Test
  void shouldInstallAndUninstallModules() throws Exception {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_sqs");
    space.automatic("queue", "INSERT INTO queue (name) VALUES ('stays')");

    Said said =
        psql(
            space,
            """
            SELECT module_name, created_table_name FROM iasql_install('aws_s3', 'aws_s3@0.1.0');
            SELECT module_name FROM iasql_modules_installed();
            SELECT count(*) FROM bucket;
            SELECT dropped_table_name FROM iasql_uninstall('aws_s3');
            """);

    assertThat(said.exit()).as(said.err()).isZero();
    assertThat(said.out())
        .contains("aws_s3@0.1.0|bucket\n", "aws_s3\naws_sqs\n", "\n0\n", "\nbucket_object\n");
    assertThat(psql(space, "SELECT iasql_install('aws_sqz');").err())
        .contains("The following modules do not exist: aws_sqz@0.1.0. Did you mean: aws_sqs@0.1.0");
    assertThat(psql(space, "SELECT iasql_install('x''; DROP TABLE queue; --');").err())
        .contains("The following modules do not exist");
    assertThat(psql(space, "SELECT iasql_uninstall('aws_sqs');").err()).contains("spec.modules");
    assertThat(space.queueRows()).isEqualTo(space.queues()).hasSize(1);
  }

  @Test
  void shouldInstallAgainWhatWasUninstalledWhileItWasNotDeclared() {
    Space space = Space.ready("psql", Approval.AUTOMATIC, "aws_s3", "aws_sqs");
    declare(space, "aws_sqs");
    Awaitility.await("the module to be nobody's")
        .atMost(Space.LIMIT)
        .until(() -> psql(space, "SELECT iasql_uninstall('aws_s3');").exit() == 0);

    declare(space, "aws_s3", "aws_sqs");

    space.await(
        Environment.class,
        "env",
        "have it again",
        e ->
            e.getStatus().modules().contains("aws_s3")
                && Space.condition(e, "Ready").orElseThrow().isTrue());
    space.automatic("bucket", "INSERT INTO bucket (name) VALUES ('installed-again')");
  }

  private static void declare(Space space, String... modules) {
    space.patch(
        Environment.class,
        "env",
        "{\"spec\":{\"modules\":[\"%s\"]}}".formatted(String.join("\",\"", modules)));
  }

  @Test
  void shouldRunWhatWasExportedInASecondEnvironment() throws Exception {
    Space first = Space.ready("psql", Approval.AUTOMATIC, "aws_sqs", "aws_vpc");
    Said said =
        psql(
            first,
            """
            SELECT iasql_begin();
            INSERT INTO queue (name, visibility_timeout) VALUES ('jobs', 40), ('dropped', 50);
            DELETE FROM queue WHERE name = 'dropped';
            INSERT INTO vpc (cidr_block) VALUES ('10.7.0.0/16');
            INSERT INTO subnet (vpc_id, availability_zone, cidr_block)
              SELECT id, 'eu-west-1a', '10.7.1.0/24' FROM vpc WHERE cidr_block = '10.7.0.0/16';
            SELECT iasql_commit();
            """);
    assertThat(said.exit()).as(said.err()).isZero();
    String exported =
        psql(first, "SELECT sql FROM iasql_get_sql_for_transaction();").out()
            + psql(first, "SELECT sql FROM iasql_get_sql_since(now() + interval '1 hour');").out();

    Space second = Space.ready("psql", Approval.AUTOMATIC, "aws_sqs", "aws_vpc");
    second.automatic("replayed", exported);

    assertThat(exported).doesNotContain("vpc-", "subnet-", first.account.id());
    assertThat(
            second.rows(
                "SELECT s.cidr_block, v.cidr_block FROM subnet s JOIN vpc v ON v.id = s.vpc_id"
                    + " WHERE NOT v.is_default"))
        .containsExactly("10.7.1.0/24|10.7.0.0/16");
    assertThat(second.queueNames()).containsExactly("jobs");
  }
}
