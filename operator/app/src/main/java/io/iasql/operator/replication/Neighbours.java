package io.iasql.operator.replication;

import io.iasql.crds.LocalReference;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Replications by their namespace, and those that are not over by the environments they join. */
final class Neighbours {
  private static final String BY_ENVIRONMENT = "environment-of-replication";
  private static final String BY_NAMESPACE = "namespace-of-replication";

  private final IndexerResourceCache<Replication> replications;

  /** The uids of those without a status that the others were told of. */
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  Neighbours(IndexerResourceCache<Replication> replications) {
    this.replications = replications;
    replications.addIndexer(
        BY_ENVIRONMENT,
        r ->
            List.of(
                key(r.getMetadata().getNamespace(), r.getSpec().from().environmentRef()),
                key(r.getMetadata().getNamespace(), r.getSpec().to().environmentRef())));
    replications.addIndexer(BY_NAMESPACE, r -> List.of(r.getMetadata().getNamespace()));
  }

  private static String key(String namespace, LocalReference environment) {
    return namespace + "/" + environment.name();
  }

  /** The replications of a replication's namespace, itself among them. */
  Collection<Replication> of(Replication replication) {
    return replications.byIndex(BY_NAMESPACE, replication.getMetadata().getNamespace());
  }

  /**
   * The others of a new one's namespace: what it adds to a chain they are to say, too. They are
   * told once and not with each try: two whose statuses the API server refuses would wake each
   * other for ever.
   */
  Set<ResourceID> toTellOf(Replication replication) {
    String uid = replication.getMetadata().getUid();
    if (replication.getStatus() != null) {
      told.remove(uid);
      return Set.of();
    }
    if (!told.add(uid)) {
      return Set.of();
    }
    return of(replication).stream()
        .filter(other -> !other.getMetadata().getUid().equals(uid))
        .map(ResourceID::fromResource)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Those that something new in an environment may concern. */
  Set<ResourceID> concernedBy(String namespace, LocalReference environment) {
    return replications.byIndex(BY_ENVIRONMENT, key(namespace, environment)).stream()
        .filter(r -> !isOver(r))
        .map(ResourceID::fromResource)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether the Replication that asked is still there, and not only one of its name. */
  boolean isThere(ReplicationRequest request) {
    return replications
        .get(request.resource())
        .filter(r -> r.getMetadata().getUid().equals(request.uid()) && !r.isMarkedForDeletion())
        .isPresent();
  }

  /** Whether nothing more happens to it as it is written now. */
  static boolean isOver(Replication replication) {
    ReplicationStatus status = replication.getStatus();
    return status != null
        && status.phase() == ReplicationStatus.Phase.COMMITTED
        && replication.getSpec().from().sinceLast() == null
        && replication.getMetadata().getGeneration().equals(status.observedGeneration());
  }
}
