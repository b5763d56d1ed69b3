package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec;
import io.iasql.operator.OperatorConfigs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ManagedDatabaseObjectsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/managed-database.yaml");

  @Test
  void objectsAreThoseOfTheGoldenFile() throws IOException {
    Environment environment =
        Serialization.unmarshal(
            """
            apiVersion: iasql.io/v1alpha1
            kind: Environment
            metadata: {name: staging, namespace: infra, uid: 5f0c}
            spec:
              database:
                managed:
                  storage: 2Gi
                  storageClassName: fast
                  resources: {requests: {cpu: 100m}, limits: {memory: 1Gi}}
            """,
            Environment.class);
    ManagedDatabaseObjects objects =
        new ManagedDatabaseObjects(environment, OperatorConfigs.defaults().database().managed());

    String yaml =
        Stream.<HasMetadata>of(
                objects.secret("hush"),
                objects.headlessService(),
                objects.service(),
                objects.tlsSecret(new ServerCertificate("of the server", "of the key")),
                objects.statefulSet(objects.storage(), "of the server"))
            .map(Serialization::asYaml)
            .collect(Collectors.joining());

    assertThat(yaml).isEqualTo(Files.readString(GOLDEN));
  }

  @Test
  void namesFitEvenTheLongestEnvironment() {
    Environment environment = new Environment();
    environment.getMetadata().setName("9".repeat(40));
    environment.getMetadata().setNamespace("infra");
    environment.setSpec(
        new EnvironmentSpec(null, null, null, null, null, null, null, null, null, null, null));
    ManagedDatabaseObjects objects =
        new ManagedDatabaseObjects(environment, OperatorConfigs.defaults().database().managed());

    // A label holds the name of the StatefulSet and a hash of 10 characters.
    assertThat(objects.name()).matches("[a-z][a-z0-9-]*").hasSizeLessThanOrEqualTo(63 - 11);
    assertThat(objects.headlessService().getMetadata().getName()).hasSizeLessThanOrEqualTo(63);
    assertThat(objects.storage()).isEqualTo("1Gi");
  }
}
