package io.iasql.operator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.engine.Parameters;
import io.iasql.engine.plan.Draft;
import io.iasql.operator.transaction.Inputs.MissingInputException;
import io.iasql.operator.transaction.Inputs.ReservedInputException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where SQL and parameters come from. */
class InputsTest {
  private final Map<String, ConfigMap> configMaps = new HashMap<>();
  private final Map<String, Secret> secrets = new HashMap<>();
  private final Map<Secret, String> reserved = new HashMap<>();

  private Draft of(String spec) throws MissingInputException, ReservedInputException {
    return Inputs.of(
        "infra",
        Serialization.unmarshal(
            "environmentRef: {name: staging}\n" + spec, SqlTransactionSpec.class),
        name -> Optional.ofNullable(configMaps.get(name)),
        name -> Optional.ofNullable(secrets.get(name)),
        secret -> Optional.ofNullable(reserved.get(secret)));
  }

  private void secret(String name, Map<String, byte[]> data) {
    Map<String, String> encoded = new HashMap<>();
    data.forEach((key, value) -> encoded.put(key, Base64.getEncoder().encodeToString(value)));
    secrets.put(name, new SecretBuilder().withData(encoded).build());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldTakeTheTextOfTheSpec() throws MissingInputException, ReservedInputException {
    assertThat(of("sql: SELECT 1")).isEqualTo(new Draft.Statements("SELECT 1"));
  }

  @Test
  void shouldTakeTheTextOfAConfigMap() throws MissingInputException, ReservedInputException {
    configMaps.put("site", new ConfigMapBuilder().addToData("one", "SELECT 2").build());

    assertThat(of("sqlFrom: {configMapKeyRef: {name: site, key: one}}"))
        .isEqualTo(new Draft.Statements("SELECT 2"));
    assertThatThrownBy(() -> of("sqlFrom: {configMapKeyRef: {name: site, key: two}}"))
        .isInstanceOf(MissingInputException.class)
        .hasMessageContaining("ConfigMap site has no SQL under key two");
    assertThatThrownBy(() -> of("sqlFrom: {configMapKeyRef: {name: home, key: one}}"))
        .hasMessageContaining("ConfigMap home, which spec.sqlFrom names, does not exist");
    configMaps.put("site", new ConfigMapBuilder().build());
    assertThatThrownBy(() -> of("sqlFrom: {configMapKeyRef: {name: site, key: one}}"))
        .hasMessageContaining("has no SQL under key one");
  }

  @Test
  void shouldUndoTheTransactionOfItsNamespace()
      throws MissingInputException, ReservedInputException {
    assertThat(of("undoOf: {name: before}")).isEqualTo(new Draft.Undo("infra/before"));
  }

  @Test
  void shouldTakeParametersFromTheSpecBeforeThoseOfSecretsAndTheLastOfThese()
      throws MissingInputException, ReservedInputException {
    secret("first", Map.of("a", utf8("1"), "b", utf8("1"), "c", utf8("1")));
    secret("second", Map.of("b", utf8("2"), "c", utf8("2")));

    Draft draft =
        of(
            """
            sql: SELECT 1
            parameters: [{name: c, value: "3"}, {name: d, value: ""}]
            parametersFrom: [{secretRef: {name: first}}, {secretRef: {name: second}}]
            """);

    assertThat(draft.parameters())
        .isEqualTo(Parameters.of(Map.of("c", "3", "d", ""), Map.of("a", "1", "b", "2")));
    assertThat(draft.parameters().isSecret("b")).isTrue();
    assertThat(draft.parameters().isSecret("c")).isFalse();
    assertThat(draft.toString()).doesNotContain("=1").contains("[a, b, c, d]");
  }

  @Test
  void shouldSayWhichSecretIsMissingOrIsNoText() {
    assertThatThrownBy(() -> of("sql: SELECT 1\nparametersFrom: [{secretRef: {name: none}}]"))
        .isInstanceOf(MissingInputException.class)
        .hasMessageContaining("Secret none, which spec.parametersFrom names, does not exist");
    secret("binary", Map.of("key", new byte[] {(byte) 0xff, 0}));
    assertThatThrownBy(() -> of("sql: SELECT 1\nparametersFrom: [{secretRef: {name: binary}}]"))
        .hasMessageContaining("Key key of Secret binary is not text in UTF-8");
  }

  @Test
  void shouldRefuseASecretThatIsForSomethingElse() {
    secret("token", Map.of("token", utf8("t")));
    secret("keys", Map.of("AWS_SECRET_ACCESS_KEY", utf8("k")));
    reserved.put(secrets.get("keys"), "the credentials of AwsConnection aws");

    assertThatThrownBy(
            () ->
                of(
                    """
                    sql: SELECT 1
                    parametersFrom: [{secretRef: {name: token}}, {secretRef: {name: keys}}]
                    """))
        .isInstanceOf(ReservedInputException.class)
        .hasMessage(
            "Secret keys, which spec.parametersFrom names, is the credentials of AwsConnection aws"
                + " and is never given to SQL: put what the SQL needs into another Secret.");
  }
}
