package io.iasql.aws.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.spi.AwsAccountSettings.AssumeRole;
import io.iasql.spi.AwsAccountSettings.DefaultChain;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import java.net.ConnectException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

class FailuresTest {
  private final Failures failures = Failures.hiding(new DefaultChain());

  @ParameterizedTest
  @CsvSource({
    "Throttling, 400, THROTTLED",
    "RequestLimitExceeded, 503, THROTTLED",
    "SlowDown, 503, THROTTLED",
    "Whatever, 429, THROTTLED",
    "InternalError, 500, UNAVAILABLE",
    "ServiceUnavailable, 503, UNAVAILABLE",
    "RequestTimeout, 400, UNAVAILABLE",
    "NotImplemented, 501, INVALID_INPUT",
    "AccessDenied, 403, DENIED",
    "AccessDeniedException, 400, DENIED",
    "UnauthorizedOperation, 403, DENIED",
    "AuthFailure, 401, DENIED",
    "ExpiredToken, 400, UNAUTHENTICATED",
    "InvalidClientTokenId, 403, UNAUTHENTICATED",
    "SignatureDoesNotMatch, 403, UNAUTHENTICATED",
    "AuthorizationError, 403, DENIED",
    "AuthorizationNotFound, 404, NOT_FOUND",
    "NoSuchEntity, 404, NOT_FOUND",
    "NoSuchBucket, 404, NOT_FOUND",
    "InvalidVpcID.NotFound, 400, NOT_FOUND",
    "AWS.SimpleQueueService.NonExistentQueue, 400, NOT_FOUND",
    "QueueDoesNotExist, 400, NOT_FOUND",
    "DBInstanceNotFoundFault, 404, NOT_FOUND",
    "EntityAlreadyExists, 409, CONFLICT",
    "BucketAlreadyOwnedByYou, 409, CONFLICT",
    "BucketNotEmpty, 409, CONFLICT",
    "InvalidGroup.Duplicate, 400, CONFLICT",
    "DependencyViolation, 400, CONFLICT",
    "DeleteConflict, 409, CONFLICT",
    "IncorrectInstanceState, 400, CONFLICT",
    "InvalidDBInstanceState, 400, CONFLICT",
    "AWS.SimpleQueueService.QueueDeletedRecently, 400, CONFLICT",
    "LimitExceeded, 409, INVALID_INPUT",
    "VpcLimitExceeded, 400, INVALID_INPUT",
    "TooManyBuckets, 400, INVALID_INPUT",
    "MalformedPolicyDocument, 400, INVALID_INPUT",
    "InvalidParameterValue, 400, INVALID_INPUT",
    "InvalidVpcID.Malformed, 400, INVALID_INPUT",
    ", 404, NOT_FOUND",
    ", 403, DENIED",
    ", 412, CONFLICT",
  })
  void kindOfCodeAndStatus(String code, int status, Kind kind) {
    assertThat(Failures.kind(code, status)).isEqualTo(kind);
  }

  @Test
  void serviceExceptionKeepsCodeMessageAndRequest() {
    CloudFailure failure = failures.describe(answer("EntityAlreadyExists", "It is there", 409));

    assertThat(failure)
        .isEqualTo(new CloudFailure(Kind.CONFLICT, "EntityAlreadyExists", "It is there", "req-1"));
  }

  @Test
  void cloudExceptionIsItsOwnFailureAlsoAsACause() {
    CloudFailure own = new CloudFailure(Kind.CONFLICT, "Mine", "text", "");

    RuntimeException wrapped = new IllegalStateException(new CloudException(own, null));

    assertThat(failures.describe(wrapped)).isEqualTo(own);
  }

  @Test
  void unreachableSaysWhy() {
    CloudFailure failure =
        failures.describe(
            SdkClientException.create("Unable to execute", new ConnectException("refused by x")));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.message()).contains("refused by x");
  }

  @Test
  void timeoutIsUnavailable() {
    assertThat(failures.describe(ApiCallTimeoutException.create(1000)).kind())
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void missingCredentialsAreNobodys() {
    CloudFailure failure =
        failures.describe(
            SdkClientException.create(
                "Unable to load credentials from any of the providers in the chain X"));

    assertThat(failure.kind()).isEqualTo(Kind.UNAUTHENTICATED);
    assertThat(failure.code()).isEqualTo("NoCredentials");
  }

  @Test
  void requestThatCannotBeBuiltIsInvalid() {
    assertThat(
            failures
                .describe(SdkClientException.create("Parameter 'Bucket' must not be null"))
                .kind())
        .isEqualTo(Kind.INVALID_INPUT);
  }

  @Test
  void otherExceptionIsInternal() {
    assertThat(failures.describe(new IllegalStateException("oops")))
        .isEqualTo(new CloudFailure(Kind.INTERNAL, "IllegalStateException", "oops", ""));
  }

  @Test
  void messagesHideSecretsAndTokens() {
    Failures hiding =
        Failures.hiding(
            new AssumeRole(
                "arn",
                Optional.empty(),
                new StaticKeys("AKIA", "s3cr3t/key", Optional.of("t0ken"))));

    String message =
        hiding
            .describe(
                answer(
                    "SignatureDoesNotMatch",
                    "No match for s3cr3t/key t0ken x-amz-security-token: abc.\n\n"
                        + "The Canonical String for this request should have been 'GET...'",
                    403))
            .message();

    assertThat(message).isEqualTo("No match for … … x-amz-security-token: …");
  }

  private static AwsServiceException answer(String code, String message, int status) {
    return AwsServiceException.builder()
        .statusCode(status)
        .requestId("req-1")
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage(message).build())
        .build();
  }
}
