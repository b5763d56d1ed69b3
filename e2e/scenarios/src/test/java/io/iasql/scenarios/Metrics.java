package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.peers.OperatorPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an operator's {@code /metrics} say. */
final class Metrics {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private Metrics() {}

  /** A page of an operator, such as {@code /metrics}. */
  static String get(OperatorPeer operator, String path) {
    try {
      HttpResponse<String> response =
          HTTP.send(
              HttpRequest.newBuilder(operator.url().resolve(path)).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(path).isEqualTo(200);
      // This client asks for HTTP/2; an operator that took it would garble a page now and then.
      assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The value of a series; 0 where it does not exist yet. */
  static double of(OperatorPeer operator, String series) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
            .matcher(get(operator, "/metrics"));
    return line.find() ? Double.parseDouble(line.group(1)) : 0;
  }
}
