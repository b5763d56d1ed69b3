package io.iasql.aws.iam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arguments and results of functions. */
final class Rows {
  private Rows() {}

  /** An argument's text; an empty string for NULL and for one that was not given. */
  static String text(List<JsonNode> arguments, int position) {
    JsonNode value = position < arguments.size() ? arguments.get(position) : null;
    return value == null || value.isNull() ? "" : value.asText();
  }

  /** One row of text columns, from names and values in turn. */
  static List<Map<String, JsonNode>> row(String... namesAndValues) {
    Map<String, JsonNode> row = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      row.put(namesAndValues[i], TextNode.valueOf(namesAndValues[i + 1]));
    }
    return List.of(row);
  }
}
