package io.iasql.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.contract.FakeScope;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

class QueuesTest {
  private static final IdempotencyToken TOKEN = new IdempotencyToken("token");

  private final FakeSqs sqs = new FakeSqs();
  private final FakeScope scope = new FakeScope("eu-west-1", sqs);
  private final Queues queues = new Queues();

  @Test
  void createSendsEverythingAndReturnsWhatSqsHas() {
    SqsQueue created = queues.create(scope, queue("jobs.fifo", true, 30, policy("1")), TOKEN);

    assertThat(created.url()).isEqualTo("https://sqs/111122223333/jobs.fifo");
    assertThat(created.arn()).isEqualTo("arn:aws:sqs:eu-west-1:111122223333:jobs.fifo");
    assertThat(created.fifoQueue()).isTrue();
    assertThat(created.policy()).isEqualTo(policy("1"));
    assertThat(queues.read(scope, created)).contains(created);
    assertThat(queues.list(scope)).containsExactly(created);
  }

  @Test
  void createWaitsWhileTheNameIsBlocked() {
    sqs.nameBlockedFor = 2;

    SqsQueue created = queues.create(scope, queue("jobs", false, 30, null), TOKEN);

    assertThat(sqs.calls).startsWith("CreateQueue", "CreateQueue", "CreateQueue");
    assertThat(created.name()).isEqualTo("jobs");
  }

  @Test
  void createWaitsUntilTheQueueIsReadable() {
    sqs.unreadableFor = 2;

    assertThat(queues.create(scope, queue("jobs", false, 30, null), TOKEN).arn()).isNotNull();
  }

  @Test
  void updateSendsOnlyWhatDiffers() {
    SqsQueue current = queues.create(scope, queue("jobs", false, 30, policy("1")), TOKEN);

    SqsQueue updated = queues.update(scope, current, changed(current, 60, current.policy()));

    assertThat(sqs.sent).isEqualTo(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "60"));
    assertThat(updated.visibilityTimeout()).isEqualTo(60);
  }

  @Test
  void nullRemovesThePolicy() {
    SqsQueue current = queues.create(scope, queue("jobs", false, 30, policy("1")), TOKEN);

    SqsQueue updated = queues.update(scope, current, changed(current, 30, null));

    assertThat(sqs.sent).isEqualTo(Map.of(QueueAttributeName.POLICY, ""));
    assertThat(updated.policy()).isNull();
  }

  @Test
  void anotherWayToWriteThePolicyIsNoChange() {
    SqsQueue current = queues.create(scope, queue("jobs", false, 30, policy("1")), TOKEN);
    sqs.calls.clear();

    queues.update(scope, current, changed(current, 30, json(policy("1").toString(), "a:b", "A:B")));

    assertThat(sqs.calls).containsExactly("GetQueueAttributes");
  }

  @Test
  void updateWaitsOutStaleAnswers() {
    SqsQueue current = queues.create(scope, queue("jobs", false, 30, policy("1")), TOKEN);
    sqs.staleFor = 2;

    SqsQueue updated = queues.update(scope, current, changed(current, 60, policy("2")));

    assertThat(updated).isEqualTo(changed(current, 60, policy("2")));
  }

  @Test
  void deleteIsDoneWhenTheQueueIsGone() {
    SqsQueue current = queues.create(scope, queue("jobs", false, 30, null), TOKEN);

    queues.delete(scope, current);
    queues.delete(scope, current);
    queues.delete(scope, queue("never-there", false, 30, null));

    assertThat(queues.read(scope, current)).isEmpty();
    assertThat(queues.list(scope)).isEmpty();
  }

  @Test
  void readByIdentityWhereTheKeyIsUnknown() {
    SqsQueue created = queues.create(scope, queue("jobs", false, 30, null), TOKEN);

    assertThat(queues.read(scope, queue("jobs", false, 1, null))).contains(created);
    assertThat(queues.find(scope, queue("jobs", false, 1, null), TOKEN)).contains(created);
    assertThat(queues.read(scope, queue("other", false, 1, null))).isEmpty();
    assertThat(queues.read(scope, queue(null, false, 1, null))).isEmpty();
  }

  @Test
  void otherErrorsAreNotAnAbsence() {
    sqs.failure = FakeSqs.error("AccessDenied", 403);

    assertThatThrownBy(() -> queues.read(scope, queue("jobs", false, 30, null)))
        .isSameAs(sqs.failure);
  }

  @Test
  void listLeavesOutWhatVanishesMeanwhile() {
    queues.create(scope, queue("a", false, 30, null), TOKEN);
    queues.create(scope, queue("b", false, 30, null), TOKEN);
    sqs.vanished.add("https://sqs/111122223333/a");

    assertThat(queues.list(scope)).extracting(SqsQueue::name).containsExactly("b");
  }

  @Test
  void limitsAreChecked() {
    assertThat(problems(queue("jobs", false, 0, null))).isEmpty();
    assertThat(problems(queue("jobs.fifo", true, 43_200, policy("1")))).isEmpty();
    assertThat(problems(queue("jobs", false, 43_201, null))).containsExactly("visibility_timeout");
    assertThat(problems(queue("a b", false, 30, null))).containsExactly("name");
    assertThat(problems(queue("a".repeat(80), false, 30, null))).isEmpty();
    assertThat(problems(queue("a".repeat(81), false, 30, null))).containsExactly("name");
    assertThat(problems(queue("jobs", true, 30, null))).containsExactly("name");
    assertThat(problems(queue("jobs.fifo", false, 30, null))).containsExactly("name");
    assertThat(
            queues.validate(
                new SqsQueue(
                    null, "jobs", false, -1, 901, 21, 59, 1_048_577, null, null, "eu-west-1"),
                null))
        .extracting(Problem::column)
        .containsExactly(
            "visibility_timeout",
            "delay_seconds",
            "receive_message_wait_time_seconds",
            "message_retention_period",
            "maximum_message_size");
  }

  private List<String> problems(SqsQueue queue) {
    return queues.validate(queue, null).stream().map(Problem::column).toList();
  }

  private static SqsQueue queue(String name, boolean fifo, int visibility, JsonNode policy) {
    return new SqsQueue(
        null, name, fifo, visibility, 0, 0, 345_600, 262_144, policy, null, "eu-west-1");
  }

  private static SqsQueue changed(SqsQueue q, int visibility, JsonNode policy) {
    return new SqsQueue(
        q.url(),
        q.name(),
        q.fifoQueue(),
        visibility,
        q.delaySeconds(),
        q.receiveMessageWaitTimeSeconds(),
        q.messageRetentionPeriod(),
        q.maximumMessageSize(),
        policy,
        q.arn(),
        q.region());
  }

  private static JsonNode policy(String sid) {
    return json(
        "{\"Statement\":[{\"Sid\":\"%s\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"a:b\",\"Resource\":\"*\"}]}"
            .formatted(sid),
        "",
        "");
  }

  private static JsonNode json(String text, String from, String to) {
    try {
      return new ObjectMapper().readTree(text.replace(from, to));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
