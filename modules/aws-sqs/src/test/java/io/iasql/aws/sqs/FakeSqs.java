package io.iasql.aws.sqs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.CreateQueueRequest;
import software.amazon.awssdk.services.sqs.model.CreateQueueResponse;
import software.amazon.awssdk.services.sqs.model.DeleteQueueRequest;
import software.amazon.awssdk.services.sqs.model.DeleteQueueResponse;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.GetQueueUrlRequest;
import software.amazon.awssdk.services.sqs.model.GetQueueUrlResponse;
import software.amazon.awssdk.services.sqs.model.ListQueuesRequest;
import software.amazon.awssdk.services.sqs.model.ListQueuesResponse;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueDeletedRecentlyException;
import software.amazon.awssdk.services.sqs.model.SetQueueAttributesRequest;
import software.amazon.awssdk.services.sqs.model.SetQueueAttributesResponse;
import software.amazon.awssdk.services.sqs.model.SqsException;

/** SQS in memory, with the delays that the API Reference warns of. */
final class FakeSqs implements SqsClient {
  private static final String ROOT = "https://sqs/111122223333/";

  final List<String> calls = Collections.synchronizedList(new ArrayList<>());
  final Set<String> vanished = new HashSet<>();
  Map<QueueAttributeName, String> sent = Map.of();
  int nameBlockedFor;
  int unreadableFor;
  int staleFor;
  RuntimeException failure;

  private final Map<String, Map<QueueAttributeName, String>> queues = new TreeMap<>();
  private Map<QueueAttributeName, String> former = Map.of();

  static SqsException error(String code, int status) {
    return (SqsException)
        SqsException.builder()
            .statusCode(status)
            .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage("no").build())
            .build();
  }

  private void called(String action) {
    calls.add(action);
    if (failure != null) {
      throw failure;
    }
  }

  private Map<QueueAttributeName, String> queue(String url) {
    Map<QueueAttributeName, String> found = vanished.contains(url) ? null : queues.get(url);
    if (found == null) {
      throw error("AWS.SimpleQueueService.NonExistentQueue", 400);
    }
    return found;
  }

  @Override
  public CreateQueueResponse createQueue(CreateQueueRequest request) {
    called("CreateQueue");
    if (nameBlockedFor-- > 0) {
      throw QueueDeletedRecentlyException.builder().message("wait 60 seconds").build();
    }
    String url = ROOT + request.queueName();
    Map<QueueAttributeName, String> all = new HashMap<>(request.attributes());
    all.put(
        QueueAttributeName.QUEUE_ARN, "arn:aws:sqs:eu-west-1:111122223333:" + request.queueName());
    queues.put(url, all);
    return CreateQueueResponse.builder().queueUrl(url).build();
  }

  @Override
  public GetQueueAttributesResponse getQueueAttributes(GetQueueAttributesRequest request) {
    called("GetQueueAttributes");
    if (unreadableFor-- > 0) {
      throw error("AWS.SimpleQueueService.NonExistentQueue", 400);
    }
    Map<QueueAttributeName, String> now = queue(request.queueUrl());
    return GetQueueAttributesResponse.builder().attributes(staleFor-- > 0 ? former : now).build();
  }

  @Override
  public SetQueueAttributesResponse setQueueAttributes(SetQueueAttributesRequest request) {
    called("SetQueueAttributes");
    sent = request.attributes();
    Map<QueueAttributeName, String> queue = queue(request.queueUrl());
    former = Map.copyOf(queue);
    queue.putAll(sent);
    queue.values().removeIf(String::isEmpty);
    return SetQueueAttributesResponse.builder().build();
  }

  @Override
  public GetQueueUrlResponse getQueueUrl(GetQueueUrlRequest request) {
    called("GetQueueUrl");
    queue(ROOT + request.queueName());
    return GetQueueUrlResponse.builder().queueUrl(ROOT + request.queueName()).build();
  }

  @Override
  public ListQueuesResponse listQueues(ListQueuesRequest request) {
    called("ListQueues");
    return ListQueuesResponse.builder().queueUrls(queues.keySet()).build();
  }

  @Override
  public DeleteQueueResponse deleteQueue(DeleteQueueRequest request) {
    called("DeleteQueue");
    queue(request.queueUrl());
    queues.remove(request.queueUrl());
    return DeleteQueueResponse.builder().build();
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {}
}
