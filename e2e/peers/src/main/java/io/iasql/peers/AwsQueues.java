package io.iasql.peers;

import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The queues of an account, as its emulator itself has them. Whoever asks brings the SDK's client
 * for SQS and Apache's HTTP client.
 */
public final class AwsQueues {
  private AwsQueues() {}

  /** {@code name|visibility timeout|url} of each queue of a region, sorted. */
  public static List<String> of(AwsPeer aws, AwsPeer.Account account, String region) {
    try (SqsClient sqs =
        SqsClient.builder()
            .endpointOverride(aws.endpoint())
            .region(Region.of(region))
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(account.accessKeyId(), account.secretAccessKey())))
            .httpClientBuilder(ApacheHttpClient.builder())
            .build()) {
      return sqs.listQueuesPaginator(r -> r.maxResults(100)).queueUrls().stream()
          .map(url -> String.join("|", name(url), visibilityTimeout(sqs, url), url))
          .sorted()
          .toList();
    }
  }

  private static String name(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  private static String visibilityTimeout(SqsClient sqs, String url) {
    return sqs.getQueueAttributes(
            r -> r.queueUrl(url).attributeNames(QueueAttributeName.VISIBILITY_TIMEOUT))
        .attributes()
        .get(QueueAttributeName.VISIBILITY_TIMEOUT);
  }
}
