package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.peers.Narrator;
import io.iasql.peers.PostgresPeer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A server with the certificate, and the driver as the operator has it. */
class ServerCertificateIT {
  private static final ServerCertificate CERTIFICATE =
      ServerCertificate.issue(List.of("iasql-staging", "localhost"), Instant.now());

  private static PostgresPeer postgres;

  @BeforeAll
  static void start() {
    postgres = PostgresPeer.start(Narrator.toStandardError());
    postgres.serveTlsWith(CERTIFICATE.certificate(), CERTIFICATE.key());
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static Connection connect(String host, String sslMode, ServerCertificate trusted)
      throws SQLException {
    DatabaseEndpoint endpoint =
        new DatabaseEndpoint(
            "managed",
            host,
            postgres.port(),
            "postgres",
            postgres.user(),
            postgres.password(),
            sslMode,
            Optional.of(CertificateFiles.file(trusted.certificate())));
    return endpoint.dataSource().getConnection();
  }

  @Test
  void shouldBeTakenUnderItsNameOnly() throws SQLException {
    try (Connection connection = connect("localhost", "verify-full", CERTIFICATE);
        Statement statement = connection.createStatement();
        ResultSet tls =
            statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
      assertThat(tls.next()).isTrue();
      assertThat(tls.getBoolean(1)).isTrue();
    }
    assertThatThrownBy(() -> connect("127.0.0.1", "verify-full", CERTIFICATE))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("127.0.0.1");
    connect("127.0.0.1", "verify-ca", CERTIFICATE).close();
  }

  @Test
  void shouldNotBeTakenForAnother() {
    ServerCertificate another = ServerCertificate.issue(List.of("localhost"), Instant.now());

    assertThatThrownBy(() -> connect("localhost", "verify-full", another))
        .isInstanceOf(SQLException.class);
  }
}
