package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/** Looks up objects, usually in a cache that watches them. */
@FunctionalInterface
public interface KubernetesObjects {

  /** The object, or empty when there is none. */
  <T extends HasMetadata> Optional<T> find(Class<T> type, String namespace, String name);
}
