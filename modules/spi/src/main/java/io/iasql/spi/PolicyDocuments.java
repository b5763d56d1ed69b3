package io.iasql.spi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The meaning of IAM policy documents: two that differ in the order of statements, actions,
 * principals or resources, in a single value written as a list, or in the case of an action are the
 * same. Grammar: IAM User Guide, "Grammar of the IAM JSON policy language".
 */
public final class PolicyDocuments {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private static final Pattern ROOT_ARN = Pattern.compile("^arn:[a-z-]+:iam::(\\d{12}):root$");

  private PolicyDocuments() {}

  /** One form for all documents that mean the same; null for an absent document. */
  public static JsonNode canonical(JsonNode policy) {
    if (policy == null || policy.isNull() || policy.isMissingNode()) {
      return null;
    }
    if (!policy.isObject()) {
      return policy;
    }
    ObjectNode result = JSON.objectNode();
    sorted(policy)
        .forEach(
            (name, value) ->
                result.set(name, name.equals("Statement") ? statements(value) : value));
    return result;
  }

  private static ArrayNode statements(JsonNode node) {
    List<JsonNode> all = new ArrayList<>();
    asList(node).forEach(s -> all.add(s.isObject() ? statement(s) : s));
    return inOrder(all);
  }

  private static ObjectNode statement(JsonNode node) {
    ObjectNode result = JSON.objectNode();
    sorted(node)
        .forEach(
            (name, value) ->
                result.set(
                    name,
                    switch (name) {
                      case "Action", "NotAction" -> lowerCased(value);
                      case "Resource", "NotResource" -> set(value);
                      case "Principal", "NotPrincipal" -> principal(value);
                      case "Condition" -> condition(value);
                      default -> value;
                    }));
    return result;
  }

  private static JsonNode principal(JsonNode node) {
    // "*" and {"AWS": "*"} mean the same: IAM User Guide, "AWS JSON policy elements: Principal".
    if (node.isTextual() && node.asText().equals("*")) {
      return JSON.objectNode().set("AWS", set(node));
    }
    return sets(node);
  }

  private static JsonNode condition(JsonNode node) {
    if (!node.isObject()) {
      return node;
    }
    ObjectNode result = JSON.objectNode();
    sorted(node)
        .forEach(
            (operator, keys) -> {
              ObjectNode byKey = JSON.objectNode();
              sorted(keys).forEach((k, v) -> byKey.set(k.toLowerCase(Locale.ROOT), set(v)));
              result.set(operator, byKey);
            });
    return result;
  }

  private static JsonNode sets(JsonNode node) {
    if (!node.isObject()) {
      return set(node);
    }
    ObjectNode result = JSON.objectNode();
    sorted(node).forEach((name, value) -> result.set(name, accounts(set(value))));
    return result;
  }

  private static ArrayNode set(JsonNode node) {
    List<JsonNode> all = new ArrayList<>();
    asList(node).forEach(value -> all.add(JSON.textNode(value.asText())));
    return inOrder(all.stream().distinct().toList());
  }

  /** An account's id and the ARN of its root mean the same principal. */
  private static JsonNode accounts(ArrayNode principals) {
    List<JsonNode> all = new ArrayList<>();
    principals.forEach(p -> all.add(JSON.textNode(ROOT_ARN.matcher(p.asText()).replaceAll("$1"))));
    return inOrder(all.stream().distinct().toList());
  }

  private static ArrayNode lowerCased(JsonNode node) {
    List<JsonNode> all = new ArrayList<>();
    asList(node).forEach(v -> all.add(JSON.textNode(v.asText().toLowerCase(Locale.ROOT))));
    return inOrder(all.stream().distinct().toList());
  }

  private static List<JsonNode> asList(JsonNode node) {
    List<JsonNode> all = new ArrayList<>();
    if (node.isArray()) {
      node.forEach(all::add);
    } else {
      all.add(node);
    }
    return all;
  }

  private static ArrayNode inOrder(List<JsonNode> nodes) {
    ArrayNode result = JSON.arrayNode();
    nodes.stream().sorted(Comparator.comparing(JsonNode::toString)).forEach(result::add);
    return result;
  }

  private static TreeMap<String, JsonNode> sorted(JsonNode object) {
    TreeMap<String, JsonNode> fields = new TreeMap<>();
    object.fields().forEachRemaining(f -> fields.put(f.getKey(), f.getValue()));
    return fields;
  }
}
