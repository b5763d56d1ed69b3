package io.iasql.operator.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.engine.login.DatabaseUser.Access;
import io.iasql.operator.database.DatabaseEndpoint;
import io.iasql.operator.environment.LoginSecrets.Login;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginSecretsTest {
  private static final Login ALICE = new Login("staging-psql-alice", "alice", Access.READER);

  @TempDir Path folder;

  @Test
  void everyEnvironmentHasOneLoginOfItsOwnThatMayWrite() {
    assertThat(LoginSecrets.logins(environment("")))
        .containsExactly(new Login("staging-psql", "psql", Access.WRITER));
  }

  @Test
  void eachUserOfTheSpecHasALogin() {
    Environment environment =
        environment(
            "database: {users: [{name: alice, role: Reader}, {name: ci-bot, role: Writer}]}");

    assertThat(LoginSecrets.logins(environment))
        .containsExactly(
            new Login("staging-psql", "psql", Access.WRITER),
            ALICE,
            new Login("staging-psql-ci-bot", "ci-bot", Access.WRITER));
  }

  @Test
  void aSecretSaysAllThatALoginTakes() {
    Secret secret =
        LoginSecrets.secret(environment(""), endpoint("prefer", Optional.empty()), ALICE, "hush");

    assertThat(secret.getType()).isEqualTo("servicebinding.io/postgresql");
    assertThat(secret.getMetadata().getNamespace()).isEqualTo("infra");
    assertThat(secret.getMetadata().getName()).isEqualTo("staging-psql-alice");
    assertThat(secret.getMetadata().getLabels())
        .containsEntry("iasql.io/environment", "staging")
        .containsEntry("iasql.io/login", "alice");
    assertThat(secret.getMetadata().getOwnerReferences())
        .extracting(OwnerReference::getKind, OwnerReference::getName, OwnerReference::getUid)
        .containsExactly(tuple("Environment", "staging", "uid-1"));
    assertThat(data(secret))
        .containsOnly(
            entry("type", "postgresql"),
            entry("provider", "iasql"),
            entry("host", "db.example.com"),
            entry("port", "5432"),
            entry("database", "iasql"),
            entry("username", "iasql.alice"),
            entry("password", "hush"),
            entry("sslmode", "prefer"),
            entry("uri", "postgresql://iasql.alice:hush@db.example.com:5432/iasql?sslmode=prefer"));
  }

  @Test
  void aSecretHoldsTheCertificatesThatTheServerIsTrustedBy() throws Exception {
    Path file = Files.writeString(folder.resolve("ca.pem"), "-----BEGIN");

    assertThat(
            data(
                LoginSecrets.secret(
                    environment(""), endpoint("verify-full", Optional.of(file)), ALICE, "hush")))
        .containsEntry("ca.crt", "-----BEGIN")
        .containsEntry("sslmode", "verify-full");
  }

  private static Map<String, String> data(Secret secret) {
    return secret.getData().entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                e -> new String(Base64.getDecoder().decode(e.getValue()), StandardCharsets.UTF_8)));
  }

  private static DatabaseEndpoint endpoint(String sslMode, Optional<Path> certificates) {
    return new DatabaseEndpoint(
        "external", "db.example.com", 5432, "iasql", "owner", "secret", sslMode, certificates);
  }

  private static Environment environment(String database) {
    return Serialization.unmarshal(
        """
        apiVersion: iasql.io/v1alpha1
        kind: Environment
        metadata: {name: staging, namespace: infra, uid: uid-1}
        spec:
          awsConnectionRef: {name: staging}
          modules: [aws_s3]
          %s
        """
            .formatted(database),
        Environment.class);
  }
}
