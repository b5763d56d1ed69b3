package io.iasql.aws.account;

import io.micrometer.core.instrument.Metrics;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Counts the attempts that AWS refused because there were too many, by service. The SDK repeats
 * them without a word, so nobody else would know why a commit is slow.
 */
final class Throttles {
  private Throttles() {}

  static void count(Throwable failure) {
    if (failure instanceof AwsServiceException refusal && refusal.isThrottlingException()) {
      String service =
          Optional.ofNullable(refusal.awsErrorDetails())
              .map(AwsErrorDetails::serviceName)
              .orElse("unknown");
      Metrics.counter("iasql.aws.throttles", "service", service.toLowerCase(Locale.ROOT))
          .increment();
    }
  }
}
