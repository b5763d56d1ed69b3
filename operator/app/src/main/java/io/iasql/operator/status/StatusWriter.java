package io.iasql.operator.status;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.PrimaryUpdateAndCacheUtils;
import java.util.function.Supplier;

/**
 * Writes the statuses of custom resources, by server-side apply. A reconciler writes by this and
 * not by what it gives back: the framework would show its next look the old status until the
 * informer has the new one, and the same step would be taken twice, with another time and a second
 * event.
 */
public final class StatusWriter {
  private StatusWriter() {}

  /**
   * Writes the whole status, if it is another one than the resource has; the next look sees it.
   * Where somebody else has changed the resource meanwhile, it waits for the framework's cache to
   * have that change and writes then.
   *
   * @param blank makes an empty resource of the kind
   * @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server refuses it
   */
  public static <S, R extends CustomResource<?, S>> void write(
      R resource, Supplier<R> blank, S status, Context<R> context) {
    if (status.equals(resource.getStatus())) {
      return;
    }
    R patch = blank.get();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(resource.getMetadata().getNamespace())
            .withName(resource.getMetadata().getName())
            .build());
    patch.setStatus(status);
    PrimaryUpdateAndCacheUtils.ssaPatchStatusAndCacheResource(resource, patch, context);
  }
}
