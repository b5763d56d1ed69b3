package io.iasql.aws.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.spi.PolicyDocuments;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** The attributes that can be changed: those of the API's that are columns. */
enum Attribute {
  VISIBILITY_TIMEOUT(QueueAttributeName.VISIBILITY_TIMEOUT, 0, 43_200),
  DELAY_SECONDS(QueueAttributeName.DELAY_SECONDS, 0, 900),
  RECEIVE_MESSAGE_WAIT_TIME_SECONDS(QueueAttributeName.RECEIVE_MESSAGE_WAIT_TIME_SECONDS, 0, 20),
  MESSAGE_RETENTION_PERIOD(QueueAttributeName.MESSAGE_RETENTION_PERIOD, 60, 1_209_600),
  MAXIMUM_MESSAGE_SIZE(QueueAttributeName.MAXIMUM_MESSAGE_SIZE, 1_024, 1_048_576);

  private final QueueAttributeName api;
  private final int least;
  private final int most;

  Attribute(QueueAttributeName api, int least, int most) {
    this.api = api;
    this.least = least;
    this.most = most;
  }

  QueueAttributeName api() {
    return api;
  }

  Integer of(SqsQueue queue) {
    return switch (this) {
      case VISIBILITY_TIMEOUT -> queue.visibilityTimeout();
      case DELAY_SECONDS -> queue.delaySeconds();
      case RECEIVE_MESSAGE_WAIT_TIME_SECONDS -> queue.receiveMessageWaitTimeSeconds();
      case MESSAGE_RETENTION_PERIOD -> queue.messageRetentionPeriod();
      case MAXIMUM_MESSAGE_SIZE -> queue.maximumMessageSize();
    };
  }

  /** The column's name. */
  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  int least() {
    return least;
  }

  int most() {
    return most;
  }

  /** What to send for a new queue. */
  static Map<QueueAttributeName, String> all(SqsQueue queue) {
    Map<QueueAttributeName, String> result = new EnumMap<>(QueueAttributeName.class);
    for (Attribute a : values()) {
      if (a.of(queue) != null) {
        result.put(a.api, a.of(queue).toString());
      }
    }
    if (!isNull(queue.policy())) {
      result.put(QueueAttributeName.POLICY, queue.policy().toString());
    }
    if (Boolean.TRUE.equals(queue.fifoQueue())) {
      // False is refused: a standard queue is one without the attribute.
      result.put(QueueAttributeName.FIFO_QUEUE, "true");
    }
    return result;
  }

  /** What to send to get from {@code current} to {@code desired}. */
  static Map<QueueAttributeName, String> changed(SqsQueue current, SqsQueue desired) {
    Map<QueueAttributeName, String> result = new EnumMap<>(QueueAttributeName.class);
    for (Attribute a : values()) {
      if (a.of(desired) != null && !a.of(desired).equals(a.of(current))) {
        result.put(a.api, a.of(desired).toString());
      }
    }
    if (!samePolicy(current.policy(), desired.policy())) {
      result.put(
          QueueAttributeName.POLICY, isNull(desired.policy()) ? "" : desired.policy().toString());
    }
    return result;
  }

  static boolean samePolicy(JsonNode one, JsonNode other) {
    return Objects.equals(PolicyDocuments.canonical(one), PolicyDocuments.canonical(other));
  }

  static boolean isNull(JsonNode node) {
    return node == null || node.isNull();
  }
}
