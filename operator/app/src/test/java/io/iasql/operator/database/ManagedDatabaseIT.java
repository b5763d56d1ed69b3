package io.iasql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.operator.OperatorConfigs;
import io.iasql.operator.TestCluster;
import io.iasql.operator.database.DatabaseState.Blocked;
import io.iasql.operator.database.DatabaseState.Ready;
import io.iasql.operator.database.DatabaseState.Waiting;
import io.iasql.operator.status.EventRecorder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Against a real API server; the test plays the StatefulSet controller. An operator that runs
 * beside it leaves the environments alone, because they have no connection.
 */
class ManagedDatabaseIT {
  private final KubernetesClient client = TestCluster.client();
  private final String namespace = TestCluster.newNamespace();
  private final Deque<String> passwords = new ArrayDeque<>(List.of("first", "second", "third"));
  private final DatabaseProvisioner managed = provisioner("dns");
  private Environment environment;

  @BeforeEach
  void createEnvironment() {
    environment = client.resource(manifest("1Gi")).create();
  }

  @Test
  void makesEverythingOnceAndThenWaitsForThePod() {
    DatabaseState first = managed.provision(environment, stored());
    List<String> versions = versions();
    DatabaseState second = managed.provision(environment, stored());

    assertThat(first).isInstanceOf(Waiting.class).isEqualTo(second);
    assertThat(((Waiting) first).message()).contains("StatefulSet iasql-staging is starting");
    assertThat(versions()).isEqualTo(versions);
    assertThat(passwords).containsExactly("second", "third");
  }

  @Test
  void givesTheLoginWhenThePodIsReady() {
    managed.provision(environment, stored());
    playController(1);

    DatabaseEndpoint endpoint = ((Ready) managed.provision(environment, stored())).endpoint();

    assertThat(endpoint.host()).isEqualTo("iasql-staging." + namespace + ".svc");
    assertThat(endpoint.port()).isEqualTo(5432);
    assertThat(endpoint.user()).isEqualTo("iasql");
    assertThat(endpoint.password()).isEqualTo("first");
    assertThat(endpoint.sslMode()).isEqualTo("verify-full");
    assertThat(endpoint.certificates().orElseThrow()).content().contains("BEGIN CERTIFICATE");
  }

  @Test
  void startsThePodAnewWithACertificateThatIsAnew() {
    managed.provision(environment, stored());
    String before = certificateOfThePod();
    managed.provision(environment, stored());
    assertThat(certificateOfThePod()).isEqualTo(before);
    client.secrets().inNamespace(namespace).withName("iasql-staging-tls").delete();

    managed.provision(environment, stored());

    assertThat(certificateOfThePod()).isNotEqualTo(before);
  }

  @Test
  void renewsACertificateBeforeItsEndAndSaysSo() {
    provisioner("dns", past(Duration.ofDays(334))).provision(environment, stored());
    String before = certificateOfThePod();
    managed.provision(environment, stored());
    assertThat(certificateOfThePod()).as("31 days are left").isEqualTo(before);
    client.secrets().inNamespace(namespace).withName("iasql-staging-tls").delete();
    provisioner("dns", past(Duration.ofDays(336))).provision(environment, stored());
    String due = certificateOfThePod();

    managed.provision(environment, stored());

    String renewed = certificateOfThePod();
    assertThat(renewed).isNotEqualTo(due);
    managed.provision(environment, stored());
    assertThat(certificateOfThePod()).as("once").isEqualTo(renewed);
    assertThat(client.v1().events().inNamespace(namespace).list().getItems())
        .filteredOn(event -> event.getReason().equals("CertificateRenewed"))
        .singleElement()
        .satisfies(event -> assertThat(event.getMessage()).contains("iasql-staging-tls"));
  }

  private static Clock past(Duration ago) {
    return Clock.offset(Clock.systemUTC(), ago.negated());
  }

  private String certificateOfThePod() {
    return statefulSet()
        .getSpec()
        .getTemplate()
        .getMetadata()
        .getAnnotations()
        .get("iasql.io/certificate");
  }

  @Test
  void goesByTheClusterIpWhereDnsIsOutOfReach() {
    DatabaseProvisioner outside = provisioner("cluster-ip");
    outside.provision(environment, stored());
    playController(1);

    DatabaseEndpoint endpoint = ((Ready) outside.provision(environment, stored())).endpoint();

    assertThat(endpoint.host()).isEqualTo(service().getSpec().getClusterIP()).matches("[0-9.]+");
    assertThat(endpoint.sslMode()).isEqualTo("verify-ca");
  }

  @Test
  void dataAndPasswordOutliveTheEnvironment() {
    managed.provision(environment, stored());

    assertThat(secret().getMetadata().getOwnerReferences()).isEmpty();
    assertThat(statefulSet().getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> assertThat(owner.getUid()).isEqualTo(environment.getMetadata().getUid()));
    assertThat(statefulSet().getSpec().getPersistentVolumeClaimRetentionPolicy().getWhenDeleted())
        .isEqualTo("Retain");
  }

  @Test
  void doesNotMakeAnotherPasswordWhileTheDataIsThere() {
    managed.provision(environment, stored());
    bindClaim();
    client.resource(secret()).delete();

    DatabaseState state = managed.provision(environment, stored());

    assertThat(state).isInstanceOf(Blocked.class);
    assertThat(((Blocked) state).message()).contains("iasql-staging-owner", "data-iasql-staging-0");
    assertThat(passwords).containsExactly("third");
  }

  @Test
  void looksTwiceBeforeItMakesAPassword() {
    managed.provision(environment, stored());

    managed.provision(environment, new NothingCached());

    assertThat(ServiceBinding.of(secret()).password()).contains("first");
  }

  @Test
  void staysReadyAndTellsOnceWhenTheVolumeCannotGrow() {
    managed.provision(environment, stored());
    bindClaim();
    playController(1);
    environment.setSpec(manifest("2Gi").getSpec());

    DatabaseState first = managed.provision(environment, stored());
    DatabaseState second = managed.provision(environment, stored());

    assertThat(List.of(first, second)).allSatisfy(s -> assertThat(s).isInstanceOf(Ready.class));
    assertThat(statefulSet().getSpec().getVolumeClaimTemplates().get(0).getSpec().getResources())
        .extracting(r -> r.getRequests().get("storage"))
        .hasToString("1Gi");
    assertThat(client.v1().events().inNamespace(namespace).list().getItems())
        .filteredOn(event -> event.getReason().equals("VolumeNotGrown"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getCount()).isEqualTo(1);
              assertThat(event.getMessage()).contains("data-iasql-staging-0", "storageclass");
            });
  }

  @Test
  void growsTheVolumeWhereItsClassAllowsThat() {
    String storageClass = namespace;
    client
        .resource(
            new StorageClassBuilder()
                .withNewMetadata()
                .withName(storageClass)
                .endMetadata()
                .withProvisioner("example.com/none")
                .withAllowVolumeExpansion(true)
                .build())
        .create();
    managed.provision(environment, stored());
    bindClaim(storageClass);
    environment.setSpec(manifest("2Gi").getSpec());

    managed.provision(environment, stored());

    assertThat(client.resource(claim(storageClass)).get().getSpec().getResources().getRequests())
        .containsEntry("storage", new Quantity("2Gi"));
    client.storage().v1().storageClasses().withName(storageClass).delete();
  }

  @Test
  void bringsBackWhatSomebodyDeleted() {
    managed.provision(environment, stored());
    client.resource(service()).delete();

    managed.provision(environment, stored());

    assertThat(service()).isNotNull();
  }

  private DatabaseProvisioner provisioner(String address) {
    return provisioner(address, Clock.systemUTC());
  }

  private DatabaseProvisioner provisioner(String address, Clock clock) {
    return new ManagedDatabase(
        client,
        OperatorConfigs.with(Map.of("iasql.database.managed.address", address))
            .database()
            .managed(),
        new EventRecorder(client, Clock.systemUTC()),
        passwords::pop,
        clock);
  }

  private Environment manifest(String storage) {
    return Serialization.unmarshal(
        """
        apiVersion: iasql.io/v1alpha1
        kind: Environment
        metadata: {name: staging, namespace: %s}
        spec:
          awsConnectionRef: {name: staging}
          modules: [aws_s3]
          database: {managed: {storage: %s}}
        """
            .formatted(namespace, storage),
        Environment.class);
  }

  private void bindClaim() {
    bindClaim(null);
  }

  private void bindClaim(String storageClass) {
    PersistentVolumeClaim claim = client.resource(claim(storageClass)).create();
    claim.getStatus().setPhase("Bound");
    claim.getStatus().setCapacity(Map.of("storage", new Quantity("1Gi")));
    client.resource(claim).updateStatus();
  }

  private PersistentVolumeClaim claim(String storageClass) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName("data-iasql-staging-0")
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storageClass)
        .withNewResources()
        .addToRequests("storage", new Quantity("1Gi"))
        .endResources()
        .endSpec()
        .build();
  }

  private void playController(int ready) {
    client
        .resource(
            new StatefulSetBuilder(statefulSet())
                .withNewStatus()
                .withReplicas(ready)
                .withReadyReplicas(ready)
                .endStatus()
                .build())
        .updateStatus();
  }

  private Secret secret() {
    return client.secrets().inNamespace(namespace).withName("iasql-staging-owner").get();
  }

  private Service service() {
    return client.services().inNamespace(namespace).withName("iasql-staging").get();
  }

  private StatefulSet statefulSet() {
    return client.apps().statefulSets().inNamespace(namespace).withName("iasql-staging").get();
  }

  private List<String> versions() {
    return List.of(
        secret().getMetadata().getResourceVersion(),
        service().getMetadata().getResourceVersion(),
        statefulSet().getMetadata().getResourceVersion());
  }

  private KubernetesObjects stored() {
    return new Stored(client);
  }

  private record Stored(KubernetesClient client) implements KubernetesObjects {
    @Override
    public <T extends HasMetadata> Optional<T> find(Class<T> type, String namespace, String name) {
      return Optional.ofNullable(
          client.resources(type).inNamespace(namespace).withName(name).get());
    }
  }

  private record NothingCached() implements KubernetesObjects {
    @Override
    public <T extends HasMetadata> Optional<T> find(Class<T> type, String namespace, String name) {
      return Optional.empty();
    }
  }
}
