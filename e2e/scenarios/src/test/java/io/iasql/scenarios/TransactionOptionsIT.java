package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** What a SqlTransaction takes besides its SQL. */
class TransactionOptionsIT {
  private static Space space;

  @BeforeAll
  static void open() {
    space = Space.ready("options", Approval.MANUAL, "aws_sqs", "aws_s3");
    space.environment("auto", Approval.AUTOMATIC, "aws_sqs");
    space.awaitReady("auto");
  }

  private static String insert(String queue) {
    return "INSERT INTO queue (name) VALUES ('" + queue + "')";
  }

  private static SqlTransactionStatus awaitReason(String transaction, String reason) {
    return space.await(transaction, "say " + reason, s -> Kstatus.ready(s).reason().equals(reason));
  }

  private static SqlTransactionStatus awaitChange(String transaction, String what) {
    return space.await(
        transaction,
        "plan " + what,
        s -> s.plan() != null && s.plan().changes().toString().contains(what));
  }

  // sqlFrom --------------------------------------------------------------------------------------

  @Test
  void shouldFollowAConfigMapUntilTheCommit() {
    space.transactionOf("from-map", "sqlFrom: {configMapKeyRef: {name: site, key: site.sql}}");
    assertThat(awaitReason("from-map", "InputMissing").message())
        .contains("ConfigMap site, which spec.sqlFrom names, does not exist");

    space.configMap("site", Map.of("site.sql", insert("map-1")));
    String first = awaitChange("from-map", "map-1").plan().id();
    space.configMap("site", Map.of("site.sql", insert("map-2")));
    SqlTransactionStatus second = awaitChange("from-map", "map-2");
    assertThat(second.plan().id()).isNotEqualTo(first);
    assertThat(second.review()).contains(insert("map-2"));

    space.approve("from-map", second.plan().id());
    space.await("from-map", Phase.COMMITTED);
    space.configMap("site", Map.of("site.sql", insert("map-3")));
    // Something that is surely planned afterwards tells that the change has been seen.
    space.transactionOf("after-map", "sqlFrom: {configMapKeyRef: {name: site, key: site.sql}}");
    awaitChange("after-map", "map-3");
    assertThat(space.status("from-map").phase()).isEqualTo(Phase.COMMITTED);
    assertThat(space.queueNames()).contains("map-2").doesNotContain("map-1", "map-3");
  }

  // Parameters -----------------------------------------------------------------------------------

  @Test
  void shouldWriteASecretWhereItBelongsAndNowhereElse() throws Exception {
    String canary = "canary-3b1c77-\"quoted\"-and-'more'";
    String rotated = "canary-rotated-9d";
    space.transactionOf(
        "secret",
        """
        sql: |
          INSERT INTO bucket (name) VALUES (iasql_parameter('bucket'));
          INSERT INTO bucket_object (bucket_name, key, content)
          VALUES (iasql_parameter('bucket'), 'token', iasql_parameter('token'));
        parameters: [{name: bucket, value: options-secret}]
        parametersFrom: [{secretRef: {name: token}}]
        """);
    awaitReason("secret", "InputMissing");
    space.secret("token", Map.of("token", canary));
    String first = awaitChange("secret", "options-secret").plan().id();

    space.secret("token", Map.of("token", rotated));
    String second =
        space
            .await(
                "secret", "be planned anew", s -> s.plan() != null && !s.plan().id().equals(first))
            .plan()
            .id();
    space.approve("secret", second);
    space.await("secret", Phase.COMMITTED);

    try (S3Client s3 = space.s3()) {
      assertThat(s3.getObjectAsBytes(r -> r.bucket("options-secret").key("token")).asUtf8String())
          .isEqualTo(rotated);
    }
    assertNoTraceOf("canary-");
  }

  @Test
  void shouldRefuseASecretInAColumnThatPeopleRead() throws Exception {
    space.secret("tag", Map.of("tag", "canary-tag-55", "number", "canary-number-66"));
    space.transactionOf(
        "open",
        """
        sql: INSERT INTO bucket (name, tags) VALUES ('options-open', json_build_object('t', iasql_parameter('tag')))
        parametersFrom: [{secretRef: {name: tag}}]
        """);
    space.transactionOf(
        "cast",
        """
        sql: UPDATE queue SET delay_seconds = iasql_parameter('number')::int
        parametersFrom: [{secretRef: {name: tag}}]
        """);
    space.transactionOf(
        "turned",
        """
        sql: SELECT reverse(iasql_parameter('number'))::int
        parametersFrom: [{secretRef: {name: tag}}]
        """);

    assertThat(space.await("open", Phase.FAILED).message())
        .contains("bucket.tags would hold parameter tag, whose value comes from a Secret");
    assertThat(space.await("cast", Phase.FAILED).message())
        .contains("22P02")
        .contains("What PostgreSQL says is not shown");
    assertThat(space.await("turned", Phase.FAILED).message())
        .contains("22P02")
        .contains("What PostgreSQL says is not shown");
    assertNoTraceOf("canary-");
    assertNoTraceOf("-yranac");
  }

  @Test
  void shouldTakeNoSecretThatOpensAwsOrADatabase() {
    for (String secret : List.of(Space.KEYS, "env-database", "env-psql")) {
      space.transactionOf(
          "takes-" + secret,
          "sql: SELECT iasql_parameter('password')\n"
              + "parametersFrom: [{secretRef: {name: %s}}]".formatted(secret));

      SqlTransactionStatus status = space.await("takes-" + secret, Phase.FAILED);

      assertThat(status.message())
          .startsWith("Secret " + secret + ", which spec.parametersFrom names, is ")
          .contains("is never given to SQL");
      assertThat(Kstatus.find(status.conditions(), "Stalled")).isPresent();
    }
  }

  /** In the database, the log, the metrics and every object but Secrets. */
  private static void assertNoTraceOf(String value) throws Exception {
    assertThat(space.dump("env")).contains("queue").doesNotContain(value);
    assertThat(Files.readString(space.stack.operator.log())).doesNotContain(value);
    assertThat(Metrics.get(space.stack.operator, "/metrics"))
        .contains("iasql_transactions_open")
        .doesNotContain(value);
    String objects =
        Stream.of(SqlTransaction.class, Environment.class, AwsConnection.class, ConfigMap.class)
            .flatMap(
                type ->
                    space
                        .stack
                        .client
                        .resources(type)
                        .inNamespace(space.namespace)
                        .list()
                        .getItems()
                        .stream())
            .map(Serialization::asYaml)
            .collect(Collectors.joining());
    String events =
        space.stack.client.v1().events().inNamespace(space.namespace).list().getItems().stream()
            .map(Serialization::asYaml)
            .collect(Collectors.joining());
    assertThat(objects + events).contains("AwaitingApproval", "iasql.io").doesNotContain(value);
  }

  // suspend, planOnly, planTTL -------------------------------------------------------------------

  @Test
  void shouldDoNothingWhileSuspended() {
    space.transactionOf("paused", "sql: " + insert("paused") + "\nsuspend: true");
    assertThat(awaitReason("paused", "Suspended").plan()).isNull();
    space.patch(SqlTransaction.class, "paused", "{\"spec\":{\"suspend\":false}}");
    String plan = space.await("paused", Phase.AWAITING_APPROVAL).plan().id();

    space.patch(SqlTransaction.class, "paused", "{\"spec\":{\"suspend\":true}}");
    awaitReason("paused", "Suspended");
    space.approve("paused", plan);
    SqlTransactionStatus suspended =
        space.await("paused", "see the approval", s -> s.observedGeneration() == 4);
    assertThat(suspended.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(suspended.plan().id()).isEqualTo(plan);
    assertThat(space.queueNames()).doesNotContain("paused");

    space.patch(SqlTransaction.class, "paused", "{\"spec\":{\"suspend\":false}}");
    space.await("paused", Phase.COMMITTED);
    assertThat(space.queueNames()).contains("paused");
  }

  @Test
  void shouldShowAPlanWithoutEverCommittingIt() {
    space.transactionOf("auto", "shown", "sql: " + insert("shown") + "\nplanOnly: true");

    SqlTransactionStatus status = space.await("shown", Phase.PLANNED);
    Condition ready = Kstatus.ready(status);
    assertThat(ready.isTrue()).isTrue();
    assertThat(ready.reason()).isEqualTo("PlanOnly");
    assertThat(status.plan().text()).isEqualTo("+1 ~0 ±0 -0");
    assertThat(Kstatus.find(status.conditions(), "Applied").orElseThrow().isTrue()).isFalse();
    assertThatThrownBy(() -> space.approve("shown", status.plan().id()))
        .hasMessageContaining("with planOnly the plan is only shown");
    assertThat(space.queueNames()).doesNotContain("shown");

    space.patch(SqlTransaction.class, "shown", "{\"spec\":{\"planOnly\":null}}");
    space.await("shown", Phase.COMMITTED);
    assertThat(space.queueNames()).contains("shown");
  }

  @Test
  void shouldNotTakeTheIdOfAPlanThatHasExpired() {
    space.transactionOf("slow", "sql: " + insert("slow") + "\nplanTTL: 5s");
    SqlTransactionStatus first = space.await("slow", Phase.AWAITING_APPROVAL);
    assertThat(first.plan().expiresAt()).isNotNull();
    String base = first.plan().id().substring(0, "plan-env-".length() + 12);
    space.await("slow", "expire", s -> s.plan().id().startsWith(base + "-"));

    space.patch(
        SqlTransaction.class,
        "slow",
        "{\"spec\":{\"planTTL\":\"1h\",\"approvePlan\":\"" + base + "\"}}");
    SqlTransactionStatus expired = awaitReason("slow", "PlanExpired");
    assertThat(expired.message()).contains(base + " has expired").contains(expired.plan().id());
    assertThat(expired.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(space.queueNames()).doesNotContain("slow");

    space.approve("slow", expired.plan().id());
    space.await("slow", Phase.COMMITTED);
  }

  // dependsOn ------------------------------------------------------------------------------------

  @Test
  void shouldWaitForTheOthers() {
    space.transactionOf("second", "sql: " + insert("second") + "\ndependsOn: [{name: first}]");
    assertThat(awaitReason("second", "WaitingForOthers").message())
        .isEqualTo("It waits for SqlTransaction first, which does not exist.");
    space.transaction("first", insert("first"));
    space.await("second", "name the phase", s -> s.message().contains("first (AwaitingApproval)"));

    space.approve("first");

    space.await("second", Phase.AWAITING_APPROVAL);
    assertThat(space.status("first").phase()).isEqualTo(Phase.COMMITTED);
  }

  @Test
  void shouldSayWhichOfTheOthersWillNotCome() {
    space.transaction("no", insert("no"));
    space.transactionOf("never", "sql: " + insert("never") + "\ndependsOn: [{name: no}]");
    awaitReason("never", "WaitingForOthers");

    space.patch(SqlTransaction.class, "no", "{\"spec\":{\"reject\":true}}");

    assertThat(space.await("never", Phase.FAILED).message())
        .contains("it depends on SqlTransaction no (Rejected)");
  }

  @Test
  void shouldNameACycle() {
    space.transactionOf("ring-a", "sql: SELECT 1\ndependsOn: [{name: ring-b}]");
    space.transactionOf("ring-b", "sql: SELECT 1\ndependsOn: [{name: ring-a}]");

    assertThat(awaitReason("ring-b", "DependencyCycle").message())
        .contains("ring-b -> ring-a -> ring-b");
    assertThat(awaitReason("ring-a", "DependencyCycle").message())
        .contains("ring-a -> ring-b -> ring-a");
    space.patch(SqlTransaction.class, "ring-a", "{\"spec\":{\"dependsOn\":null}}");
    space.await("ring-a", Phase.NO_CHANGES);
    space.await("ring-b", Phase.NO_CHANGES);
  }

  // undoOf ---------------------------------------------------------------------------------------

  @Test
  void shouldTakeACommittedTransactionBack() {
    space.commit("made", insert("undone"));
    space.commit("changed", "UPDATE queue SET visibility_timeout = 77 WHERE name = 'undone'");
    space.transactionOf("undo-made", "undoOf: {name: made}");
    assertThat(space.await("undo-made", Phase.FAILED).message())
        .contains("was changed by transaction " + space.namespace + "/changed since");

    space.transactionOf("undo-changed", "undoOf: {name: changed}");
    SqlTransactionStatus plan = space.await("undo-changed", Phase.AWAITING_APPROVAL);
    assertThat(plan.review()).contains("UPDATE queue\nSET visibility_timeout = ");
    space.approve("undo-changed");
    space.await("undo-changed", Phase.COMMITTED);
    // The rows are as the first transaction left them: it can be planned without further ado.
    space.approve("undo-made");
    space.await("undo-made", Phase.COMMITTED);

    assertThat(space.queueNames()).doesNotContain("undone");
    assertThat(space.queueRows()).noneMatch(row -> row.startsWith("undone|"));
  }
}
