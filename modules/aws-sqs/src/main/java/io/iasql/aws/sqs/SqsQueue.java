package io.iasql.aws.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Policy;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;

/**
 * An SQS queue (Amazon SQS API Reference, {@code CreateQueue} and {@code SetQueueAttributes}, which
 * give the limits). Redrive policies, encryption, tags and FIFO's own settings are not part of the
 * table; an update leaves them alone.
 *
 * @param url the queue's URL
 * @param name at most 80 letters, digits, hyphens and underscores, {@code .fifo} included
 * @param fifoQueue whether it is a FIFO queue; its name then ends in {@code .fifo}
 * @param visibilityTimeout seconds, 0 to 43,200
 * @param delaySeconds seconds, 0 to 900
 * @param receiveMessageWaitTimeSeconds seconds, 0 to 20
 * @param messageRetentionPeriod seconds, 60 to 1,209,600
 * @param maximumMessageSize bytes, 1,024 to 1,048,576
 * @param policy null for none: IAM alone then decides, within the account
 * @param arn the queue's ARN
 * @param region the queue's region
 */
@Table("queue")
public record SqsQueue(
    @Key @Assigned String url,
    @Identity String name,
    @Replaces Boolean fifoQueue,
    Integer visibilityTimeout,
    Integer delaySeconds,
    Integer receiveMessageWaitTimeSeconds,
    Integer messageRetentionPeriod,
    Integer maximumMessageSize,
    @Policy JsonNode policy,
    @Assigned String arn,
    @Key @Identity String region) {}
