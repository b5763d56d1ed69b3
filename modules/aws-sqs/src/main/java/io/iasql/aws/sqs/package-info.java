/** Module {@code aws_sqs}: Amazon SQS queues. */
package io.iasql.aws.sqs;
