package io.iasql.engine;

import java.time.Duration;

/**
 * The engine's limits.
 *
 * @param sqlLimit how long a transaction's SQL may run
 * @param parallelism how many cloud calls one environment makes at once, 1 or more
 * @param transientLimit how long one action of a commit is tried again while AWS throttles, is out
 *     of reach or does not take the credentials; afterwards it counts as failed
 */
public record EngineSettings(Duration sqlLimit, int parallelism, Duration transientLimit) {

  /** What suits most: 5 minutes of SQL, 16 calls, half an hour of patience. */
  public static EngineSettings defaults() {
    return new EngineSettings(Duration.ofMinutes(5), 16, Duration.ofMinutes(30));
  }
}
