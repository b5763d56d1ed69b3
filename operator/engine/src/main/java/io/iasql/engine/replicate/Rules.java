package io.iasql.engine.replicate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What people want to be otherwise in the other environment. Columns are compared by what they say:
 * the text {@code 30} and the number are the same.
 *
 * @param overrides values that are others there
 * @param exclusions rows that stay here
 * @param mappings rows that are called otherwise there
 */
public record Rules(List<Override> overrides, List<Exclusion> exclusions, List<Mapping> mappings) {
  /** Everything as it is here. */
  public static final Rules NONE = new Rules(List.of(), List.of(), List.of());

  public Rules {
    overrides = List.copyOf(overrides);
    exclusions = List.copyOf(exclusions);
    mappings = List.copyOf(mappings);
  }

  /**
   * Values that are others there.
   *
   * @param table the table
   * @param where columns of this environment's rows, all of which must agree
   * @param set columns and their values there
   */
  public record Override(String table, Map<String, JsonNode> where, Map<String, JsonNode> set) {}

  /**
   * Rows about which nothing is said there.
   *
   * @param table the table
   * @param where columns of this environment's rows, all of which must agree
   */
  public record Exclusion(String table, Map<String, JsonNode> where) {}

  /**
   * A row here that is another row there, which exists already.
   *
   * @param table the table
   * @param from columns by which the row is known here
   * @param to columns by which it is known there
   */
  public record Mapping(String table, Map<String, JsonNode> from, Map<String, JsonNode> to) {}
}
