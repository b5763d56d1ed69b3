package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.Utils;

/** Values as SQL text. */
final class Literals {
  static final String NULL = "NULL";
  static final String DEFAULT_REGION = "default_aws_region()";

  private Literals() {}

  /** A value as {@code to_jsonb} gave it, for a column of this kind. */
  static String of(JsonNode value, Tables.Attribute attribute) {
    if (value == null || value.isNull()) {
      return NULL;
    }
    if (attribute.json()) {
      return quote(value.toString());
    }
    if (attribute.array()) {
      List<String> elements = new ArrayList<>();
      value.forEach(e -> elements.add(element(e)));
      return array(elements, attribute);
    }
    return scalar(value);
  }

  /** An array of SQL expressions. */
  static String array(List<String> elements, Tables.Attribute attribute) {
    return elements.isEmpty()
        ? "'{}'::" + attribute.type()
        : "ARRAY[" + String.join(", ", elements) + "]::" + attribute.type();
  }

  private static String element(JsonNode value) {
    if (value.isNull()) {
      return NULL;
    }
    if (value.isArray()) {
      List<String> elements = new ArrayList<>();
      value.forEach(e -> elements.add(element(e)));
      return "ARRAY[" + String.join(", ", elements) + "]";
    }
    return scalar(value);
  }

  private static String scalar(JsonNode value) {
    return value.isNumber() || value.isBoolean() ? value.asText() : quote(value.asText());
  }

  /** A text that means the same whatever {@code standard_conforming_strings} says. */
  static String quote(String text) {
    try {
      boolean backslash = text.indexOf('\\') >= 0;
      StringBuilder sql = new StringBuilder(backslash ? "E'" : "'");
      return Utils.escapeLiteral(sql, text, !backslash).append('\'').toString();
    } catch (SQLException e) {
      throw new IllegalArgumentException("PostgreSQL has no text with a zero character", e);
    }
  }
}
