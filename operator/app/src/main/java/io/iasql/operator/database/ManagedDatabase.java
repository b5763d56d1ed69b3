package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.operator.OperatorConfig;
import io.iasql.operator.OperatorConfig.Managed.Address;
import io.iasql.operator.database.DatabaseState.Blocked;
import io.iasql.operator.database.DatabaseState.Ready;
import io.iasql.operator.database.DatabaseState.Waiting;
import io.iasql.operator.status.ApiServer;
import io.iasql.operator.status.EventRecorder;
import io.iasql.operator.status.Reason;
import java.math.BigDecimal;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A StatefulSet of one PostgreSQL per environment. The StatefulSet and its Services belong to the
 * Environment and go with it; the volume and the Secret with the password stay.
 */
final class ManagedDatabase implements DatabaseProvisioner {
  private static final String PROVIDER = "managed";
  // What was applied last, so that nothing is sent while all is as it should be.
  private static final String APPLIED = "iasql.io/applied";
  private static final int UNPROCESSABLE = 422;
  // Nobody says when the pod is ready.
  private static final Duration SOON = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final OperatorConfig.Managed config;
  private final EventRecorder events;
  private final Supplier<String> passwords;
  private final Clock clock;
  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  /**
   * @param passwords makes passwords of letters, digits, {@code -} and {@code _}
   */
  ManagedDatabase(
      KubernetesClient client,
      OperatorConfig.Managed config,
      EventRecorder events,
      Supplier<String> passwords,
      Clock clock) {
    this.client = client;
    this.events = events;
    this.config = config;
    this.passwords = passwords;
    this.clock = clock;
  }

  @Override
  public DatabaseState provision(Environment environment, KubernetesObjects objects) {
    ManagedDatabaseObjects wanted = new ManagedDatabaseObjects(environment, config);
    Optional<Secret> secret = secret(wanted, objects);
    if (secret.isEmpty()) {
      return new Blocked(
          Reason.DATABASE_SECRET_MISSING,
          "Secret %s with the password of the database is gone, but the data is still there:"
                  .formatted(wanted.secretName())
              + " restore the Secret, or delete PersistentVolumeClaim %s to start anew."
                  .formatted(wanted.claimName()));
    }
    Optional<StatefulSet> known =
        objects.find(StatefulSet.class, wanted.namespace(), wanted.name());
    String certificate = certificate(environment, wanted, objects);
    apply(wanted.headlessService(), objects);
    Service service = apply(wanted.service(), objects);
    StatefulSet set =
        apply(wanted.statefulSet(claimed(known, wanted.storage()), certificate), objects);
    growVolume(environment, wanted, known);
    return isReady(set)
        ? new Ready(endpoint(wanted, service, secret.get(), certificate))
        : new Waiting(Reason.DATABASE_STARTING, awaited(wanted), SOON);
  }

  /** The Secret, made on first use; empty when it was lost. */
  private Optional<Secret> secret(ManagedDatabaseObjects wanted, KubernetesObjects objects) {
    Optional<Secret> known = objects.find(Secret.class, wanted.namespace(), wanted.secretName());
    if (known.isPresent()) {
      return known;
    }
    // Caches lag: only the API server knows whether it was ever made.
    Secret first = wanted.secret(passwords.get());
    Optional<Secret> there = Optional.ofNullable(client.resource(first).get());
    if (there.isPresent() || claim(wanted).isPresent()) {
      return there;
    }
    try {
      return Optional.of(client.resource(first).create());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return Optional.ofNullable(client.resource(first).get());
      }
      throw e;
    }
  }

  /** The server's certificate, PEM, made on first use, and anew when it was lost or is due. */
  private String certificate(
      Environment environment, ManagedDatabaseObjects wanted, KubernetesObjects objects) {
    return objects
        .find(Secret.class, wanted.namespace(), wanted.tlsSecretName())
        .flatMap(ManagedDatabase::certificate)
        .filter(certificate -> ServerCertificate.due(certificate, clock.instant()).isEmpty())
        .orElseGet(() -> makeCertificate(environment, wanted));
  }

  private static Optional<String> certificate(Secret secret) {
    return secret.getData() == null || !secret.getData().containsKey("tls.key")
        ? Optional.empty()
        : ServiceBinding.of(secret).certificates();
  }

  private String makeCertificate(Environment environment, ManagedDatabaseObjects wanted) {
    Instant now = clock.instant();
    Secret made = wanted.tlsSecret(ServerCertificate.issue(wanted.dnsNames(), now));
    // Caches lag: only the API server knows whether it was ever made.
    Secret there = client.resource(made).get();
    if (there == null) {
      there = client.resource(made).create();
    }
    Optional<Instant> end = certificate(there).flatMap(c -> ServerCertificate.due(c, now));
    if (end.isPresent()) {
      there = client.resource(made).patch(PatchContext.of(PatchType.JSON_MERGE));
      events.normal(
          environment,
          Reason.CERTIFICATE_RENEWED,
          "The certificate in Secret %s was good until %s: the database starts anew with another."
              .formatted(wanted.tlsSecretName(), end.get()));
    }
    return certificate(there)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Secret %s has no certificate: delete it, and it is made anew."
                        .formatted(wanted.tlsSecretName())));
  }

  private Optional<PersistentVolumeClaim> claim(ManagedDatabaseObjects wanted) {
    return Optional.ofNullable(
        client
            .persistentVolumeClaims()
            .inNamespace(wanted.namespace())
            .withName(wanted.claimName())
            .get());
  }

  @SuppressWarnings("unchecked")
  private <T extends HasMetadata> T apply(T wanted, KubernetesObjects objects) {
    String digest =
        UUID.nameUUIDFromBytes(Serialization.asJson(wanted).getBytes(StandardCharsets.UTF_8))
            .toString();
    Optional<T> known =
        objects
            .find(
                (Class<T>) wanted.getClass(),
                wanted.getMetadata().getNamespace(),
                wanted.getMetadata().getName())
            .filter(object -> digest.equals(annotation(object)));
    if (known.isPresent()) {
      return known.get();
    }
    wanted.getMetadata().setAnnotations(Map.of(APPLIED, digest));
    return client
        .resource(wanted)
        .fieldManager(ManagedDatabaseObjects.OPERATOR)
        .forceConflicts()
        .serverSideApply();
  }

  private static String annotation(HasMetadata object) {
    Map<String, String> annotations = object.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(APPLIED);
  }

  private static String claimed(Optional<StatefulSet> known, String wanted) {
    return known.map(ManagedDatabase::claimed).orElse(wanted);
  }

  private static String claimed(StatefulSet set) {
    return storage(set.getSpec().getVolumeClaimTemplates().get(0)).toString();
  }

  private static Quantity storage(PersistentVolumeClaim claim) {
    return claim.getSpec().getResources().getRequests().get("storage");
  }

  /** Grows the volume, where its class allows that; where not, people are told once. */
  private void growVolume(
      Environment environment, ManagedDatabaseObjects wanted, Optional<StatefulSet> known) {
    if (known.isEmpty() || claimed(known.get()).equals(wanted.storage())) {
      return;
    }
    Quantity size = new Quantity(wanted.storage());
    claim(wanted)
        // Kubernetes grows bound volumes only.
        .filter(claim -> "Bound".equals(claim.getStatus().getPhase()))
        .filter(claim -> amount(storage(claim)).compareTo(amount(size)) < 0)
        .filter(claim -> !refused.contains(attempt(claim, size)))
        .ifPresent(claim -> growVolume(environment, claim, size));
  }

  private void growVolume(Environment environment, PersistentVolumeClaim claim, Quantity size) {
    try {
      client
          .resource(claim)
          .edit(
              latest ->
                  new PersistentVolumeClaimBuilder(latest)
                      .editSpec()
                      .editResources()
                      .addToRequests("storage", size)
                      .endResources()
                      .endSpec()
                      .build());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN && e.getCode() != UNPROCESSABLE) {
        throw e;
      }
      refused.add(attempt(claim, size));
      events.warning(
          environment,
          Reason.VOLUME_NOT_GROWN,
          "PersistentVolumeClaim %s stays as large as it is: %s"
              .formatted(claim.getMetadata().getName(), ApiServer.said(e)));
    }
  }

  private static String attempt(PersistentVolumeClaim claim, Quantity size) {
    return claim.getMetadata().getUid() + " " + size;
  }

  private static BigDecimal amount(Quantity quantity) {
    return quantity.getNumericalAmount();
  }

  private static boolean isReady(StatefulSet set) {
    return set.getStatus() != null
        && set.getStatus().getReadyReplicas() != null
        && set.getStatus().getReadyReplicas() > 0;
  }

  private String awaited(ManagedDatabaseObjects wanted) {
    Pod pod = client.pods().inNamespace(wanted.namespace()).withName(wanted.podName()).get();
    return "StatefulSet %s is starting%s."
        .formatted(
            wanted.name(), pod == null ? "" : PodTrouble.of(pod).map(t -> ": " + t).orElse(""));
  }

  private DatabaseEndpoint endpoint(
      ManagedDatabaseObjects wanted, Service service, Secret secret, String certificate) {
    boolean byAddress = config.address() == Address.CLUSTER_IP;
    return new DatabaseEndpoint(
        PROVIDER,
        byAddress ? service.getSpec().getClusterIP() : wanted.dnsName(),
        ManagedDatabaseObjects.PORT,
        ManagedDatabaseObjects.DATABASE,
        ManagedDatabaseObjects.USER,
        ServiceBinding.of(secret).password().orElse(""),
        // The certificate has names; who goes by the address still knows whose it is.
        byAddress ? "verify-ca" : "verify-full",
        Optional.of(CertificateFiles.file(certificate)));
  }
}
