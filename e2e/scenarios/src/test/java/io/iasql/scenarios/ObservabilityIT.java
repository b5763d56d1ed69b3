package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import io.iasql.peers.OperatorChart;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What the operator tells machines: metrics, health, log lines with fields. */
class ObservabilityIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern SERIES = Pattern.compile("\\b(iasql|jvm|process|system)_[a-z_]+");

  private static String get(String path) {
    return Metrics.get(Stack.shared().operator, path);
  }

  private static double metric(String series) {
    return Metrics.of(Stack.shared().operator, series);
  }

  /** The log's lines about a transaction. */
  private static List<JsonNode> logged(Space space, String transaction) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(space.stack.operator.log())) {
      // The JVM's own lines are no JSON.
      if (line.startsWith("{")) {
        JsonNode node = JSON.readTree(line);
        String about = node.path("mdc").path("transaction").asText();
        if (about.equals(space.namespace + "/" + transaction)) {
          lines.add(node);
        }
      }
    }
    return lines;
  }

  private static String field(JsonNode line, String name) {
    return line.path("mdc").path(name).asText();
  }

  @Test
  void shouldCountTransactionsByTheirPhase() throws Exception {
    Space space = Space.ready("observed", Approval.MANUAL, "aws_sqs");
    double waited = metric("iasql_transactions_phase_total{phase=\"awaiting_approval\"}");
    double committed = metric("iasql_transactions_phase_total{phase=\"committed\"}");

    space.transaction("made", "INSERT INTO queue (name) VALUES ('counted')");
    space.await("made", Phase.AWAITING_APPROVAL);

    assertThat(metric("iasql_transactions_phase_total{phase=\"awaiting_approval\"}"))
        .isGreaterThan(waited);
    assertThat(metric("iasql_transactions_open")).isPositive();

    space.approve("made");
    space.await("made", Phase.COMMITTED);

    assertThat(metric("iasql_transactions_phase_total{phase=\"committed\"}"))
        .isGreaterThan(committed);
  }

  /** AWS holds the first two calls back, which the SDK repeats without a word. */
  @Test
  void shouldCountHowOftenAwsHeldItBack() {
    Space space = Space.ready("throttled", Approval.AUTOMATIC, "aws_sqs");
    String series = "iasql_aws_throttles_total{service=\"sqs\"}";
    double before = metric(series);
    AtomicInteger calls = new AtomicInteger();
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) ->
            call.operation().equals("CreateQueue") && calls.getAndIncrement() < 2
                ? AwsProxy.Answer.error(call, 400, "ThrottlingException", "not so fast")
                : upstream.forward());

    space.automatic("made", "INSERT INTO queue (name) VALUES ('throttled')");

    assertThat(metric(series)).isGreaterThanOrEqualTo(before + 2);
  }

  @Test
  void shouldHaveEverySeriesThatTheDashboardShows() throws Exception {
    shouldCountHowOftenAwsHeldItBack();
    String metrics = get("/metrics");
    String dashboard =
        Files.readString(OperatorChart.ofThisCheckout().folder().resolve("files/dashboard.json"));

    List<String> shown =
        StreamSupport.stream(JSON.readTree(dashboard).findValues("expr").spliterator(), false)
            .map(JsonNode::asText)
            .flatMap(expr -> SERIES.matcher(expr).results().map(MatchResult::group))
            .distinct()
            .toList();

    assertThat(shown).hasSizeGreaterThan(12);
    assertThat(shown)
        .allSatisfy(name -> assertThat(metrics).containsPattern("(?m)^" + name + "[{ ]"));
  }

  @Test
  void shouldSayThatItIsReadyAndAlive() throws Exception {
    for (String path : List.of("/health", "/health/ready", "/health/live")) {
      assertThat(JSON.readTree(get(path)).path("status").asText()).as(path).isEqualTo("UP");
    }
  }

  @Test
  void shouldLogEachActionWithItsPlanAndTheRequestIdOfAws() throws Exception {
    Space space = Space.ready("logged", Approval.MANUAL, "aws_sqs");
    space.transaction("made", "INSERT INTO queue (name) VALUES ('logged-1'), ('logged-2')");
    String plan = space.approve("made");
    space.await("made", Phase.COMMITTED);

    List<JsonNode> lines = logged(space, "made");

    assertThat(lines)
        .isNotEmpty()
        .allSatisfy(line -> assertThat(field(line, "environment")).isEqualTo("env"));
    List<JsonNode> actions =
        lines.stream().filter(line -> !field(line, "awsRequestId").isEmpty()).toList();
    assertThat(actions)
        .hasSize(2)
        .allSatisfy(line -> assertThat(field(line, "plan")).isEqualTo(plan));
    assertThat(actions)
        .extracting(line -> line.path("message").asText().replaceFirst("(logged-\\d).*", "$1"))
        .containsExactlyInAnyOrder("create queue logged-1", "create queue logged-2");
    assertThat(actions)
        .extracting(line -> field(line, "awsRequestId"))
        .containsExactlyInAnyOrderElementsOf(space.rows("SELECT request_id FROM iasql.action"));
  }

  @Test
  void shouldLogARefusalWithTheRequestIdOfAws() throws Exception {
    Space space = Space.ready("refused", Approval.MANUAL, "aws_sqs");
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) ->
            call.operation().equals("CreateQueue")
                ? AwsProxy.Answer.error(call, 403, "AccessDenied", "not here")
                : upstream.forward());
    space.transaction("refused", "INSERT INTO queue (name) VALUES ('refused')");
    String plan = space.approve("refused");
    space.await("refused", Phase.ROLLED_BACK);

    assertThat(logged(space, "refused"))
        .filteredOn(line -> line.path("level").asText().equals("WARN"))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(field(line, "environment")).isEqualTo("env");
              assertThat(field(line, "plan")).isEqualTo(plan);
              assertThat(field(line, "awsRequestId")).isEqualTo("proxy-AccessDenied");
              assertThat(line.path("message").asText()).contains("queue", "AccessDenied");
            });
  }
}
