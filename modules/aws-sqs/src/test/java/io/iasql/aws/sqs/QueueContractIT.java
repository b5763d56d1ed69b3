package io.iasql.aws.sqs;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class QueueContractIT extends ResourceContract {
  private static final String POLICY =
      "'{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\","
          + " \"Action\": \"sqs:SendMessage\", \"Resource\": \"*\"}]}'";

  QueueContractIT() {
    super(
        Sample.of("queue")
            .insert("INSERT INTO queue (name) VALUES ('jobs')", "name = 'jobs'")
            .another(
                "INSERT INTO queue (name, fifo_queue, delay_seconds)"
                    + " VALUES ('mails.fifo', true, 5)",
                "name = 'mails.fifo'")
            .change("visibility_timeout", "60")
            .change("delay_seconds", "900")
            .change("receive_message_wait_time_seconds", "20")
            .change("message_retention_period", "60")
            .change("maximum_message_size", "1024")
            .change("policy", POLICY)
            .nulled("policy")
            .replace("name", "'tasks'", "name = 'tasks'")
            .replace("region", "'us-east-1'", "name = 'jobs'")
            .replaceBy(
                "fifo_queue",
                "UPDATE queue SET fifo_queue = true, name = 'jobs.fifo' WHERE name = 'jobs'",
                "name = 'jobs.fifo'")
            .refuse("INSERT INTO queue (name) VALUES ('no spaces')", "1 to 80 letters")
            .refuse("INSERT INTO queue (name) VALUES ('jobs')", "exists twice")
            .refuse("INSERT INTO queue (name) VALUES ('jobs.fifo')", "FIFO")
            .refuse("UPDATE queue SET delay_seconds = 901", "not between 0 and 900")
            .refuse("UPDATE queue SET policy = '{\"Statement\": 7}'", "policy"));
  }
}
