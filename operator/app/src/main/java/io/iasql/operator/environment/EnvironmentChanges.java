package io.iasql.operator.environment;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.iasql.crds.Environment;
import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import java.util.Map;
import java.util.Objects;

/** What people change of an environment: its spec and its annotations; the status is our own. */
public final class EnvironmentChanges implements OnUpdateFilter<Environment> {

  @Override
  public boolean accept(Environment now, Environment before) {
    ObjectMeta a = now.getMetadata();
    ObjectMeta b = before.getMetadata();
    return !Objects.equals(a.getGeneration(), b.getGeneration())
        || !annotations(a).equals(annotations(b))
        || !Objects.equals(a.getDeletionTimestamp(), b.getDeletionTimestamp())
        || !Objects.equals(a.getFinalizers(), b.getFinalizers());
  }

  private static Map<String, String> annotations(ObjectMeta meta) {
    return meta.getAnnotations() == null ? Map.of() : meta.getAnnotations();
  }
}
