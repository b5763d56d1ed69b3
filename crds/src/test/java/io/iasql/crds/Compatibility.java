package io.iasql.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of a definition would refuse or lose a resource that an earlier release took: a field that
 * is gone, another type, a limit that is tighter, a new obligation. Rules in CEL are for people to
 * judge.
 */
final class Compatibility {
  private static final Set<String> UPPER =
      Set.of("maximum", "maxLength", "maxItems", "maxProperties");
  private static final Set<String> LOWER =
      Set.of("minimum", "minLength", "minItems", "minProperties");
  private static final Set<String> FIXED =
      Set.of(
          "type",
          "format",
          "pattern",
          "x-kubernetes-list-type",
          "x-kubernetes-list-map-keys",
          "x-kubernetes-int-or-string");

  private final List<String> breaks = new ArrayList<>();

  private Compatibility() {}

  /** Of two definitions, as read from their YAML; empty when every resource is taken as before. */
  static List<String> breaks(JsonNode released, JsonNode now) {
    Compatibility comparison = new Compatibility();
    for (JsonNode version : released.at("/spec/versions")) {
      String name = version.path("name").asText();
      JsonNode same = null;
      for (JsonNode candidate : now.at("/spec/versions")) {
        if (candidate.path("name").asText().equals(name) && candidate.path("served").asBoolean()) {
          same = candidate;
        }
      }
      if (same == null) {
        comparison.breaks.add(name + " is no longer served");
      } else {
        comparison.schema(
            name, version.at("/schema/openAPIV3Schema"), same.at("/schema/openAPIV3Schema"));
      }
    }
    for (String field : List.of("/spec/scope", "/spec/names/plural", "/spec/names/kind")) {
      if (!released.at(field).equals(now.at(field))) {
        comparison.breaks.add(field + " was " + released.at(field) + ", is " + now.at(field));
      }
    }
    return comparison.breaks;
  }

  private void schema(String path, JsonNode released, JsonNode now) {
    FIXED.forEach(key -> fixed(path, key, released, now));
    UPPER.forEach(key -> limit(path, key, released, now, 1));
    LOWER.forEach(key -> limit(path, key, released, now, -1));
    if (now.has("enum")) {
      Set<JsonNode> values = set(now.path("enum"));
      if (!released.has("enum")) {
        breaks.add(path + " takes some values only");
      }
      released
          .path("enum")
          .forEach(
              value -> {
                if (!values.contains(value)) {
                  breaks.add(path + " no longer takes " + value);
                }
              });
    }
    Set<JsonNode> obligations = set(now.path("required"));
    obligations.removeAll(set(released.path("required")));
    obligations.removeIf(name -> now.path("properties").path(name.asText()).has("default"));
    obligations.forEach(name -> breaks.add(path + " demands " + name));
    for (Map.Entry<String, JsonNode> field : released.path("properties").properties()) {
      String child = path + "." + field.getKey();
      if (now.path("properties").has(field.getKey())) {
        schema(child, field.getValue(), now.path("properties").path(field.getKey()));
      } else {
        breaks.add(child + " is gone");
      }
    }
    for (String inner : List.of("items", "additionalProperties")) {
      if (released.path(inner).isObject()) {
        schema(path + "." + inner, released.path(inner), now.path(inner));
      }
    }
  }

  private void fixed(String path, String key, JsonNode released, JsonNode now) {
    if (!released.path(key).equals(now.path(key))) {
      breaks.add("%s: %s was %s, is %s".formatted(path, key, released.get(key), now.get(key)));
    }
  }

  private void limit(String path, String key, JsonNode released, JsonNode now, int direction) {
    if (!now.has(key)) {
      return;
    }
    boolean tighter =
        !released.has(key)
            || direction * Double.compare(released.get(key).asDouble(), now.get(key).asDouble())
                > 0;
    if (tighter) {
      breaks.add("%s: %s was %s, is %s".formatted(path, key, released.get(key), now.get(key)));
    }
  }

  private static Set<JsonNode> set(JsonNode array) {
    Set<JsonNode> values = new HashSet<>();
    array.forEach(values::add);
    return values;
  }
}
