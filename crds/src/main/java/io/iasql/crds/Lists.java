package io.iasql.crds;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Absent collections read as empty ones. */
final class Lists {
  private Lists() {}

  static <T> List<T> copy(Collection<T> values) {
    return values == null ? List.of() : List.copyOf(values);
  }

  static <T> Set<T> copyInOrder(Set<T> values) {
    return values == null ? Set.of() : Collections.unmodifiableSet(new LinkedHashSet<>(values));
  }

  /** A map that nobody changes, in its order; values may be null. Absent is empty. */
  static Map<String, Object> copyInOrder(Map<String, Object> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
