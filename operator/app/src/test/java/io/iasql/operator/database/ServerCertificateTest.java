package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerCertificateTest {
  private static final Instant NOW = Instant.parse("2030-03-01T12:00:00Z");

  // Of CN=example.com, which ended in 2026.
  private static final String THEIRS =
      """
      -----BEGIN CERTIFICATE-----
      MIIBgTCCASegAwIBAgIUdShvUp64157fAlBCYEiJJDFeKrIwCgYIKoZIzj0EAwIw
      FjEUMBIGA1UEAwwLZXhhbXBsZS5jb20wHhcNMjYxMTI4MTk1MDMwWhcNMjYxMTI5
      MTk1MDMwWjAWMRQwEgYDVQQDDAtleGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqG
      SM49AwEHA0IABPMJ52STwYWl4FyNsY2/Nfb07mu/45p27xOL7WMdumy/ycApdYdj
      QwgzjJTz2NmT3gBYNc/LzxXXe/0er8VvkDCjUzBRMB0GA1UdDgQWBBTf/kUWTIKR
      2kr1PSRzDzXAHpoYhjAfBgNVHSMEGDAWgBTf/kUWTIKR2kr1PSRzDzXAHpoYhjAP
      BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHhbJJNf5y6uijcEJJs9
      1W4QyUtMnCk2fsrc1X2zLZIMAiEAu79VSzPqAlGzI9qaaq7ruyK0+KORZ9zDbN5K
      Mkn/HT0=
      -----END CERTIFICATE-----
      """;

  @Test
  void shouldBeDueAMonthBeforeItsEnd() {
    String certificate = ServerCertificate.issue(List.of("iasql-staging"), NOW).certificate();
    Instant end = NOW.plus(Duration.ofDays(365));

    assertThat(ServerCertificate.due(certificate, NOW)).isEmpty();
    assertThat(ServerCertificate.due(certificate, end.minus(Duration.ofDays(31)))).isEmpty();
    assertThat(ServerCertificate.due(certificate, end.minus(Duration.ofDays(29)))).contains(end);
    assertThat(ServerCertificate.due(certificate, end.plus(Duration.ofDays(1)))).contains(end);
  }

  @Test
  void shouldLeaveThoseOfOthersToThem() {
    assertThat(ServerCertificate.due(THEIRS, NOW)).isEmpty();
    assertThat(ServerCertificate.due("nothing that PostgreSQL could read", NOW)).isEmpty();
  }
}
