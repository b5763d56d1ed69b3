package io.iasql.aws.sqs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.iasql.aws.account.Details;
import io.iasql.aws.account.PolicySyntax;
import io.iasql.spi.AwsScope;
import io.iasql.spi.BulkReads;
import io.iasql.spi.CloudFailure.Kind;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDeletedRecentlyException;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** Queues: {@code CreateQueue} is idempotent, names can be chosen, so no token is needed. */
final class Queues implements ManagedResource<SqsQueue>, BulkReads<SqsQueue> {
  private static final SqsQueue NONE =
      new SqsQueue(null, null, null, null, null, null, null, null, null, null, null);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.fifo)?");
  private static final int LONGEST_NAME = 80;
  // Amazon SQS Developer Guide, "Amazon SQS policy quotas".
  private static final int LARGEST_POLICY = 8_192;
  // A page has a token only when its size was asked for.
  private static final int PAGE = 1_000;
  // "You must wait at least 60 seconds before creating a queue with the same name": DeleteQueue.
  private static final Duration NAME_BLOCKED = Duration.ofSeconds(90);
  // "The change can take up to 60 seconds … to propagate": SetQueueAttributes.
  private static final Duration PROPAGATION = Duration.ofMinutes(3);

  @Override
  public Class<SqsQueue> type() {
    return SqsQueue.class;
  }

  @Override
  public Stream<SqsQueue> list(AwsScope scope) {
    Stream<String> urls =
        scope
            .client(SqsClient.class)
            .listQueuesPaginator(r -> r.maxResults(PAGE))
            .queueUrls()
            .stream();
    return Details.of(urls, url -> byUrl(scope, url));
  }

  @Override
  public Optional<SqsQueue> read(AwsScope scope, SqsQueue wanted) {
    if (wanted.region() == null || (wanted.url() == null && wanted.name() == null)) {
      return Optional.empty();
    }
    AwsScope there = scope.in(wanted.region());
    return wanted.url() == null ? byName(there, wanted.name()) : byUrl(there, wanted.url());
  }

  /**
   * New names are looked up in the list of queues, a call for each thousand, instead of a call for
   * each. A name that the list does not show yet is refused by {@code CreateQueue} itself.
   */
  @Override
  public List<Optional<SqsQueue>> readAll(AwsScope scope, List<SqsQueue> wanted) {
    List<String> names = wanted.stream().filter(q -> q.url() == null).map(SqsQueue::name).toList();
    Map<String, String> urls = names.isEmpty() ? Map.of() : urlsByName(scope, prefix(names));
    return Details.of(
            wanted.stream(),
            queue -> {
              String url = queue.url() == null ? urls.get(queue.name()) : queue.url();
              return url == null
                  ? Optional.of(NONE)
                  : byUrl(scope, url).or(() -> Optional.of(NONE));
            })
        .map(queue -> Optional.of(queue).filter(q -> q != NONE))
        .toList();
  }

  private static Map<String, String> urlsByName(AwsScope scope, String prefix) {
    Map<String, String> urls = new HashMap<>();
    scope
        .client(SqsClient.class)
        .listQueuesPaginator(r -> r.maxResults(PAGE).queueNamePrefix(prefix))
        .queueUrls()
        .forEach(url -> urls.put(url.substring(url.lastIndexOf('/') + 1), url));
    return urls;
  }

  /** What all names begin with; null, for no restriction, when that is nothing. */
  private static String prefix(List<String> names) {
    String prefix = names.get(0);
    for (String name : names) {
      while (!name.startsWith(prefix)) {
        prefix = prefix.substring(0, prefix.length() - 1);
      }
    }
    return prefix.isEmpty() ? null : prefix;
  }

  @Override
  public SqsQueue create(AwsScope scope, SqsQueue desired, IdempotencyToken token) {
    AwsScope there = scope.in(desired.region());
    Map<QueueAttributeName, String> attributes = Attribute.all(desired);
    String url =
        Polling.until(
            "the name of deleted queue " + desired.name() + " to be free again",
            NAME_BLOCKED,
            () -> created(there, desired.name(), attributes));
    return Polling.until(
        "queue " + desired.name() + " to be readable",
        PROPAGATION,
        () -> byUrl(there, url).filter(seen -> settled(null, desired, seen)));
  }

  private static Optional<String> created(
      AwsScope scope, String name, Map<QueueAttributeName, String> attributes) {
    try {
      return Optional.of(
          scope
              .client(SqsClient.class)
              .createQueue(r -> r.queueName(name).attributes(attributes))
              .queueUrl());
    } catch (QueueDeletedRecentlyException e) {
      return Optional.empty();
    }
  }

  @Override
  public SqsQueue update(AwsScope scope, SqsQueue current, SqsQueue desired) {
    AwsScope there = scope.in(current.region());
    Map<QueueAttributeName, String> changed = Attribute.changed(current, desired);
    if (!changed.isEmpty()) {
      there
          .client(SqsClient.class)
          .setQueueAttributes(r -> r.queueUrl(current.url()).attributes(changed));
    }
    return Polling.until(
        "the attributes of queue " + current.name() + " to change",
        PROPAGATION,
        () -> {
          SqsQueue seen = attributes(there, current.url());
          return Optional.of(seen).filter(s -> settled(current, desired, s));
        });
  }

  /**
   * Whether an answer is fresh. SQS may write a policy in another way than it was given (an account
   * id becomes an ARN), so a policy counts as settled once it is not the former one.
   *
   * @param former what was before, or null when there was nothing
   */
  private static boolean settled(SqsQueue former, SqsQueue desired, SqsQueue seen) {
    for (Attribute a : Attribute.values()) {
      if (a.of(desired) != null && !a.of(desired).equals(a.of(seen))) {
        return false;
      }
    }
    if (Attribute.samePolicy(desired.policy(), seen.policy())) {
      return true;
    }
    return !Attribute.isNull(desired.policy())
        && !Attribute.isNull(seen.policy())
        && (former == null || !Attribute.samePolicy(former.policy(), seen.policy()));
  }

  @Override
  public void delete(AwsScope scope, SqsQueue current) {
    AwsScope in = scope.in(current.region());
    String url =
        current.url() != null
            ? current.url()
            : byName(in, current.name()).map(SqsQueue::url).orElse(null);
    if (url == null) {
      return;
    }
    present(
        in,
        () -> {
          in.client(SqsClient.class).deleteQueue(r -> r.queueUrl(url));
          return true;
        });
    Polling.until(
        "queue " + current.name() + " to be deleted",
        PROPAGATION,
        () -> byUrl(in, url).isPresent() ? Optional.empty() : Optional.of(true));
  }

  private static Optional<SqsQueue> byName(AwsScope scope, String name) {
    return present(
        scope,
        () ->
            attributes(
                scope,
                scope.client(SqsClient.class).getQueueUrl(r -> r.queueName(name)).queueUrl()));
  }

  private static Optional<SqsQueue> byUrl(AwsScope scope, String url) {
    return present(scope, () -> attributes(scope, url));
  }

  /** The answer, or empty where SQS says that there is no such queue. */
  private static <T> Optional<T> present(AwsScope scope, Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (SqsException e) {
      if (scope.describe(e).kind() != Kind.NOT_FOUND) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static SqsQueue attributes(AwsScope scope, String url) {
    Map<QueueAttributeName, String> all =
        scope
            .client(SqsClient.class)
            .getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.ALL))
            .attributes();
    return new SqsQueue(
        url,
        url.substring(url.lastIndexOf('/') + 1),
        Boolean.valueOf(all.get(QueueAttributeName.FIFO_QUEUE)),
        number(all, Attribute.VISIBILITY_TIMEOUT),
        number(all, Attribute.DELAY_SECONDS),
        number(all, Attribute.RECEIVE_MESSAGE_WAIT_TIME_SECONDS),
        number(all, Attribute.MESSAGE_RETENTION_PERIOD),
        number(all, Attribute.MAXIMUM_MESSAGE_SIZE),
        json(all.get(QueueAttributeName.POLICY)),
        all.get(QueueAttributeName.QUEUE_ARN),
        scope.region());
  }

  private static Integer number(Map<QueueAttributeName, String> all, Attribute attribute) {
    String value = all.get(attribute.api());
    return value == null ? null : Integer.valueOf(value);
  }

  private static JsonNode json(String policy) {
    if (policy == null || policy.isEmpty()) {
      return null;
    }
    try {
      return JSON.readTree(policy);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("SQS gave a policy that is no JSON", e);
    }
  }

  @Override
  public List<Problem> validate(SqsQueue desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    String name = desired.name() == null ? "" : desired.name();
    if (!NAME.matcher(name).matches() || name.length() > LONGEST_NAME) {
      problems.add(
          new Problem(
              "name",
              "The name of a queue has 1 to 80 letters, digits, hyphens and underscores; '.fifo' may"
                  + " follow and counts."));
    } else if (name.endsWith(".fifo") != Boolean.TRUE.equals(desired.fifoQueue())) {
      problems.add(
          new Problem(
              "name", "The name of a queue ends in '.fifo' exactly if fifo_queue is true."));
    }
    for (Attribute a : Attribute.values()) {
      Integer value = a.of(desired);
      if (value != null && (value < a.least() || value > a.most())) {
        problems.add(
            new Problem(
                a.column(), "%d is not between %d and %d.".formatted(value, a.least(), a.most())));
      }
    }
    problems.addAll(PolicySyntax.ofResource("policy", desired.policy()));
    if (!Attribute.isNull(desired.policy())
        && desired.policy().toString().getBytes(StandardCharsets.UTF_8).length > LARGEST_POLICY) {
      problems.add(new Problem("policy", "The policy of a queue has at most 8192 bytes."));
    }
    return problems;
  }
}
