package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Managed;
import io.iasql.crds.EnvironmentSpec.Resources;
import io.iasql.operator.OperatorConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The Kubernetes objects of one managed database, as they should be. */
final class ManagedDatabaseObjects {
  static final String OPERATOR = "iasql-operator";
  static final String DATABASE = "iasql";
  static final String USER = "iasql";
  static final int PORT = 5432;

  private static final String VOLUME = "data";
  private static final String PORT_NAME = "postgresql";
  // Images up to PostgreSQL 17 declare a volume at …/data, later ones at the parent: a folder
  // beside both is on our volume whatever the image says.
  private static final String MOUNT = "/var/lib/postgresql";
  private static final String DATA_FOLDER = MOUNT + "/pgdata";
  private static final String TLS = "tls";
  private static final String TLS_MOUNT = "/etc/postgresql-tls";
  // Who is let in (PostgreSQL manual, 'The pg_hba.conf File'): from outside the pod nobody without
  // TLS.
  private static final String HBA = "pg_hba.conf";
  private static final String HBA_LINES =
      """
      local   all all     trust
      hostssl all all all scram-sha-256
      """;
  // The server reads its certificate when it starts: another one is another pod.
  private static final String CERTIFICATE = "iasql.io/certificate";
  // PostgreSQL takes a key of root that its own group may read, and nobody else.
  private static final int READABLE_BY_GROUP = 0440;

  private final Environment environment;
  private final OperatorConfig.Managed config;
  private final Optional<Managed> spec;

  ManagedDatabaseObjects(Environment environment, OperatorConfig.Managed config) {
    this.environment = environment;
    this.config = config;
    this.spec =
        Optional.ofNullable(environment.getSpec().database()).map(database -> database.managed());
  }

  String namespace() {
    return environment.getMetadata().getNamespace();
  }

  /** A Service's name starts with a letter, an environment's need not. */
  String name() {
    return "iasql-" + environment.getMetadata().getName();
  }

  String secretName() {
    return name() + "-owner";
  }

  /** With the certificate of the server, its key, and who is let in. */
  String tlsSecretName() {
    return name() + "-tls";
  }

  String claimName() {
    return VOLUME + "-" + name() + "-0";
  }

  String podName() {
    return name() + "-0";
  }

  String storage() {
    return spec.map(Managed::storage).orElseGet(config::storage);
  }

  /** The names that clients in the cluster may call it by. */
  List<String> dnsNames() {
    return List.of(
        name(), name() + "." + namespace(), dnsName(), dnsName() + ".cluster.local", "localhost");
  }

  String dnsName() {
    return name() + "." + namespace() + ".svc";
  }

  /** Not owned by the environment: it outlives it, as the data does. */
  Secret secret(String password) {
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace(namespace())
        .withName(secretName())
        .withLabels(labels())
        .endMetadata()
        .withType(ServiceBinding.TYPE)
        .withStringData(
            ServiceBinding.entries(dnsName(), PORT, DATABASE, USER, password, Optional.empty()))
        .build();
  }

  /** A type that whoever writes certificates knows; goes with the environment. */
  Secret tlsSecret(ServerCertificate certificate) {
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace(namespace())
        .withName(tlsSecretName())
        .withLabels(labels())
        .withOwnerReferences(owner())
        .endMetadata()
        .withType("kubernetes.io/tls")
        .withStringData(
            sorted(
                Map.of(
                    "tls.crt",
                    certificate.certificate(),
                    "tls.key",
                    certificate.key(),
                    "ca.crt",
                    certificate.certificate(),
                    HBA,
                    HBA_LINES)))
        .build();
  }

  Service service() {
    return new ServiceBuilder()
        .withNewMetadata()
        .withNamespace(namespace())
        .withName(name())
        .withLabels(labels())
        .withOwnerReferences(owner())
        .endMetadata()
        .withNewSpec()
        .withType("ClusterIP")
        .withSelector(selector())
        .addNewPort()
        .withName(PORT_NAME)
        .withPort(PORT)
        .withNewTargetPort(PORT_NAME)
        .endPort()
        .endSpec()
        .build();
  }

  Service headlessService() {
    return new ServiceBuilder(service())
        .editMetadata()
        .withName(name() + "-pods")
        .endMetadata()
        .editSpec()
        .withClusterIP("None")
        .withPublishNotReadyAddresses(true)
        .endSpec()
        .build();
  }

  /**
   * @param claimed the size in the claim template, which Kubernetes never lets change
   * @param certificate that of the Secret with the server's, PEM
   */
  StatefulSet statefulSet(String claimed, String certificate) {
    return new StatefulSetBuilder()
        .withNewMetadata()
        .withNamespace(namespace())
        .withName(name())
        .withLabels(labels())
        .withOwnerReferences(owner())
        .endMetadata()
        .withNewSpec()
        .withReplicas(1)
        .withServiceName(name() + "-pods")
        .withNewSelector()
        .withMatchLabels(selector())
        .endSelector()
        .withNewPersistentVolumeClaimRetentionPolicy()
        .withWhenDeleted("Retain")
        .withWhenScaled("Retain")
        .endPersistentVolumeClaimRetentionPolicy()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels())
        .withAnnotations(Map.of(CERTIFICATE, digest(certificate)))
        .endMetadata()
        .withNewSpec()
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(60L)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(config.runAsUser())
        .withRunAsGroup(config.runAsUser())
        .withFsGroup(config.runAsUser())
        // A large volume would be walked at every start, and PostgreSQL's folder opened to its
        // group.
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(container())
        .addNewVolume()
        .withName(TLS)
        .withNewSecret()
        .withSecretName(tlsSecretName())
        .withDefaultMode(READABLE_BY_GROUP)
        .endSecret()
        .endVolume()
        .addNewVolume()
        .withName("run")
        .withNewEmptyDir()
        .endEmptyDir()
        .endVolume()
        .addNewVolume()
        .withName("tmp")
        .withNewEmptyDir()
        .endEmptyDir()
        .endVolume()
        .endSpec()
        .endTemplate()
        .withVolumeClaimTemplates(claim(claimed))
        .endSpec()
        .build();
  }

  private Container container() {
    return new ContainerBuilder()
        .withName("postgresql")
        .withImage(config.image())
        .withArgs(
            "-c",
            "ssl=on",
            "-c",
            "ssl_cert_file=" + TLS_MOUNT + "/tls.crt",
            "-c",
            "ssl_key_file=" + TLS_MOUNT + "/tls.key",
            "-c",
            "hba_file=" + TLS_MOUNT + "/" + HBA)
        .withEnv(
            variable("POSTGRES_USER", "username"),
            variable("POSTGRES_PASSWORD", "password"),
            variable("POSTGRES_DB", "database"),
            new EnvVar("PGDATA", DATA_FOLDER, null))
        .addNewPort()
        .withName(PORT_NAME)
        .withContainerPort(PORT)
        .endPort()
        .withNewReadinessProbe()
        .withNewExec()
        // While it sets the database up, the image listens on its socket only.
        .withCommand("pg_isready", "-h", "127.0.0.1", "-U", USER, "-d", DATABASE)
        .endExec()
        .withPeriodSeconds(5)
        .withTimeoutSeconds(5)
        .endReadinessProbe()
        .withResources(resources())
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .addNewVolumeMount()
        .withName(VOLUME)
        .withMountPath(MOUNT)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName("run")
        .withMountPath("/var/run/postgresql")
        .endVolumeMount()
        .addNewVolumeMount()
        .withName("tmp")
        .withMountPath("/tmp")
        .endVolumeMount()
        .addNewVolumeMount()
        .withName(TLS)
        .withMountPath(TLS_MOUNT)
        .withReadOnly(true)
        .endVolumeMount()
        .build();
  }

  private static String digest(String certificate) {
    return UUID.nameUUIDFromBytes(certificate.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private PersistentVolumeClaim claim(String size) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(VOLUME)
        .withLabels(labels())
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(spec.map(Managed::storageClassName).orElse(null))
        .withNewResources()
        .addToRequests("storage", new Quantity(size))
        .endResources()
        .endSpec()
        .build();
  }

  private ResourceRequirements resources() {
    Optional<Resources> wanted = spec.map(Managed::resources);
    if (wanted.isEmpty()) {
      return new ResourceRequirementsBuilder()
          .addToRequests("cpu", new Quantity("50m"))
          .addToRequests("memory", new Quantity("256Mi"))
          .build();
    }
    return new ResourceRequirementsBuilder()
        .withRequests(sorted(wanted.get().requests()))
        .withLimits(sorted(wanted.get().limits()))
        .build();
  }

  private EnvVar variable(String name, String key) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewSecretKeyRef(key, secretName(), false)
        .endValueFrom()
        .build();
  }

  private Map<String, String> selector() {
    return sorted(
        Map.of("app.kubernetes.io/name", "postgresql", "app.kubernetes.io/instance", name()));
  }

  private Map<String, String> labels() {
    return sorted(
        Map.of(
            "app.kubernetes.io/name",
            "postgresql",
            "app.kubernetes.io/instance",
            name(),
            "app.kubernetes.io/managed-by",
            OPERATOR,
            "iasql.io/environment",
            environment.getMetadata().getName()));
  }

  /** The same objects have the same JSON in every process. */
  private static <V> Map<String, V> sorted(Map<String, V> map) {
    return new TreeMap<>(map);
  }

  private List<OwnerReference> owner() {
    return List.of(
        new OwnerReferenceBuilder()
            .withApiVersion(environment.getApiVersion())
            .withKind(environment.getKind())
            .withName(environment.getMetadata().getName())
            .withUid(environment.getMetadata().getUid())
            .withController(true)
            .build());
  }
}
