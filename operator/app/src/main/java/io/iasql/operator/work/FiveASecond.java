package io.iasql.operator.work;

import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import java.time.Duration;

/**
 * A resource is looked at five times a second at most: progress comes faster, and an API server has
 * better things to do than to store each step.
 */
public final class FiveASecond extends LinearRateLimiter {
  /** For the framework. */
  public FiveASecond() {
    super(Duration.ofSeconds(1), 5);
  }
}
