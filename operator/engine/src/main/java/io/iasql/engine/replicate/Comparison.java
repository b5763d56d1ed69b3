package io.iasql.engine.replicate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.export.RowChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Whether an environment gets what another one was reviewed for: row by row, over identities that
 * are the same in both.
 *
 * @param same whether everything that differs was asked to differ
 * @param differences what differs, explained or not
 * @param digest 12 hex digits over what the environment gets; equal for equal changes, whatever the
 *     account and the default region
 */
public record Comparison(boolean same, List<Difference> differences, String digest) {
  private static final int SHOWN = 12;
  private static final String ABSENT = "(nothing is done)";

  public Comparison {
    differences = List.copyOf(differences);
  }

  /**
   * A value, or a whole row, that differs.
   *
   * @param table its table
   * @param row what people know the row by
   * @param column the column; empty for the whole row
   * @param source what the source got
   * @param target what the target gets
   * @param explainedBy the rule that asks for it, such as {@code overrides[0]}, or an empty string
   */
  public record Difference(
      String table, String row, String column, String source, String target, String explainedBy) {}

  /**
   * Compares what a source committed with what a target gets.
   *
   * @param actions how often the target's plan does what to which table
   */
  static Comparison of(Carried carried, List<RowChange> target, Map<String, Integer> actions) {
    List<Difference> all = new ArrayList<>();
    carried.export().leftOut().forEach(c -> all.add(leftOut(carried.translation(), c)));
    List<RowChange> here = new ArrayList<>(carried.export().changes());
    List<RowChange> there = new ArrayList<>(target);
    here.removeIf(
        one ->
            take(there, c -> sameRow(one, c))
                .map(
                    other -> {
                      all.addAll(columns(carried.translation(), one, other));
                      return true;
                    })
                .orElse(false));
    // The rest has other identities: somebody edited the text, or the rows are otherwise there.
    here.removeIf(
        one ->
            nearest(one, there)
                .map(
                    other -> {
                      there.remove(other);
                      all.add(
                          new Difference(one.table(), one.name(), "", done(one), done(other), ""));
                      all.addAll(columns(carried.translation(), one, other));
                      return true;
                    })
                .orElse(false));
    here.forEach(c -> all.addAll(missing(carried.translation(), c)));
    there.forEach(c -> all.add(new Difference(c.table(), c.name(), "", ABSENT, done(c), "")));
    Set<String> seen = new TreeSet<>();
    all.forEach(d -> seen.add(d.table()));
    all.addAll(counts(carried, actions, seen));
    return new Comparison(
        all.stream().noneMatch(d -> d.explainedBy().isEmpty()), all, digest(target));
  }

  private static Optional<RowChange> take(List<RowChange> from, Predicate<RowChange> which) {
    Optional<RowChange> found = from.stream().filter(which).findFirst();
    found.ifPresent(from::remove);
    return found;
  }

  private static boolean sameRow(RowChange a, RowChange b) {
    return a.table().equals(b.table()) && a.kind() == b.kind() && a.identity().equals(b.identity());
  }

  private static Optional<RowChange> nearest(RowChange one, List<RowChange> among) {
    return among.stream()
        .filter(c -> c.table().equals(one.table()))
        .max(Comparator.comparingLong(c -> likeness(one, c)));
  }

  private static long likeness(RowChange a, RowChange b) {
    long columns =
        a.columns().entrySet().stream()
            .filter(c -> c.getValue().equals(b.columns().get(c.getKey())))
            .count();
    return 4 * columns
        + (a.kind() == b.kind() ? 2 : 0)
        + (a.identity().equals(b.identity()) ? 1 : 0);
  }

  private static Difference leftOut(Translation translation, RowChange change) {
    String rule = translation.leftOutBy(change.table(), change.row()).orElse("exclude");
    return new Difference(
        change.table(),
        change.name(),
        "",
        done(change),
        rule.startsWith("mapping") ? "(it is there)" : ABSENT,
        rule);
  }

  private static List<Difference> columns(
      Translation translation, RowChange source, RowChange target) {
    List<Difference> all = new ArrayList<>();
    Set<String> names = new TreeSet<>(source.columns().keySet());
    names.addAll(target.columns().keySet());
    for (String column : names) {
      JsonNode wanted = source.columns().get(column);
      JsonNode gets = target.columns().get(column);
      Optional<String> rule =
          wanted == null
              ? Optional.empty()
              : translation.setBy(source.table(), source.row(), column);
      boolean asWanted = wanted == null ? gets == null : wanted.equals(gets);
      if (rule.isPresent()) {
        JsonNode plain = translation.withoutRules(source.row(), column);
        if (!plain.equals(gets)) {
          all.add(
              new Difference(
                  source.table(),
                  source.name(),
                  column,
                  text(plain),
                  gets == null ? "(as it is)" : text(gets),
                  asWanted || gets == null ? rule.get() : ""));
        }
      } else if (!asWanted) {
        all.add(
            new Difference(
                source.table(),
                source.name(),
                column,
                wanted == null ? "(as it is)" : text(wanted),
                gets == null ? "(as it is)" : text(gets),
                ""));
      }
    }
    return all;
  }

  /** A row of which the target's transaction does nothing: it is as wanted, or the text was cut. */
  private static List<Difference> missing(Translation translation, RowChange change) {
    List<Difference> all = new ArrayList<>();
    for (String column : change.columns().keySet()) {
      translation
          .setBy(change.table(), change.row(), column)
          .ifPresent(
              rule ->
                  all.add(
                      new Difference(
                          change.table(),
                          change.name(),
                          column,
                          text(translation.withoutRules(change.row(), column)),
                          "(as it is)",
                          rule)));
    }
    return !all.isEmpty() && all.size() == change.columns().size()
        ? all
        : List.of(new Difference(change.table(), change.name(), "", done(change), ABSENT, ""));
  }

  /**
   * What the plans do besides, such as replacing what hangs on a replaced row, is compared by
   * number: such rows stand in no text.
   */
  private static List<Difference> counts(
      Carried carried, Map<String, Integer> there, Set<String> seen) {
    if (carried.actions().isEmpty()) {
      return List.of();
    }
    List<Difference> all = new ArrayList<>();
    Set<String> actions = new TreeSet<>(carried.actions().keySet());
    actions.addAll(there.keySet());
    for (String action : actions) {
      String table = action.substring(action.indexOf(' ') + 1);
      int source = carried.actions().getOrDefault(action, 0);
      int target = there.getOrDefault(action, 0);
      if (source != target && !seen.contains(table)) {
        String kind = action.substring(0, action.indexOf(' '));
        all.add(new Difference(table, "", "", kind + " of " + source, kind + " of " + target, ""));
      }
    }
    return all;
  }

  private static String done(RowChange change) {
    String kind = change.kind().name().toLowerCase(Locale.ROOT);
    return kind + " " + change.name();
  }

  private static String text(JsonNode value) {
    return value.isNull() ? "(none)" : value.isTextual() ? value.asText() : value.toString();
  }

  private static String digest(List<RowChange> changes) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    changes.stream()
        .map(
            c -> {
              ObjectNode node = Json.object();
              node.put("kind", c.kind().name());
              node.put("table", c.table());
              node.set("identity", c.identity());
              node.set("columns", Json.of(c.columns()));
              return node;
            })
        .sorted(Comparator.comparing(ObjectNode::toString))
        .forEach(list::add);
    return Hashes.sha256(list.toString()).substring(0, SHOWN);
  }
}
