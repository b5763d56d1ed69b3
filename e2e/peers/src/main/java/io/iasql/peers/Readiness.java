package io.iasql.peers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** Waits for a started process to answer, and for an ended one not to. */
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

  /** Returns when nobody listens there any more, and fails when the limit passes. */
  static void awaitSilence(String host, int port, Duration limit) {
    Awaitility.await(host + ":" + port + " to be free")
        .atMost(limit)
        .pollInterval(POLL)
        .pollDelay(Duration.ZERO)
        .until(() -> !listens(host, port));
  }

  /** Whether connections are taken there. */
  static boolean listens(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether starting failed because somebody else had taken the port. */
  static boolean portTaken(PeerException failure) {
    String message = failure.getMessage().toLowerCase(Locale.ROOT);
    return message.contains("address already in use") || message.contains("address in use");
  }
}
