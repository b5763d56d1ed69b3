package io.iasql.engine.replicate;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Sql;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/** Whether rules name what there is: a rule that applies to nothing is a mistake. */
final class RuleCheck {
  private final Handle handle;
  private final Catalog catalog;
  private final Rules rules;

  RuleCheck(Handle handle, Catalog catalog, Rules rules) {
    this.handle = handle;
    this.catalog = catalog;
    this.rules = rules;
  }

  /** Tables and columns that the source has not. */
  List<String> unknown() {
    List<String> problems = new ArrayList<>();
    each(
        (label, table, where, others) -> {
          if (catalog.columns(table).isEmpty()) {
            problems.add(label + " names table " + table + ", which the source has not");
            return;
          }
          Set<String> columns = new TreeSet<>(where.keySet());
          columns.addAll(others);
          columns.removeAll(catalog.columns(table));
          columns.forEach(
              c ->
                  problems.add(
                      "%s names column %s, which table %s has not; it has %s"
                          .formatted(label, c, table, String.join(", ", catalog.columns(table)))));
        });
    return problems;
  }

  /** Rules that no row of the source agrees with, nor ever did. */
  List<String> idle(Translation translation) {
    List<String> problems = new ArrayList<>();
    each(
        (label, table, where, others) -> {
          if (!translation.hasApplied(label) && !exists(table, where)) {
            problems.add(
                "%s matches no row of %s in the source: correct its where, or leave it out"
                    .formatted(label, table));
          }
        });
    return problems;
  }

  /** Whether the source has such a row, or has had one: the change may be of another time. */
  private boolean exists(String table, Map<String, JsonNode> where) {
    StringBuilder agrees = new StringBuilder("jsonb_typeof(i.image) = 'object'");
    List<String> values = new ArrayList<>();
    where.forEach(
        (column, value) -> {
          boolean container = value.isContainerNode();
          agrees
              .append(" AND i.image ")
              .append(container ? "-> ? = CAST(? AS jsonb)" : "->> ? IS NOT DISTINCT FROM ?");
          values.add(column);
          values.add(value.isNull() ? null : container ? value.toString() : value.asText());
        });
    var query =
        handle.createQuery(
            "SELECT EXISTS (SELECT FROM (SELECT to_jsonb(t) AS image FROM public."
                + Sql.quote(table)
                + " t UNION ALL SELECT CAST(l.change -> side AS jsonb)"
                + " FROM public.iasql_audit_log l, unnest(ARRAY['original', 'change']) side"
                + " WHERE l.table_name = ? AND l.change_type IN ('INSERT', 'UPDATE', 'DELETE')) i"
                + " WHERE "
                + agrees
                + ")");
    query.bind(0, table);
    for (int i = 0; i < values.size(); i++) {
      query.bind(i + 1, values.get(i));
    }
    return query.mapTo(Boolean.class).one();
  }

  private interface Rule {
    void look(String label, String table, Map<String, JsonNode> where, Set<String> others);
  }

  private void each(Rule rule) {
    for (int i = 0; i < rules.overrides().size(); i++) {
      Rules.Override one = rules.overrides().get(i);
      rule.look(Translation.override(i), one.table(), one.where(), one.set().keySet());
    }
    for (int i = 0; i < rules.exclusions().size(); i++) {
      Rules.Exclusion one = rules.exclusions().get(i);
      rule.look(Translation.exclude(i), one.table(), one.where(), Set.of());
    }
    for (int i = 0; i < rules.mappings().size(); i++) {
      Rules.Mapping one = rules.mappings().get(i);
      rule.look(Translation.map(i), one.table(), one.from(), one.to().keySet());
    }
  }
}
