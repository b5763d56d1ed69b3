package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.crds.SqlTransaction;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.plan.PlanStore;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A plan too long for a status, gzipped: one JSON object a line. An object of the API server takes
 * about a megabyte; of a plan longer than that the rest is in the database.
 */
final class PlanConfigMap {
  private static final int MAX_BYTES = 700_000;
  private static final int BLOCK = 256;

  private PlanConfigMap() {}

  /** A ConfigMap of that name belongs to somebody else; the message says what to do. */
  static final class TakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TakenException(String name) {
      super(
          "ConfigMap %s is in the way of the whole plan: it does not belong to this SqlTransaction. Delete or rename it"
              .formatted(name));
    }
  }

  static String name(String transaction) {
    return transaction + "-plan";
  }

  /**
   * Writes a transaction's whole plan.
   *
   * @throws TakenException when a ConfigMap of somebody else is in the way
   */
  static void write(KubernetesClient client, Request request, PlanStore.Stored plan) {
    refuseOthers(client, request.resource());
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(request.resource().getNamespace().orElseThrow())
            .withName(name(request.resource().getName()))
            .withLabels(Map.of("app.kubernetes.io/managed-by", "iasql-operator"))
            .withAnnotations(Map.of("iasql.io/plan", plan.id()))
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion(HasMetadata.getApiVersion(SqlTransaction.class))
                    .withKind(HasMetadata.getKind(SqlTransaction.class))
                    .withName(request.resource().getName())
                    .withUid(request.uid())
                    .withController(true)
                    .build())
            .endMetadata()
            .withBinaryData(
                Map.of(
                    "plan.jsonl.gz", Base64.getEncoder().encodeToString(compressed(plan.lines()))))
            .build();
    client.resource(map).fieldManager("iasql-operator").forceConflicts().serverSideApply();
  }

  /** What a transaction of the same name has left, which is gone, may be written over. */
  private static void refuseOthers(KubernetesClient client, ResourceID transaction) {
    String name = name(transaction.getName());
    ConfigMap there =
        client
            .configMaps()
            .inNamespace(transaction.getNamespace().orElseThrow())
            .withName(name)
            .get();
    boolean isOurs =
        there == null
            || there.getMetadata().getOwnerReferences().stream()
                .anyMatch(
                    owner ->
                        owner.getKind().equals(HasMetadata.getKind(SqlTransaction.class))
                            && owner.getName().equals(transaction.getName()));
    if (!isOurs) {
      throw new TakenException(name);
    }
  }

  static byte[] compressed(List<PlanStore.Line> lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes, true)) {
      int count = 0;
      for (PlanStore.Line line : lines) {
        gzip.write((Json.of(line) + "\n").getBytes(StandardCharsets.UTF_8));
        if (++count % BLOCK == 0) {
          gzip.flush();
          if (bytes.size() > MAX_BYTES) {
            break;
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a stream in memory failed", e);
    }
    return bytes.toByteArray();
  }
}
