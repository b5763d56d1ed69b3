package io.iasql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.quickstart.Adaptation.Adapted;
import io.iasql.quickstart.Manifests.Document;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AdaptationTest {
  private static final String ACCOUNT = "111122223333";

  private static Adapted adapt(String kind, String spec) throws JsonProcessingException {
    String json =
        "{\"apiVersion\": \"iasql.io/v1alpha1\", \"kind\": \"%s\","
            + " \"metadata\": {\"name\": \"staging\", \"namespace\": \"infra\"}, \"spec\": %s}";
    ObjectNode object = (ObjectNode) new ObjectMapper().readTree(json.formatted(kind, spec));
    Adaptation adaptation = new Adaptation(ACCOUNT, secret -> secret.name().equals("there"));
    return adaptation.of(new Document(Path.of("x.yaml"), object));
  }

  @Test
  void shouldLeaveAloneWhatWorksAsItIs() throws JsonProcessingException {
    assertThat(adapt("AwsConnection", "{\"accountId\": \"111122223333\"}").remarks()).isEmpty();
    assertThat(
            adapt(
                    "AwsConnection",
                    "{\"accountId\": \"1\", \"credentials\": {\"secretRef\": {\"name\": \"there\"}}}")
                .remarks())
        .isEmpty();
    assertThat(
            adapt("Environment", "{\"database\": {\"external\": {\"secretRef\": {}}}}").remarks())
        .isEmpty();
  }

  @Test
  void shouldMakeMissingSecretOfConnection() throws JsonProcessingException {
    Adapted adapted =
        adapt(
            "AwsConnection",
            "{\"accountId\": \"444455556666\","
                + " \"credentials\": {\"secretRef\": {\"name\": \"aws-staging\"}}}");

    assertThat(adapted.extras()).hasSize(1);
    ObjectNode secret = adapted.extras().get(0);
    assertThat(secret.at("/metadata/name").asText()).isEqualTo("aws-staging");
    assertThat(secret.at("/metadata/namespace").asText()).isEqualTo("infra");
    assertThat(secret.at("/stringData/AWS_ACCESS_KEY_ID").asText()).isEqualTo("444455556666");
    assertThat(adapted.remarks()).hasSize(1);
  }

  @Test
  void shouldGiveKeysToConnectionOfAnotherAccount() throws JsonProcessingException {
    Adapted adapted = adapt("AwsConnection", "{\"accountId\": \"444455556666\"}");

    assertThat(adapted.object().at("/spec/credentials/secretRef/name").asText())
        .isEqualTo(adapted.extras().get(0).at("/metadata/name").asText())
        .isNotEmpty();
  }

  @Test
  void shouldReplaceDatabaseThatTakesNode() throws JsonProcessingException {
    Adapted adapted = adapt("Environment", "{\"database\": {\"managed\": {\"storage\": \"1Gi\"}}}");

    assertThat(adapted.object().at("/spec/database").isMissingNode()).isTrue();
    assertThat(adapted.remarks()).hasSize(1);
  }

  @Test
  void shouldKeepUsersOfDatabaseThatTakesNode() throws JsonProcessingException {
    Adapted adapted =
        adapt(
            "Environment",
            "{\"database\": {\"managed\": {}, \"users\": [{\"name\": \"alice\", \"role\": \"Reader\"}]}}");

    assertThat(adapted.object().at("/spec/database/managed").isMissingNode()).isTrue();
    assertThat(adapted.object().at("/spec/database/users/0/name").asText()).isEqualTo("alice");
    assertThat(adapted.remarks()).hasSize(1);
  }
}
