package io.iasql.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waiting for the cloud to get there, where the SDK has no waiter of its own. */
public final class Polling {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private Polling() {}

  /**
   * Asks until there is an answer, with pauses that grow from 0.1 to 5 seconds.
   *
   * @param what what is waited for, for the message: {@code "NAT gateway nat-1 to leave pending"}
   * @param limit how long at most
   * @throws CloudException of kind {@link CloudFailure.Kind#UNAVAILABLE} when the limit has passed
   *     or the thread was interrupted
   */
  public static <T> T until(String what, Duration limit, Supplier<Optional<T>> question) {
    long deadline = System.nanoTime() + limit.toNanos();
    Duration pause = FIRST_PAUSE;
    while (true) {
      Optional<T> answer = question.get();
      if (answer.isPresent()) {
        return answer.get();
      }
      if (System.nanoTime() - deadline >= 0) {
        throw failed("still waiting for " + what + " after " + limit.toSeconds() + " s", null);
      }
      try {
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failed("interrupted while waiting for " + what, e);
      }
      pause = pause.multipliedBy(2);
      if (pause.compareTo(LONGEST_PAUSE) > 0) {
        pause = LONGEST_PAUSE;
      }
    }
  }

  private static CloudException failed(String message, Throwable cause) {
    return new CloudException(
        new CloudFailure(CloudFailure.Kind.UNAVAILABLE, "Timeout", message, ""), cause);
  }
}
