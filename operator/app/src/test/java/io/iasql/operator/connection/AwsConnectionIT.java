package io.iasql.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.AwsConnectionStatus;
import io.iasql.crds.Condition;
import io.iasql.operator.PeersResource;
import io.iasql.operator.TestCluster;
import io.iasql.operator.status.Conditions;
import io.iasql.peers.AwsPeer;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The operator in a real cluster, connecting to accounts of an emulator. */
@QuarkusTest
@QuarkusTestResource(PeersResource.class)
class AwsConnectionIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String KEYS = "credentials: {secretRef: {name: keys}}";

  @Inject AwsAccounts accounts;

  private KubernetesClient client;
  private String namespace;
  private AwsPeer aws;
  private AwsPeer.Account account;

  @BeforeEach
  void prepare() {
    client = TestCluster.client();
    namespace = TestCluster.newNamespace();
    aws = AwsPeer.shared();
    account = aws.newAccount();
  }

  @Test
  void confirmsTheAccount() {
    storeKeys(account);
    connect(aws.endpoint(), KEYS);

    AwsConnectionStatus status = awaitReason("AccountConfirmed");

    assertThat(status.accountId()).isEqualTo(account.id());
    assertThat(status.regions()).containsExactly("eu-west-1", "us-east-1");
    assertThat(status.lastVerified()).isNotNull();
    assertThat(status.observedGeneration()).isEqualTo(1);
    assertThat(status.conditions()).extracting(Condition::type).containsExactly("Ready");
    assertThat(accounts.scope(new ResourceID("staging", namespace)).accountId())
        .isEqualTo(account.id());
  }

  @Test
  void waitsForTheSecretAndThenForEachOfItsKeys() {
    connect(aws.endpoint(), KEYS);
    AwsConnectionStatus missing = awaitReason("CredentialsMissing");
    assertThat(missing.conditions())
        .extracting(Condition::type, Condition::status)
        .containsExactly(
            tuple("Ready", Condition.Status.FALSE), tuple("Stalled", Condition.Status.TRUE));
    assertThat(message(missing)).contains("Secret keys is not in the connection's namespace");

    storeKeys(Map.of("AWS_ACCESS_KEY_ID", account.accessKeyId()));
    await("the message names the key")
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(message(status())).contains("no value for AWS_SECRET_ACCESS_KEY"));

    storeKeys(account);
    awaitReason("AccountConfirmed");
  }

  @Test
  void refusesAnotherAccountUntilTheKeysAreRotated() {
    AwsPeer.Account other = aws.newAccount();
    storeKeys(other);
    connect(aws.endpoint(), KEYS);

    AwsConnectionStatus wrong = awaitReason("WrongAccount");
    assertThat(message(wrong)).contains(account.id(), other.id());
    assertThat(wrong.accountId()).isNull();

    storeKeys(account);
    awaitReason("AccountConfirmed");
    assertThat(events())
        .extracting(Event::getType, Event::getReason)
        .contains(tuple("Warning", "WrongAccount"), tuple("Normal", "AccountConfirmed"));
  }

  @Test
  void keepsTryingAnEndpointOutOfReach() throws IOException {
    storeKeys(account);
    connect(URI.create("http://127.0.0.1:" + unusedPort()), KEYS);

    AwsConnectionStatus unreachable = awaitReason("EndpointUnreachable");
    assertThat(unreachable.conditions())
        .extracting(Condition::type)
        .containsExactly("Ready", "Reconciling");

    connect(aws.endpoint(), KEYS);
    awaitReason("AccountConfirmed");
  }

  @Test
  void assumesARole() {
    storeKeys(account);
    connect(
        aws.endpoint(),
        "credentials: {assumeRole: {roleArn: 'arn:aws:iam::%s:role/iasql', externalId: 0b7c1a,"
                .formatted(account.id())
            + " secretRef: {name: keys}}}");

    assertThat(awaitReason("AccountConfirmed").accountId()).isEqualTo(account.id());
  }

  private void connect(URI endpoint, String credentials) {
    client
        .resource(
            Serialization.unmarshal(
                """
                apiVersion: iasql.io/v1alpha1
                kind: AwsConnection
                metadata: {name: staging, namespace: %s}
                spec:
                  accountId: "%s"
                  region: eu-west-1
                  regions: [us-east-1]
                  endpoint: %s
                  %s
                """
                    .formatted(namespace, account.id(), endpoint, credentials),
                AwsConnection.class))
        .forceConflicts()
        .serverSideApply();
  }

  private void storeKeys(AwsPeer.Account keys) {
    storeKeys(
        Map.of(
            "AWS_ACCESS_KEY_ID", keys.accessKeyId(),
            "AWS_SECRET_ACCESS_KEY", keys.secretAccessKey()));
  }

  private void storeKeys(Map<String, String> keys) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("keys")
                .endMetadata()
                .withStringData(keys)
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  private AwsConnectionStatus awaitReason(String reason) {
    await(reason)
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(status())
                    .isNotNull()
                    .satisfies(
                        status ->
                            assertThat(Conditions.find(status.conditions(), Conditions.READY))
                                .get()
                                .extracting(Condition::reason)
                                .isEqualTo(reason)));
    return status();
  }

  private AwsConnectionStatus status() {
    return client
        .resources(AwsConnection.class)
        .inNamespace(namespace)
        .withName("staging")
        .get()
        .getStatus();
  }

  private static String message(AwsConnectionStatus status) {
    return Conditions.find(status.conditions(), Conditions.READY).orElseThrow().message();
  }

  private List<Event> events() {
    return client.v1().events().inNamespace(namespace).list().getItems();
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
