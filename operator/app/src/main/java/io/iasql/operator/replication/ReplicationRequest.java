package io.iasql.operator.replication;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.crds.CustomResources;
import io.iasql.crds.LocalReference;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationSpec;
import io.iasql.crds.ReplicationStatus;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.replicate.Rules;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a Replication asks for now.
 *
 * @param resource the resource
 * @param uid its uid
 * @param created when it was created
 * @param source the environment whose changes they are
 * @param target the environment in which they are to be made
 * @param spec the rest of what it says
 * @param labels the labels that make what it makes this operator's, too
 * @param requestedBy who asked for it, or an empty string
 * @param position the last transaction of the source that is done with, or -1
 * @param lastTransaction the newest SqlTransaction that was made, or an empty string
 * @param sourceThere whether the source's Environment exists, ready or not
 * @param cycle the environments that would replicate to each other without end, or an empty string
 */
record ReplicationRequest(
    ResourceID resource,
    String uid,
    Instant created,
    ResourceID source,
    ResourceID target,
    ReplicationSpec spec,
    Map<String, String> labels,
    String requestedBy,
    long position,
    String lastTransaction,
    boolean sourceThere,
    String cycle) {

  /**
   * What it asks for.
   *
   * @param environments the environments that exist, ready or not
   * @param labels see above
   * @param cycle see above
   */
  static ReplicationRequest of(
      Replication replication,
      Set<ResourceID> environments,
      Map<String, String> labels,
      String cycle) {
    ReplicationSpec spec = replication.getSpec();
    String namespace = replication.getMetadata().getNamespace();
    ResourceID source = new ResourceID(spec.from().environmentRef().name(), namespace);
    Optional<ReplicationStatus> status = Optional.ofNullable(replication.getStatus());
    return new ReplicationRequest(
        ResourceID.fromResource(replication),
        replication.getMetadata().getUid(),
        Instant.parse(replication.getMetadata().getCreationTimestamp()),
        source,
        new ResourceID(spec.to().environmentRef().name(), namespace),
        spec,
        labels,
        Optional.ofNullable(replication.getMetadata().getAnnotations())
            .map(annotations -> annotations.get(CustomResources.REQUESTED_BY))
            .orElse(""),
        status.map(ReplicationStatus::position).orElse(-1L),
        status.map(ReplicationStatus::transactionRef).map(LocalReference::name).orElse(""),
        environments.contains(source),
        cycle);
  }

  String namespace() {
    return resource.getNamespace().orElseThrow();
  }

  /** The environments that must be ready. Without its source, what was made before is followed. */
  List<ResourceID> needed() {
    return sourceThere ? List.of(target, source) : List.of(target);
  }

  /** The name by which the environments' ledgers know a SqlTransaction of its namespace. */
  String ledgerName(String transaction) {
    return namespace() + "/" + transaction;
  }

  /** How long a change must have been committed in the source. */
  Duration soakTime() {
    return spec.requiredSoakTime() == null
        ? Duration.ZERO
        : Duration.parse("PT" + spec.requiredSoakTime());
  }

  /** Whether it goes on with each new commit. */
  boolean follows() {
    return Boolean.TRUE.equals(spec.from().sinceLast());
  }

  /** The SqlTransactions that it names. */
  List<String> names() {
    return spec.from().transactionRef() != null
        ? List.of(spec.from().transactionRef().name())
        : spec.from().transactionRefs().stream().map(LocalReference::name).toList();
  }

  boolean isProposal() {
    return spec.mode() != ReplicationSpec.Mode.AUTOMATIC;
  }

  Rules rules() {
    return new Rules(
        spec.overrides().stream()
            .map(o -> new Rules.Override(o.table(), json(o.where()), json(o.set())))
            .toList(),
        spec.exclude().stream().map(e -> new Rules.Exclusion(e.table(), json(e.where()))).toList(),
        spec.mapping().stream()
            .map(m -> new Rules.Mapping(m.table(), json(m.from()), json(m.to())))
            .toList());
  }

  private static Map<String, JsonNode> json(Map<String, Object> columns) {
    Map<String, JsonNode> result = new LinkedHashMap<>();
    columns.forEach((column, value) -> result.put(column, Json.of(value)));
    return result;
  }
}
