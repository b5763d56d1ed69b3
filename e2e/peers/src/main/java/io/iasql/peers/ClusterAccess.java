package io.iasql.peers;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * How to speak to an API server.
 *
 * @param authority the PEM of the authority that signed its certificate
 */
record ClusterAccess(URI url, String authority) {

  /** Writes a kubeconfig for whoever bears the certificate. */
  Path writeKubeconfig(Path file, String user, ClientCertificate certificate) {
    String text =
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: iasql
          cluster:
            server: %s
            certificate-authority-data: %s
        users:
        - name: "%s"
          user:
            client-certificate-data: %s
            client-key-data: %s
        contexts:
        - name: iasql
          context:
            cluster: iasql
            user: "%s"
        current-context: iasql
        """
            .formatted(
                url,
                base64(authority),
                user,
                base64(certificate.certificate()),
                base64(certificate.key()),
                user);
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  /** Asks whether the API server is ready; anybody may. */
  Readyz readyz() {
    return new Readyz(
        HttpClient.newBuilder()
            .sslContext(trusting(authority))
            .connectTimeout(Duration.ofSeconds(2))
            .version(HttpClient.Version.HTTP_1_1)
            .build(),
        HttpRequest.newBuilder(url.resolve("/readyz")).timeout(Duration.ofSeconds(5)).build());
  }

  /** The question, with a client that is built once. */
  record Readyz(HttpClient client, HttpRequest request) {
    boolean ready() throws InterruptedException {
      try {
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
      } catch (IOException e) {
        return false;
      }
    }
  }

  private static SSLContext trusting(String authority) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "authority",
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(authority.getBytes(StandardCharsets.UTF_8))));
      TrustManagerFactory managers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, managers.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("Not a certificate", e);
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
