package io.iasql.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.AwsConnection;
import io.iasql.operator.connection.ConnectionSettings.MissingCredentialsException;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsAccountSettings.AssumeRole;
import io.iasql.spi.AwsAccountSettings.DefaultChain;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectionSettingsTest {

  @Test
  void defaultChainWhenNothingIsSaid() throws MissingCredentialsException {
    AwsAccountSettings settings = of(connection("endpoint: http://127.0.0.1:4566"));

    assertThat(settings.accountId()).isEqualTo("111122223333");
    assertThat(settings.region()).isEqualTo("eu-west-1");
    assertThat(settings.regions()).isEmpty();
    assertThat(settings.credentials()).isEqualTo(new DefaultChain());
    assertThat(settings.endpoint()).contains(URI.create("http://127.0.0.1:4566"));
  }

  @Test
  void keysOfASecretWithoutTheLineEndOfAFile() throws MissingCredentialsException {
    AwsAccountSettings settings =
        of(
            connection("credentials: {secretRef: {name: keys}}"),
            secret("AWS_ACCESS_KEY_ID", "AKIA\n", "AWS_SECRET_ACCESS_KEY", "hush\n"));

    assertThat(settings.credentials()).isEqualTo(new StaticKeys("AKIA", "hush", Optional.empty()));
  }

  @Test
  void roleFromKeys() throws MissingCredentialsException {
    AwsAccountSettings settings =
        of(
            connection(
                """
                credentials:
                  assumeRole:
                    roleArn: arn:aws:iam::111122223333:role/iasql
                    externalId: 0b7c1a
                    secretRef: {name: keys}
                """),
            secret(
                "AWS_ACCESS_KEY_ID", "ASIA",
                "AWS_SECRET_ACCESS_KEY", "hush",
                "AWS_SESSION_TOKEN", "token"));

    assertThat(settings.credentials())
        .isEqualTo(
            new AssumeRole(
                "arn:aws:iam::111122223333:role/iasql",
                Optional.of("0b7c1a"),
                new StaticKeys("ASIA", "hush", Optional.of("token"))));
  }

  @Test
  void roleFromTheDefaultChain() throws MissingCredentialsException {
    AwsAccountSettings settings =
        of(
            connection(
                "credentials: {assumeRole: {roleArn: 'arn:aws:iam::111122223333:role/iasql'}}"));

    assertThat(settings.credentials())
        .isEqualTo(
            new AssumeRole(
                "arn:aws:iam::111122223333:role/iasql", Optional.empty(), new DefaultChain()));
  }

  @Test
  void saysWhichSecretToCreate() {
    assertThatThrownBy(() -> of(connection("credentials: {secretRef: {name: keys}}")))
        .isInstanceOf(MissingCredentialsException.class)
        .hasMessage(
            "Secret keys is not in the connection's namespace: create it with keys"
                + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
  }

  @Test
  void saysWhichKeyToAdd() {
    assertThatThrownBy(
            () ->
                of(
                    connection("credentials: {secretRef: {name: keys}}"),
                    secret("AWS_ACCESS_KEY_ID", "AKIA", "AWS_SECRET_ACCESS_KEY", " ")))
        .hasMessage("Secret keys has no value for AWS_SECRET_ACCESS_KEY: add it.");
  }

  @Test
  void knowsTheSecretsItDependsOn() {
    assertThat(ConnectionSettings.secretNames(connection(""))).isEmpty();
    assertThat(ConnectionSettings.secretNames(connection("credentials: {secretRef: {name: keys}}")))
        .containsExactly("keys");
    assertThat(
            ConnectionSettings.secretNames(
                connection("credentials: {assumeRole: {roleArn: x, secretRef: {name: hub}}}")))
        .containsExactly("hub");
  }

  private static AwsAccountSettings of(AwsConnection connection, Secret... secrets)
      throws MissingCredentialsException {
    return ConnectionSettings.of(
        connection,
        name ->
            Arrays.stream(secrets)
                .filter(secret -> secret.getMetadata().getName().equals(name))
                .findFirst());
  }

  private static AwsConnection connection(String more) {
    return Serialization.unmarshal(
        "metadata: {name: staging, namespace: infra}\nspec:\n  accountId: '111122223333'\n"
            + "  region: eu-west-1\n"
            + more.indent(2),
        AwsConnection.class);
  }

  private static Secret secret(String... keysAndValues) {
    Map<String, String> data =
        IntStream.range(0, keysAndValues.length / 2)
            .boxed()
            .collect(
                Collectors.toMap(i -> keysAndValues[2 * i], i -> base64(keysAndValues[2 * i + 1])));
    return new SecretBuilder()
        .withNewMetadata()
        .withName("keys")
        .endMetadata()
        .withData(data)
        .build();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
