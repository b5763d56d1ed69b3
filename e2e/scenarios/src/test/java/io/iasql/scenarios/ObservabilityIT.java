package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the operator tells machines: metrics, health, log lines with fields. */
class ObservabilityIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static String get(String path) throws Exception {
    HttpResponse<String> response =
        HTTP.send(
            HttpRequest.newBuilder(Stack.shared().operator.url().resolve(path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    return response.body();
  }

  /** The value of a series; 0 where it does not exist yet. */
  private static double metric(String series) throws Exception {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
            .matcher(get("/metrics"));
    return line.find() ? Double.parseDouble(line.group(1)) : 0;
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
