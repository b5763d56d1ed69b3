package io.iasql.operator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Environment;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which Secrets are no parameters. */
class ReservedSecretsTest {
  private static final AwsConnection KEYS = connection("keys", "secretRef: {name: aws-keys}");
  private static final AwsConnection ROLE =
      connection(
          "role",
          "assumeRole: {roleArn: 'arn:aws:iam::111122223333:role/r', secretRef: {name: aws-role}}");

  private static AwsConnection connection(String name, String credentials) {
    return Serialization.unmarshal(
        """
        apiVersion: iasql.io/v1alpha1
        kind: AwsConnection
        metadata: {name: %s, namespace: infra}
        spec: {accountId: "111122223333", region: eu-west-1, credentials: {%s}}
        """
            .formatted(name, credentials),
        AwsConnection.class);
  }

  private static Environment environment(String name, String database) {
    return Serialization.unmarshal(
        """
        apiVersion: iasql.io/v1alpha1
        kind: Environment
        metadata: {name: %s, namespace: infra}
        spec: {awsConnectionRef: {name: keys}, modules: [aws_sqs]%s}
        """
            .formatted(name, database),
        Environment.class);
  }

  private static Secret secret(String name, Map<String, String> labels, String cluster) {
    SecretBuilder secret =
        new SecretBuilder()
            .withNewMetadata()
            .withNamespace("infra")
            .withName(name)
            .withLabels(labels)
            .endMetadata();
    if (!cluster.isEmpty()) {
      secret
          .editMetadata()
          .withOwnerReferences(
              new OwnerReferenceBuilder()
                  .withApiVersion("postgresql.cnpg.io/v1")
                  .withKind("Cluster")
                  .withName(cluster)
                  .withUid("uid-1")
                  .build())
          .endMetadata();
    }
    return secret.build();
  }

  private static Optional<String> use(Secret secret) {
    return ReservedSecrets.use(
        secret,
        Stream.of(KEYS, ROLE),
        Stream.of(
            environment("plain", ""),
            environment("far", ", database: {external: {secretRef: {name: far-database}}}"),
            environment("cnpg", ", database: {cloudNativePg: {storage: 1Gi}}")));
  }

  private static Optional<String> use(String name) {
    return use(secret(name, Map.of(), ""));
  }

  @Test
  void shouldLeaveTheSecretsOfPeopleToThem() {
    assertThat(use("token")).isEmpty();
    assertThat(use(secret("token", Map.of("app.kubernetes.io/managed-by", "Helm"), ""))).isEmpty();
    assertThat(use(secret("token", Map.of(), "iasql-other"))).isEmpty();
  }

  @Test
  void shouldReserveTheCredentialsOfAConnection() {
    assertThat(use("aws-keys")).contains("the credentials of AwsConnection keys");
    assertThat(use("aws-role")).contains("the credentials of AwsConnection role");
  }

  @Test
  void shouldReserveTheLoginOfADatabase() {
    assertThat(use("far-database")).contains("the database login of Environment far");
    assertThat(use(secret("iasql-cnpg-app", Map.of(), "iasql-cnpg")))
        .contains("the database login of Environment cnpg");
  }

  @Test
  void shouldReserveWhatTheOperatorMakes() {
    assertThat(
            use(secret("plain-psql", Map.of("app.kubernetes.io/managed-by", "iasql-operator"), "")))
        .contains("made by the operator for itself or for logins");
  }
}
