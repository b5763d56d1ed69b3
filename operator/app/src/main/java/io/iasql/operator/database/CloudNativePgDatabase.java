package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.operator.database.DatabaseState.Blocked;
import io.iasql.operator.database.DatabaseState.Ready;
import io.iasql.operator.database.DatabaseState.Waiting;
import io.iasql.operator.status.ApiServer;
import io.iasql.operator.status.Reason;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A {@code Cluster} of CloudNativePG for each environment: replicated PostgreSQL whose primary is
 * always behind the same Service. The Cluster does not belong to the Environment: it stays, with
 * its data, until somebody deletes it, and the next Environment of the name goes on with it.
 *
 * <p>By server-side apply only what the Environment says is set. What else a Cluster can have, such
 * as backups and affinity, is for people to set.
 *
 * <p>Names and fields are those of CloudNativePG's API reference ({@code postgresql.cnpg.io/v1})
 * and of its pages "Connecting from an application" and "Certificates".
 */
final class CloudNativePgDatabase implements DatabaseProvisioner {
  private static final String PROVIDER = "cloudNativePg";
  private static final String APPLIED = "iasql.io/applied";
  private static final String DEFAULT_PORT = "5432";
  private static final Duration SOON = Duration.ofSeconds(5);

  private final KubernetesClient client;

  CloudNativePgDatabase(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public DatabaseState provision(Environment environment, KubernetesObjects objects) {
    CloudNativePgCluster wanted = new CloudNativePgCluster(environment);
    GenericKubernetesResource cluster;
    try {
      cluster = apply(wanted);
    } catch (KubernetesClientException e) {
      if (isWithoutCloudNativePg(e)) {
        return new Blocked(
            Reason.DATABASE_FAILED,
            "CloudNativePG is not in this cluster: install it, or choose another kind of"
                + " database. It is looked for again.");
      }
      if (e.getCode() == UNPROCESSABLE) {
        return new Blocked(
            Reason.DATABASE_FAILED,
            "CloudNativePG refuses Cluster %s: %s".formatted(wanted.name(), ApiServer.said(e)));
      }
      throw e;
    }
    Optional<String> authority = text(cluster, "status", "certificates", "serverCASecret");
    if (!isServing(cluster) || authority.isEmpty()) {
      return new Waiting(Reason.DATABASE_STARTING, awaited(wanted, cluster), SOON);
    }
    return ready(environment, objects, wanted, authority.get());
  }

  private static final int UNPROCESSABLE = 422;

  private DatabaseState ready(
      Environment environment,
      KubernetesObjects objects,
      CloudNativePgCluster wanted,
      String authority) {
    String namespace = environment.getMetadata().getNamespace();
    Optional<ServiceBinding> login =
        objects.find(Secret.class, namespace, wanted.secretName()).map(ServiceBinding::of);
    Optional<String> certificates =
        objects
            .find(Secret.class, namespace, authority)
            .map(ServiceBinding::of)
            .flatMap(ServiceBinding::certificates);
    if (login.isEmpty() || !login.get().missing().isEmpty() || certificates.isEmpty()) {
      return new Waiting(
          Reason.DATABASE_SECRET_MISSING,
          "CloudNativePG has not written Secrets %s and %s of Cluster %s yet."
              .formatted(wanted.secretName(), authority, wanted.name()),
          SOON);
    }
    return new Ready(
        new DatabaseEndpoint(
            PROVIDER,
            wanted.dnsName(),
            Integer.parseInt(login.get().port().orElse(DEFAULT_PORT)),
            login.get().database().orElseThrow(),
            login.get().username().orElseThrow(),
            login.get().password().orElseThrow(),
            "verify-full",
            certificates.map(CertificateFiles::file)));
  }

  /** Sends nothing while all is as it should be. */
  private GenericKubernetesResource apply(CloudNativePgCluster wanted) {
    GenericKubernetesResource cluster = wanted.resource();
    String digest =
        UUID.nameUUIDFromBytes(Serialization.asJson(cluster).getBytes(StandardCharsets.UTF_8))
            .toString();
    Resource<GenericKubernetesResource> there =
        client
            .genericKubernetesResources(CloudNativePgCluster.KIND)
            .inNamespace(cluster.getMetadata().getNamespace())
            .resource(cluster);
    GenericKubernetesResource known = there.get();
    if (known != null
        && known.getMetadata().getAnnotations() != null
        && digest.equals(known.getMetadata().getAnnotations().get(APPLIED))) {
      return known;
    }
    cluster.getMetadata().setAnnotations(Map.of(APPLIED, digest));
    return there.fieldManager(ManagedDatabaseObjects.OPERATOR).forceConflicts().serverSideApply();
  }

  /** A kind that the API server does not know has no address there. */
  private static boolean isWithoutCloudNativePg(KubernetesClientException e) {
    return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
  }

  /** A switch to another primary is an outage that the engine waits out, and no state of ours. */
  private static boolean isServing(GenericKubernetesResource cluster) {
    Object ready = cluster.get("status", "readyInstances");
    return ready instanceof Number count && count.intValue() > 0;
  }

  private static String awaited(CloudNativePgCluster wanted, GenericKubernetesResource cluster) {
    String phase =
        text(cluster, "status", "phase").map(p -> ", CloudNativePG says: " + p).orElse("");
    String why = text(cluster, "status", "phaseReason").map(r -> " (" + r + ")").orElse("");
    return "Cluster %s is starting%s%s.".formatted(wanted.name(), phase, why);
  }

  private static Optional<String> text(GenericKubernetesResource resource, Object... path) {
    return Optional.ofNullable(resource.<Object>get(path))
        .map(Object::toString)
        .filter(text -> !text.isBlank());
  }
}
