package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.engine.store.EnvironmentDatabase;
import io.iasql.operator.database.DatabaseState.Blocked;
import io.iasql.operator.database.DatabaseState.Ready;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ExternalDatabaseTest {
  private static final Map<String, String> LOGIN =
      Map.of("host", "db.example.com", "database", "iasql", "username", "owner", "password", "p w");

  @Test
  void readsTheLoginOfASecret() {
    DatabaseEndpoint endpoint = ready(LOGIN).endpoint();

    PGSimpleDataSource source = endpoint.dataSource();
    assertThat(source.getURL())
        .startsWith("jdbc:postgresql://db.example.com:5432/iasql?")
        .contains("sslmode=prefer");
    assertThat(source.getUser()).isEqualTo("owner");
    assertThat(source.getPassword()).isEqualTo("p w");
    assertThat(endpoint.toString()).doesNotContain("p w").contains("db.example.com");
  }

  @Test
  void takesAnAddressOfIpv6() {
    PGSimpleDataSource source = ready(with(LOGIN, "host", "fd00::7")).endpoint().dataSource();

    assertThat(source.getURL()).startsWith("jdbc:postgresql://[fd00::7]:5432/iasql?");
    assertThat(EnvironmentDatabase.Login.of(source).host()).isEqualTo("fd00::7");
  }

  @Test
  void trustsTheCertificatesOfTheSecret() throws Exception {
    DatabaseEndpoint endpoint =
        ready(with(LOGIN, "sslmode", "verify-full", "ca.crt", "-----BEGIN")).endpoint();

    assertThat(endpoint.sslMode()).isEqualTo("verify-full");
    assertThat(Files.readString(endpoint.certificates().orElseThrow())).isEqualTo("-----BEGIN");
  }

  @Test
  void takesTheNamesOfCloudNativePg() {
    DatabaseEndpoint endpoint =
        ready(Map.of("host", "h", "port", "6432", "dbname", "app", "user", "u", "password", "p"))
            .endpoint();

    assertThat(endpoint.port()).isEqualTo(6432);
    assertThat(endpoint.database()).isEqualTo("app");
    assertThat(endpoint.user()).isEqualTo("u");
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(blocked(Optional.empty()))
        .isEqualTo(
            "Secret staging-db is not in namespace infra: create it with keys host, port,"
                + " database, username and password.");
    assertThat(blocked(Optional.of(Map.of("host", "h", "database", "d"))))
        .isEqualTo("Secret staging-db has no value for username and password: add it.");
    assertThat(blocked(Optional.of(with(LOGIN, "port", "99999"))))
        .isEqualTo("Secret staging-db has port 99999, which is no port: correct it.");
  }

  private static Ready ready(Map<String, String> login) {
    return (Ready) provision(Optional.of(login));
  }

  private static String blocked(Optional<Map<String, String>> login) {
    return ((Blocked) provision(login)).message();
  }

  private static DatabaseState provision(Optional<Map<String, String>> login) {
    Environment environment =
        Serialization.unmarshal(
            """
            metadata: {name: staging, namespace: infra}
            spec: {database: {external: {secretRef: {name: staging-db}}}}
            """,
            Environment.class);
    return new ExternalDatabase().provision(environment, new OneSecret(login));
  }

  private static Map<String, String> with(Map<String, String> login, String... more) {
    Map<String, String> all = new HashMap<>(login);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private record OneSecret(Optional<Map<String, String>> login) implements KubernetesObjects {
    @Override
    public <T extends HasMetadata> Optional<T> find(Class<T> type, String namespace, String name) {
      assertThat(type).isEqualTo(Secret.class);
      assertThat(namespace + "/" + name).isEqualTo("infra/staging-db");
      return login.map(
          data -> {
            SecretBuilder secret = new SecretBuilder();
            data.forEach(
                (key, value) ->
                    secret.addToData(
                        key,
                        Base64.getEncoder()
                            .encodeToString(value.getBytes(StandardCharsets.UTF_8))));
            return type.cast(secret.build());
          });
    }
  }
}
