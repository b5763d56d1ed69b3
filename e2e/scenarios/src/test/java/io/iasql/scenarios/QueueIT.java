package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Many transactions, and big ones. */
class QueueIT {

  @Test
  void shouldPlanTheSecondOfTwoTransactionsOnOneRowAgain() {
    Space space = Space.ready("one-row", Approval.MANUAL, "aws_sqs");
    space.commit("base", "INSERT INTO queue (name) VALUES ('row')");
    space.transaction("first", "UPDATE queue SET visibility_timeout = 41 WHERE name = 'row'");
    space.transaction("second", "UPDATE queue SET visibility_timeout = 42 WHERE name = 'row'");
    String first = space.await("first", Phase.AWAITING_APPROVAL).plan().id();
    String second = space.await("second", Phase.AWAITING_APPROVAL).plan().id();

    space.approve("first", first);
    space.await("first", Phase.COMMITTED);

    SqlTransactionStatus fresh =
        space.await("second", "be planned again", s -> !s.plan().id().equals(second));
    assertThat(fresh.phase()).isEqualTo(Phase.AWAITING_APPROVAL);
    assertThat(fresh.plan().changes().toString()).contains("41").contains("42");
    space.approve("second");
    space.await("second", Phase.COMMITTED);
    assertThat(space.queues()).singleElement().asString().startsWith("row|42|");
    assertThat(space.queueRows()).isEqualTo(space.queues());
  }

  @Test
  void shouldCommitTwentyAtOnceInTheirOrder() {
    Space space = Space.ready("twenty", Approval.AUTOMATIC, "aws_sqs");
    List<String> names = IntStream.rangeClosed(1, 20).mapToObj(n -> "t-" + n).toList();

    names.forEach(n -> space.transaction(n, "INSERT INTO queue (name) VALUES ('" + n + "')"));

    names.forEach(n -> space.await(n, Phase.COMMITTED));
    assertThat(space.queueNames()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(space.queueRows()).isEqualTo(space.queues());
    // One after the other, in the order in which they came into the queue.
    assertThat(
            space.rows(
                "SELECT name FROM (SELECT name, position, started_at, finished_at,"
                    + " lag(finished_at) OVER (ORDER BY position) AS before"
                    + " FROM iasql.transaction) t WHERE started_at < before"))
        .isEmpty();
    assertThat(space.rows("SELECT count(*) FROM iasql.ledger")).containsExactly("20");
    space.await(
        Environment.class,
        "env",
        "have nothing pending",
        e ->
            Integer.valueOf(0).equals(e.getStatus().pendingTransactions())
                && !Space.condition(e, "Locked").orElseThrow().isTrue());
  }

  @Test
  void shouldShowABigPlanInShortAndKeepItWhole() throws IOException {
    Space space = Space.ready("big", Approval.MANUAL, "aws_sqs");
    int rows = 5000;
    StringBuilder sql = new StringBuilder(1_048_000);
    for (int n = 0; n < rows; n++) {
      sql.append(
          "INSERT INTO queue (name, delay_seconds) VALUES ('big-%05d', %d);\n"
              .formatted(n, n % 900));
    }
    sql.append("-- ").append("x".repeat(1_048_000 - sql.length() - 3));
    ConfigMap others =
        space
            .stack
            .client
            .resource(
                new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(space.namespace)
                    .withName("big-plan")
                    .endMetadata()
                    .addToData("of", "somebody else")
                    .build())
            .create();
    space.transaction("big", sql.toString());
    space.await(
        "big",
        "say what is in its plan's way",
        s -> s.conditions().toString().contains("ConfigMap big-plan is in the way"));
    assertThat(space.find(ConfigMap.class, "big-plan")).contains(others);
    space.stack.client.resource(others).delete();

    SqlTransactionStatus status = space.await("big", Phase.AWAITING_APPROVAL);

    assertThat(status.plan().text()).isEqualTo("+5000 ~0 ±0 -0");
    assertThat(status.plan().changes()).hasSize(50);
    assertThat(status.plan().truncated()).isTrue();
    assertThat(Serialization.asJson(status).length()).isLessThan(64_000);
    ConfigMap whole = space.find(ConfigMap.class, status.plan().configMap()).orElseThrow();
    assertThat(whole.getMetadata().getAnnotations())
        .containsEntry("iasql.io/plan", status.plan().id());
    assertThat(whole.getMetadata().getOwnerReferences())
        .singleElement()
        .matches(o -> o.getName().equals("big") && o.getKind().equals("SqlTransaction"));
    List<String> lines = lines(whole);
    assertThat(lines).hasSize(rows);
    IntStream.range(0, rows)
        .forEach(n -> assertThat(lines.get(n)).contains("big-%05d".formatted(n)));
    // The resource itself is still one that an API server and kubectl can carry.
    space.patch(io.iasql.crds.SqlTransaction.class, "big", "{\"spec\":{\"reject\":true}}");
    space.await("big", Phase.REJECTED);
  }

  private static List<String> lines(ConfigMap map) throws IOException {
    byte[] bytes = Base64.getDecoder().decode(map.getBinaryData().get("plan.jsonl.gz"));
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(new ByteArrayInputStream(bytes)), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  @Test
  void shouldPlanManyThatWaitAgainWithoutKeepingOthersWaiting() {
    Space space = Space.ready("waiting", Approval.MANUAL, "aws_sqs");
    Space neighbour = Space.ready("neighbour", Approval.AUTOMATIC, "aws_sqs");
    space.commit("base", "INSERT INTO queue (name) VALUES ('row')");
    List<String> names = IntStream.rangeClosed(1, 60).mapToObj(n -> "w-" + n).toList();
    names.forEach(
        n ->
            space.transaction(
                n,
                "UPDATE queue SET visibility_timeout = "
                    + (100 + Integer.parseInt(n.substring(2)))
                    + " WHERE name = 'row'"));
    List<String> plans =
        names.stream().map(n -> space.await(n, Phase.AWAITING_APPROVAL).plan().id()).toList();

    space.transaction("move", "UPDATE queue SET visibility_timeout = 99 WHERE name = 'row'");
    space.approve("move");
    space.await("move", Phase.COMMITTED);
    neighbour.automatic("between", "INSERT INTO queue (name) VALUES ('between')");

    Awaitility.await("all that wait to be planned again")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(names)
                    .allSatisfy(
                        n -> assertThat(plans).doesNotContain(space.status(n).plan().id())));
  }
}
