package io.iasql.peers;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** Waits for a started process to answer. */
final class Readiness {
  private static final Duration POLL = Duration.ofMillis(50);

  private Readiness() {}

  /** Returns when {@code answers} does, and fails when the process ends or the limit passes. */
  static void await(SupervisedProcess process, Duration limit, Callable<Boolean> answers) {
    try {
      Awaitility.await(process + " to be ready")
          .atMost(limit)
          .pollInterval(POLL)
          .pollDelay(Duration.ZERO)
          .failFast(process + " ended", () -> !process.isAlive())
          .until(answers);
    } catch (ConditionTimeoutException e) {
      throw new PeerException(
          process + " did not answer within " + limit.toSeconds() + " s: " + process.logTail(), e);
    } catch (TerminalFailureException e) {
      throw new PeerException(process + " ended while starting: " + process.logTail(), e);
    }
  }

  /** Whether starting failed because somebody else had taken the port. */
  static boolean portTaken(PeerException failure) {
    String message = failure.getMessage().toLowerCase(Locale.ROOT);
    return message.contains("address already in use") || message.contains("address in use");
  }
}
