package io.iasql.aws.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.spi.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.ec2.model.DhcpConfiguration;
import software.amazon.awssdk.services.ec2.model.NewDhcpConfiguration;

/** The JSON of {@code dhcp_options.dhcp_configurations}. */
final class DhcpConfigurations {
  private static final String COLUMN = "dhcp_configurations";

  /** The options that CreateDhcpOptions takes. */
  private static final Set<String> KEYS =
      Set.of(
          "domain-name",
          "domain-name-servers",
          "ipv6-address-preferred-lease-time",
          "netbios-name-servers",
          "netbios-node-type",
          "ntp-servers");

  private DhcpConfigurations() {}

  /** One form for all documents that mean the same; one that cannot be understood stays as is. */
  static JsonNode canonical(JsonNode json) {
    if (json == null || json.isNull() || json.isMissingNode()) {
      return null;
    }
    return problems(json).isEmpty() ? json(values(json)) : json;
  }

  static JsonNode of(List<DhcpConfiguration> configurations) {
    Map<String, List<String>> values = new TreeMap<>();
    configurations.forEach(
        c -> values.put(c.key(), c.values().stream().map(v -> v.value()).toList()));
    return json(values);
  }

  static List<NewDhcpConfiguration> toSdk(JsonNode json) {
    List<NewDhcpConfiguration> result = new ArrayList<>();
    values(json)
        .forEach(
            (key, values) ->
                result.add(NewDhcpConfiguration.builder().key(key).values(values).build()));
    return result;
  }

  static List<Problem> problems(JsonNode json) {
    if (json == null || !json.isArray() || json.isEmpty()) {
      return List.of(
          problem(
              "must be a list such as"
                  + " [{\"Key\": \"domain-name\", \"Values\": [{\"Value\": \"example.com\"}]}]"));
    }
    List<Problem> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (JsonNode entry : json) {
      String key = entry.path("Key").asText();
      JsonNode values = entry.path("Values");
      if (!KEYS.contains(key)) {
        problems.add(
            problem(
                "has the Key '"
                    + key
                    + "'; AWS knows "
                    + String.join(", ", KEYS.stream().sorted().toList())));
      } else if (!seen.add(key)) {
        problems.add(problem("names '" + key + "' twice"));
      }
      if (!values.isArray() || values.isEmpty()) {
        problems.add(problem("gives '" + key + "' no list of Values"));
      } else {
        values.forEach(
            value -> {
              if (text(value).isEmpty()) {
                problems.add(
                    problem("gives '" + key + "' a value that is no {\"Value\": \"...\"}"));
              }
            });
      }
    }
    return problems;
  }

  private static Map<String, List<String>> values(JsonNode json) {
    Map<String, List<String>> result = new TreeMap<>();
    for (JsonNode entry : json) {
      List<String> values = new ArrayList<>();
      entry.path("Values").forEach(value -> values.add(text(value)));
      result.put(entry.path("Key").asText(), values);
    }
    return result;
  }

  private static String text(JsonNode value) {
    return value.isObject() ? value.path("Value").asText() : value.asText();
  }

  private static JsonNode json(Map<String, List<String>> values) {
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    values.forEach(
        (key, texts) -> {
          ObjectNode entry = result.addObject().put("Key", key);
          ArrayNode list = entry.putArray("Values");
          texts.forEach(text -> list.addObject().put("Value", text));
        });
    return result;
  }

  private static Problem problem(String message) {
    return new Problem(COLUMN, COLUMN + " " + message + ".");
  }
}
