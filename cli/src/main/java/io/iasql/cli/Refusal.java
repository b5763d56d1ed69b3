package io.iasql.cli;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/** What an API server that refuses, or does not answer, means for people. */
final class Refusal {
  private Refusal() {}

  static String words(KubernetesClientException failure) {
    String said =
        Optional.ofNullable(failure.getStatus())
            .map(status -> status.getMessage())
            .filter(message -> !message.isBlank())
            .orElse(failure.getMessage());
    if (failure.getStatus() == null) {
      return "The cluster cannot be reached: " + deepest(failure);
    }
    return switch (failure.getCode()) {
      case HttpURLConnection.HTTP_UNAUTHORIZED ->
          "The cluster does not take your login: "
              + said
              + ". `kubectl auth whoami` says the same.";
      case HttpURLConnection.HTTP_NOT_FOUND ->
          "The cluster does not know what is asked for: is the operator installed? " + said;
      default -> said;
    };
  }

  private static String deepest(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
  }
}
