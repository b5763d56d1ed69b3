package io.iasql.engine.replicate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Adaptation;
import io.iasql.spi.AwsPlace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of one environment as they are in another: the account and the default region are the
 * other's, and the {@link Rules} are kept. Takes note of which rules had a row to apply to. For one
 * thread.
 */
final class Translation implements Adaptation {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MAX_PARAMETER = 63;
  private static final int HASH = 8;

  private final AwsPlace from;
  private final AwsPlace to;
  private final Rules rules;
  private final Modules modules;
  private final Map<String, String> names = new LinkedHashMap<>();
  private final Set<String> applied = new HashSet<>();
  private final Set<String> problems = new LinkedHashSet<>();
  private final Map<String, Set<String>> named = new HashMap<>();
  private final Map<String, List<String>> parameters = new HashMap<>();

  Translation(AwsPlace from, AwsPlace to, Rules rules, Modules modules) {
    this.from = from;
    this.to = to;
    this.rules = rules;
    this.modules = modules;
    rules.overrides().forEach(o -> rename(o.where(), o.set()));
    rules.mappings().forEach(m -> rename(m.from(), m.to()));
  }

  /** A resource that is called otherwise is called so in ARNs, too. */
  private void rename(Map<String, JsonNode> before, Map<String, JsonNode> after) {
    before.forEach(
        (column, value) -> {
          if (value.isTextual() && after.containsKey(column) && after.get(column).isTextual()) {
            names.put(value.asText(), after.get(column).asText());
          }
        });
  }

  @Override
  public ObjectNode told(String table, ObjectNode row) {
    ObjectNode told = translated(row);
    Map<String, Integer> setBy = new HashMap<>();
    for (int i = 0; i < rules.overrides().size(); i++) {
      Rules.Override one = rules.overrides().get(i);
      if (matches(one.table(), one.where(), table, row)) {
        applied.add(override(i));
        for (Map.Entry<String, JsonNode> set : one.set().entrySet()) {
          Integer earlier = setBy.put(set.getKey(), i);
          if (earlier != null) {
            problems.add(
                "%s and %s both set column %s of the same row of %s; leave one of them out"
                    .formatted(override(earlier), override(i), set.getKey(), table));
          }
          told.set(set.getKey(), set.getValue());
        }
        noteName(i, table, row, told);
      }
    }
    mapping(table, row).ifPresent(m -> rules.mappings().get(m).to().forEach(told::set));
    return told;
  }

  /** Two rows must not get one name. */
  private void noteName(int override, String table, ObjectNode row, ObjectNode told) {
    Optional<Shape> shape =
        modules.resource(table).map(r -> Shape.of(r.type())).filter(Shape::hasChosenIdentity);
    if (shape.isEmpty()) {
      return;
    }
    List<String> columns = shape.get().identity().stream().map(Column::sqlName).toList();
    if (columns.stream().noneMatch(rules.overrides().get(override).set()::containsKey)) {
      return;
    }
    Set<String> same =
        named.computeIfAbsent(override + table + pick(told, columns), k -> new LinkedHashSet<>());
    same.add(pick(row, columns).toString());
    if (same.size() > 1) {
      problems.add(
          "%s gives several rows of %s one identity (%s); name one row in its where"
              .formatted(override(override), table, pick(told, columns)));
    }
  }

  private static ObjectNode pick(ObjectNode row, List<String> columns) {
    ObjectNode picked = JSON.objectNode();
    columns.forEach(c -> picked.set(c, row.get(c)));
    return picked;
  }

  private ObjectNode translated(ObjectNode row) {
    ObjectNode result = JSON.objectNode();
    row.fields().forEachRemaining(f -> result.set(f.getKey(), translated(f.getValue())));
    return result;
  }

  private JsonNode translated(JsonNode value) {
    if (value.isTextual()) {
      return JSON.textNode(from.in(to, names, value.asText()));
    }
    if (value.isArray()) {
      ArrayNode all = JSON.arrayNode();
      value.forEach(one -> all.add(translated(one)));
      return all;
    }
    return value.isObject() ? translated((ObjectNode) value) : value;
  }

  @Override
  public boolean leavesOut(String table, ObjectNode row) {
    return exclusion(table, row).isPresent();
  }

  private Optional<Integer> exclusion(String table, ObjectNode row) {
    for (int i = 0; i < rules.exclusions().size(); i++) {
      Rules.Exclusion one = rules.exclusions().get(i);
      if (matches(one.table(), one.where(), table, row)) {
        applied.add(exclude(i));
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<List<String>> nameOf(String table, ObjectNode row) {
    return mapping(table, row).map(i -> List.copyOf(rules.mappings().get(i).to().keySet()));
  }

  private Optional<Integer> mapping(String table, ObjectNode row) {
    for (int i = 0; i < rules.mappings().size(); i++) {
      Rules.Mapping one = rules.mappings().get(i);
      if (matches(one.table(), one.from(), table, row)) {
        applied.add(map(i));
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static boolean matches(
      String ruleTable, Map<String, JsonNode> where, String table, ObjectNode row) {
    return ruleTable.equals(table)
        && where.entrySet().stream().allMatch(w -> same(w.getValue(), row.get(w.getKey())));
  }

  static boolean same(JsonNode wanted, JsonNode value) {
    if (value == null || value.isNull()) {
      return wanted.isNull();
    }
    return wanted.isContainerNode() || value.isContainerNode()
        ? wanted.equals(value)
        : !wanted.isNull() && wanted.asText().equals(value.asText());
  }

  @Override
  public boolean renames(String table) {
    return rules.overrides().stream().anyMatch(o -> o.table().equals(table))
        || rules.mappings().stream().anyMatch(m -> m.table().equals(table));
  }

  @Override
  public Optional<String> defaultRegion() {
    return Optional.of(to.defaultRegion());
  }

  @Override
  public Optional<String> parameter(String table, ObjectNode told, String column) {
    if (!told.hasNonNull(column)) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>(List.of(table));
    modules
        .resource(table)
        .map(r -> Shape.of(r.type()))
        .filter(Shape::hasChosenIdentity)
        .ifPresent(
            shape ->
                shape.identity().stream()
                    .map(Column::sqlName)
                    .filter(c -> !c.equals("region"))
                    .map(told::get)
                    .filter(v -> v != null && v.isValueNode() && !v.isNull())
                    .forEach(v -> words.add(v.asText())));
    words.add(column);
    String whole = String.join("_", words);
    String name = whole.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
    // Others that look alike, such as a.b and a/b, must not get each other's values.
    boolean own =
        name.length() <= MAX_PARAMETER
            && words.equals(parameters.computeIfAbsent(name, n -> words));
    return Optional.of(
        own
            ? name
            : name.substring(0, Math.min(name.length(), MAX_PARAMETER - HASH - 1))
                + "_"
                + Hashes.sha256(String.join("\n", words)).substring(0, HASH));
  }

  // What the rules did ---------------------------------------------------------------------------

  static String override(int index) {
    return "overrides[" + index + "]";
  }

  static String exclude(int index) {
    return "exclude[" + index + "]";
  }

  static String map(int index) {
    return "mapping[" + index + "]";
  }

  /** A column as it would be there without overrides. */
  JsonNode withoutRules(ObjectNode row, String column) {
    JsonNode value = row.get(column);
    return value == null ? JSON.nullNode() : translated(value);
  }

  /** The override that sets a column of a row, if one does. */
  Optional<String> setBy(String table, ObjectNode row, String column) {
    for (int i = 0; i < rules.overrides().size(); i++) {
      Rules.Override one = rules.overrides().get(i);
      if (one.set().containsKey(column) && matches(one.table(), one.where(), table, row)) {
        return Optional.of(override(i));
      }
    }
    return Optional.empty();
  }

  /** The rule by which nothing is said of a row. */
  Optional<String> leftOutBy(String table, ObjectNode row) {
    return exclusion(table, row)
        .map(Translation::exclude)
        .or(() -> mapping(table, row).map(Translation::map));
  }

  /** Whether a rule, by its label, has had a row to apply to. */
  boolean hasApplied(String label) {
    return applied.contains(label);
  }

  /** What cannot be as it was asked for. */
  Set<String> problems() {
    return problems;
  }
}
