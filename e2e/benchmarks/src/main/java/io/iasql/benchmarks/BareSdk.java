package io.iasql.benchmarks;

import io.iasql.spi.AwsAccount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;

/** What a careful programmer would write with the SDK alone: the same calls, as many at once. */
final class BareSdk implements AutoCloseable {
  private static final int PARALLELISM = 16;
  private static final int PAGE = 1_000;

  private final SqsClient sqs;
  private final ExecutorService executor = Executors.newFixedThreadPool(PARALLELISM);

  BareSdk(AwsAccount account) {
    this.sqs = account.scope().client(SqsClient.class);
  }

  /** Reads queues by name, attributes included. */
  void read(List<String> names) throws InterruptedException {
    each(
        names,
        name -> {
          try {
            attributes(sqs.getQueueUrl(r -> r.queueName(name)).queueUrl());
          } catch (QueueDoesNotExistException e) {
            // As with the engine: a new queue is looked for and not found.
          }
        });
  }

  /** Creates queues and reads each back. */
  void create(List<String> names) throws InterruptedException {
    each(
        names,
        name ->
            attributes(
                sqs.createQueue(
                        r ->
                            r.queueName(name)
                                .attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "31")))
                    .queueUrl()));
  }

  /** Lists every queue with its attributes. */
  int list() throws InterruptedException {
    List<String> urls = new ArrayList<>();
    sqs.listQueuesPaginator(r -> r.maxResults(PAGE)).queueUrls().forEach(urls::add);
    each(urls, this::attributes);
    return urls.size();
  }

  private void attributes(String url) {
    sqs.getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.ALL));
  }

  private void each(List<String> elements, Consumer<String> call) throws InterruptedException {
    List<Future<?>> running = new ArrayList<>();
    elements.forEach(e -> running.add(executor.submit(() -> call.accept(e))));
    for (Future<?> one : running) {
      try {
        one.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  @Override
  public void close() {
    executor.shutdown();
  }
}
