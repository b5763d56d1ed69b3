package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** What objects are found by in an index of a cache. */
final class Keys {
  private Keys() {}

  static String of(HasMetadata object) {
    return of(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  static String of(String namespace, String name) {
    return namespace + "/" + name;
  }
}
