package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The few calls to an emulator that are not AWS calls of a test. */
record EmulatorHttp(URI endpoint) {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  /** Tells moto which service is meant; the signature is not looked at. */
  private static final String FOR_STS =
      "AWS4-HMAC-SHA256 Credential=peer/20260101/us-east-1/sts/aws4_request,"
          + " SignedHeaders=host, Signature=none";

  boolean answers(String path) {
    try {
      return send(request(path).GET().build()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  String post(String path, String form) {
    try {
      HttpResponse<String> answer =
          send(
              request(path)
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .header("Authorization", FOR_STS)
                  .POST(HttpRequest.BodyPublishers.ofString(form))
                  .build());
      if (answer.statusCode() != 200) {
        throw new PeerException(
            endpoint + path + " answers " + answer.statusCode() + ": " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException("No answer from " + endpoint, e);
    }
  }

  /** moto gives the keys of an assumed role to the account of the role. */
  AwsPeer.Account assumeRoleIn(String account) {
    String answer =
        post(
            "/",
            "Action=AssumeRole&Version=2011-06-15&RoleSessionName=peer&RoleArn=arn:aws:iam::"
                + account
                + ":role/peer");
    return new AwsPeer.Account(
        account,
        element(answer, "AccessKeyId"),
        element(answer, "SecretAccessKey"),
        Optional.of(element(answer, "SessionToken")));
  }

  private static String element(String xml, String name) {
    Matcher matcher = Pattern.compile("<" + name + ">([^<]+)</" + name + ">").matcher(xml);
    if (!matcher.find()) {
      throw new PeerException("No " + name + " in the answer: " + xml);
    }
    return matcher.group(1);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(endpoint.resolve(path)).timeout(Duration.ofSeconds(30));
  }

  private static HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }
}
