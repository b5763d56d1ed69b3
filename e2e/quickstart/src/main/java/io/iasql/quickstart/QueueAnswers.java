package io.iasql.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** What SQS says. */
record QueueAnswers(SqsClient sqs) {

  List<String> lines(String region) {
    List<String> lines = new ArrayList<>();
    for (String url : sqs.listQueuesPaginator().queueUrls()) {
      Map<QueueAttributeName, String> attributes =
          sqs.getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.ALL))
              .attributes();
      lines.add(
          "SQS: queue %s in %s, visibility timeout %s s"
              .formatted(
                  url.substring(url.lastIndexOf('/') + 1),
                  region,
                  attributes.get(QueueAttributeName.VISIBILITY_TIMEOUT)));
    }
    return lines;
  }
}
