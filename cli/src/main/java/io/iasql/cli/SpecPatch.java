package io.iasql.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.iasql.crds.SqlTransaction;

/**
 * A change of a transaction's spec that the API server makes only while the transaction is what was
 * looked at (JSON Patch, RFC 6902: a failed {@code test} changes nothing).
 */
final class SpecPatch {
  /** What the API server answers when a test fails, and when the rest of the patch does. */
  private static final int UNPROCESSABLE = 422;

  private static final String FIELD_MANAGER = "kubectl-iasql";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SqlTransaction seen;
  private final ArrayNode operations = JSON.createArrayNode();

  SpecPatch(SqlTransaction seen) {
    this.seen = seen;
    test("/metadata/uid", seen.getMetadata().getUid());
    if (seen.getStatus() != null && seen.getStatus().plan() != null) {
      test("/status/plan/id", seen.getStatus().plan().id());
    }
  }

  private void test(String path, String value) {
    operations.addObject().put("op", "test").put("path", path).put("value", value);
  }

  SpecPatch set(String field, String value) {
    operations.addObject().put("op", "add").put("path", "/spec/" + field).put("value", value);
    return this;
  }

  SpecPatch set(String field, boolean value) {
    operations.addObject().put("op", "add").put("path", "/spec/" + field).put("value", value);
    return this;
  }

  /**
   * Makes the change.
   *
   * @throws PluginException when the transaction is not what it was
   * @throws KubernetesClientException when the API server refuses it for another reason
   */
  void apply(Cluster cluster) {
    PatchContext context = PatchContext.of(PatchType.JSON);
    context.setFieldManager(FIELD_MANAGER);
    try {
      cluster.client().resource(seen).patch(context, operations.toString());
    } catch (KubernetesClientException e) {
      if (e.getCode() == UNPROCESSABLE) {
        checkUnchanged(cluster);
      }
      throw e;
    }
  }

  private void checkUnchanged(Cluster cluster) {
    SqlTransaction now = cluster.transaction(seen.getMetadata().getName());
    String before = Standing.of(seen).hasPlan() ? Standing.of(seen).plan().id() : "no plan";
    String after = Standing.of(now).hasPlan() ? Standing.of(now).plan().id() : "no plan";
    if (!before.equals(after) || !now.getMetadata().getUid().equals(seen.getMetadata().getUid())) {
      throw new PluginException(
          "The plan has changed meanwhile: it was %s, and is %s. Nothing was done; look at the new one with `kubectl iasql plan %s -n %s`."
              .formatted(
                  before, after, now.getMetadata().getName(), now.getMetadata().getNamespace()));
    }
  }
}
