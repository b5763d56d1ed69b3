package io.iasql.peers.faults;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** An error as a service would answer it. */
record ServiceError(int status, String code, String message) {
  static final String REQUEST_ID = "injected-fault";

  static final ServiceError INTERNAL =
      new ServiceError(500, "InternalFailure", "injected: internal error");

  static ServiceError throttling(String service) {
    String message = "injected: too many requests";
    return switch (service.toLowerCase(Locale.ROOT)) {
      case "s3" -> new ServiceError(503, "SlowDown", message);
      case "ec2" -> new ServiceError(503, "RequestLimitExceeded", message);
      case "lambda", "apigatewayv2" -> new ServiceError(429, "TooManyRequestsException", message);
      default -> new ServiceError(400, "Throttling", message);
    };
  }

  /** For a call that must not be made: the SDK treats it like an answer. */
  AwsServiceException exception(String service) {
    return AwsServiceException.builder()
        .message(message)
        .statusCode(status)
        .requestId(REQUEST_ID)
        .awsErrorDetails(
            AwsErrorDetails.builder()
                .serviceName(service)
                .errorCode(code)
                .errorMessage(message)
                .build())
        .build();
  }

  /** For a call that was made: takes the place of the answer. */
  RecordedAnswer answerTo(ErrorProtocol protocol) {
    byte[] body = protocol.body(code, message, REQUEST_ID).getBytes(StandardCharsets.UTF_8);
    return new RecordedAnswer(
        protocol,
        status,
        Map.of(
            "Content-Type", List.of(protocol.contentType),
            "Content-Length", List.of(Integer.toString(body.length)),
            "x-amzn-ErrorType", List.of(code),
            "x-amzn-RequestId", List.of(REQUEST_ID)),
        body);
  }
}
