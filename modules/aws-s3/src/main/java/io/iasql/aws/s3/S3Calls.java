package io.iasql.aws.s3;

import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.Polling;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the calls of this module's resources have in common. */
final class S3Calls {
  static final String NO_SUCH_BUCKET = "NoSuchBucket";
  static final String ACCESS_DENIED = "AccessDenied";

  /** How long S3 may take to show, in all its places, what it has accepted. */
  static final Duration VISIBLE = Duration.ofMinutes(2);

  private static final Duration SETTLED = Duration.ofSeconds(30);
  private static final Duration FREE = Duration.ofMinutes(2);

  private S3Calls() {}

  /** The client of the region where the bucket lives: other regions answer with a redirect. */
  static S3Client client(AwsScope scope, Bucket bucket) {
    return scope.in(bucket.region()).client(S3Client.class);
  }

  /** S3's error code, or an empty string where the answer had no body. */
  static String code(S3Exception e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
        ? ""
        : e.awsErrorDetails().errorCode();
  }

  /** The call's result, or empty when S3 says with {@code absent} that there is none. */
  static <T> Optional<T> unless(String absent, Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (S3Exception e) {
      if (code(e).equals(absent)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Makes a call that changes a bucket. S3 refuses a change with OperationAborted while another one
   * of the same bucket is under way, the deletion of a bucket of that name included.
   */
  static <T> T whenFree(String bucket, Supplier<T> call) {
    return Polling.until(
        "another change of bucket " + bucket + " to finish (OperationAborted)",
        FREE,
        () -> unless("OperationAborted", call));
  }

  /**
   * Reads until the answer shows what has been written, since bucket settings are eventually
   * consistent: S3 User Guide, "Amazon S3 data consistency model". After half a minute the answer
   * counts as it is: S3 rewrites some policies, so that waiting longer would change nothing.
   */
  static <R> R settled(String what, Supplier<Optional<R>> read, Predicate<R> shows) {
    long deadline = System.nanoTime() + SETTLED.toNanos();
    return Polling.until(
        what,
        VISIBLE,
        () -> read.get().filter(now -> shows.test(now) || System.nanoTime() - deadline >= 0));
  }

  /** A bucket's setting, or empty when S3 says that it or the bucket is not there. */
  static <T> Optional<T> setting(String absent, Supplier<T> call) {
    return unless(NO_SUCH_BUCKET, () -> unless(absent, call)).flatMap(answer -> answer);
  }

  /** Deletes a setting of a bucket and waits until it is gone; it goes with its bucket, too. */
  static void deleteSetting(
      String what, Bucket bucket, Supplier<?> call, Supplier<Optional<?>> read) {
    unless(NO_SUCH_BUCKET, () -> whenFree(bucket.name(), call));
    Polling.until(
        "the " + what + " of bucket " + bucket.name() + " to be gone",
        VISIBLE,
        () -> read.get().isPresent() ? Optional.empty() : Optional.of(true));
  }

  /** A failure as S3 told it, with words of ours added. */
  static CloudException explained(
      AwsScope scope, S3Exception e, CloudFailure.Kind kind, String hint) {
    CloudFailure said = scope.describe(e);
    return new CloudException(
        new CloudFailure(kind, said.code(), said.message() + " - " + hint, said.requestId()), e);
  }
}
