package io.iasql.engine.commit;

import java.util.Map;
import org.slf4j.MDC;

/** What the thread's log lines are about, until this is closed: fields beside the message. */
final class LogFields implements AutoCloseable {
  private static final String ENVIRONMENT = "environment";
  private static final String TRANSACTION = "transaction";
  private static final String PLAN = "plan";
  private static final String AWS_REQUEST_ID = "awsRequestId";

  private final Map<String, String> before = MDC.getCopyOfContextMap();

  private LogFields() {}

  /** Lines about a transaction and the plan that it carries out. */
  static LogFields of(String environment, Journal.Submitted transaction) {
    LogFields fields = new LogFields();
    MDC.put(ENVIRONMENT, environment);
    MDC.put(TRANSACTION, transaction.name());
    MDC.put(PLAN, transaction.approvedPlan());
    return fields;
  }

  /** Lines about one call to AWS, besides what they are about already. */
  static LogFields ofRequest(String requestId) {
    LogFields fields = new LogFields();
    if (!requestId.isEmpty()) {
      MDC.put(AWS_REQUEST_ID, requestId);
    }
    return fields;
  }

  /** The same lines on another thread: to be called here, the result to be run there. */
  static Runnable carriedOver(Runnable task) {
    Map<String, String> about = MDC.getCopyOfContextMap();
    return () -> {
      try (LogFields fields = new LogFields()) {
        fields.set(about);
        task.run();
      }
    };
  }

  private void set(Map<String, String> fields) {
    if (fields == null) {
      MDC.clear();
    } else {
      MDC.setContextMap(fields);
    }
  }

  @Override
  public void close() {
    set(before);
  }
}
