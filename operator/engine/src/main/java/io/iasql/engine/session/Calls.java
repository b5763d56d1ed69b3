package io.iasql.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.CloudException;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Works off calls, each on a thread of its own: most of them wait for something. */
final class Calls {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

  /** What answers a call. */
  @FunctionalInterface
  interface Answering {
    /**
     * Answers.
     *
     * @return the rows, an array of objects keyed by column name
     */
    JsonNode answer(Call call, Waiting waiting);
  }

  /** The one who waits for the answer. */
  interface Waiting {
    /** Shows how far the work is. */
    void progress(String text);

    /**
     * Throws when nobody waits any more.
     *
     * @throws CallException then
     */
    void check();
  }

  private final CallTable table;
  private final ExecutorService threads;
  private final Answering answering;

  Calls(CallTable table, ExecutorService threads, Answering answering) {
    this.table = table;
    this.threads = threads;
    this.answering = answering;
  }

  /** Takes up what was asked. */
  void takeUp() {
    for (Call call : table.take()) {
      try {
        threads.execute(() -> run(call));
      } catch (RejectedExecutionException e) {
        table.fail(call.id(), "the operator stops; ask again in a minute");
      }
    }
  }

  private void run(Call call) {
    Waiting waiting =
        new Waiting() {
          @Override
          public void progress(String text) {
            table.progress(call.id(), text);
          }

          @Override
          public void check() {
            if (!table.isWaitedFor(call.id())) {
              throw new CallException("the call was withdrawn");
            }
          }
        };
    try {
      try {
        table.answer(call.id(), answering.answer(call, waiting));
      } catch (CallException | InvalidTransactionException e) {
        table.fail(call.id(), e.getMessage());
      } catch (CloudException e) {
        table.fail(call.id(), "AWS: " + e.failure());
      } catch (UnavailableException e) {
        table.fail(call.id(), e.getMessage() + "; try again later");
      } catch (RuntimeException e) {
        SQLException cause = SqlErrors.sqlCause(e);
        if (cause == null || !SqlErrors.isTransient(cause)) {
          LOG.error("call {} of {}", call.function(), call.caller(), e);
        }
        table.fail(
            call.id(),
            cause == null
                ? "this is a defect of the operator: " + e
                : "PostgreSQL: " + cause.getMessage());
      }
    } catch (RuntimeException e) {
      // The database went away with the caller in it.
      LOG.warn("call {} of {} was not answered: {}", call.function(), call.caller(), e.toString());
    }
  }
}
