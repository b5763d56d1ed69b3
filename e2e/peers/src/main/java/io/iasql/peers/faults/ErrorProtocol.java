package io.iasql.peers.faults;

import java.util.Locale;
import software.amazon.awssdk.http.SdkHttpRequest;

/** How a service words its errors. */
enum ErrorProtocol {
  JSON("application/x-amz-json-1.0", "{\"__type\":\"%1$s\",\"message\":\"%2$s\"}"),
  EC2(
      "text/xml",
      "<Response><Errors><Error><Code>%1$s</Code><Message>%2$s</Message></Error></Errors>"
          + "<RequestID>%3$s</RequestID></Response>"),
  S3(
      "application/xml",
      "<Error><Code>%1$s</Code><Message>%2$s</Message><RequestId>%3$s</RequestId></Error>"),
  XML(
      "text/xml",
      "<ErrorResponse><Error><Type>Sender</Type><Code>%1$s</Code><Message>%2$s</Message></Error>"
          + "<RequestId>%3$s</RequestId></ErrorResponse>");

  final String contentType;
  private final String template;

  ErrorProtocol(String contentType, String template) {
    this.contentType = contentType;
    this.template = template;
  }

  static ErrorProtocol of(String service, SdkHttpRequest request) {
    return switch (service.toLowerCase(Locale.ROOT)) {
      case "ec2" -> EC2;
      case "s3" -> S3;
      default ->
          request.firstMatchingHeader("Content-Type").orElse("").contains("json") ? JSON : XML;
    };
  }

  String body(String code, String message, String requestId) {
    return template.formatted(code, message, requestId);
  }
}
