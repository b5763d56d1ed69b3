package io.iasql.engine.replicate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.Parameters;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.ExportedStatement;
import io.iasql.engine.export.ExportedStatement.Reference;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.plan.UserSql;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Sql;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Whether a text finds in a database all that it names: tried statement by statement, in a
 * PostgreSQL transaction that the caller rolls back.
 */
final class Resolution {
  private static final int LOOKED_AT = 500;
  private static final int SUGGESTIONS = 3;

  private final Handle handle;
  private final Catalog catalog;
  private final Modules modules;
  private final Duration limit;
  private final Set<Unmapped> unmapped = new LinkedHashSet<>();

  /** Rows that are not there because of what is in {@link #unmapped} already. */
  private final Set<Integer> missing = new HashSet<>();

  Resolution(Handle handle, Catalog catalog, Modules modules, Duration limit) {
    this.handle = handle;
    this.catalog = catalog;
    this.modules = modules;
    this.limit = limit;
  }

  /** The modules whose tables the text names and the database has not, sorted. */
  Set<String> missingModules(Carried carried) {
    Set<String> result = new TreeSet<>();
    for (ExportedStatement statement : carried.export().statements()) {
      missingModule(carried, statement.table()).ifPresent(result::add);
      statement.references().forEach(r -> missingModule(carried, r.table()).ifPresent(result::add));
    }
    return result;
  }

  private Optional<String> missingModule(Carried carried, String table) {
    return catalog.columns(table).isEmpty()
        ? Optional.ofNullable(carried.modules().get(table))
        : Optional.empty();
  }

  /** What the text names and the database has not exactly once. */
  List<Unmapped> of(Carried carried) {
    carried.export().statements().forEach(this::attempt);
    return List.copyOf(unmapped);
  }

  private void attempt(ExportedStatement statement) {
    if (!isResolved(statement)) {
      missing.add(statement.row());
      return;
    }
    if (isInTheWay(statement)) {
      return;
    }
    handle.savepoint("statement");
    try {
      UserSql.run(
          handle.getConnection(),
          ParameterCalls.withoutValues(statement.sql()),
          Parameters.NONE,
          limit);
      handle.releaseSavepoint("statement");
    } catch (InvalidTransactionException e) {
      handle.rollbackToSavepoint("statement");
      missing.add(statement.row());
      if (SqlErrors.isDuplicate(e)) {
        inTheWay(statement);
      }
      // Whatever else PostgreSQL says, the plan of the transaction will say it.
    }
  }

  private boolean isResolved(ExportedStatement statement) {
    for (Reference reference : statement.references()) {
      if (missing.contains(reference.row())) {
        return false;
      }
      long found = reference.condition().isEmpty() ? 0 : count(reference);
      if (found != 1) {
        if (reference.row() != 0) {
          missing.add(reference.row());
        }
        unmapped.add(
            new Unmapped(
                reference.table(),
                reference.name(),
                reference.row() == statement.row()
                    ? "a change of the row itself"
                    : statement.table() + " " + statement.name(),
                found == 0
                    ? suggestions(reference)
                    : List.of(found + " rows are like it: say with a mapping which one is meant")));
        return false;
      }
    }
    return true;
  }

  private long count(Reference reference) {
    String column = reference.column().isEmpty() ? "1" : "t." + Sql.quote(reference.column());
    return query(
        "SELECT count(c) FROM (SELECT "
            + column
            + " AS c FROM public."
            + Sql.quote(reference.table())
            + " t WHERE "
            + reference.condition()
            + ") x");
  }

  /** Conditions are of the export's own making, and may hold what looks like a parameter. */
  private long query(String sql) {
    try (var statement = handle.getConnection().createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    } catch (SQLException e) {
      throw new UnavailableException("PostgreSQL: " + e.getMessage(), e);
    }
  }

  /** Whether a row like the new one is there, where no constraint would say so. */
  private boolean isInTheWay(ExportedStatement statement) {
    if (statement.arrival() == null || statement.arrival().condition().equals("true")) {
      return false;
    }
    long found =
        query(
            "SELECT count(*) FROM public."
                + Sql.quote(statement.table())
                + " WHERE "
                + statement.arrival().condition());
    if (found <= statement.arrival().like()) {
      return false;
    }
    inTheWay(statement);
    return true;
  }

  private void inTheWay(ExportedStatement statement) {
    unmapped.add(
        new Unmapped(
            statement.table(),
            statement.name(),
            "it is to be inserted and is there already",
            List.of(
                "if it is the same resource, say so with a mapping, or leave the row out with"
                    + " exclude; if it is another one, give the new one another name with"
                    + " overrides")));
  }

  // Suggestions ----------------------------------------------------------------------------------

  private List<String> suggestions(Reference reference) {
    List<String> columns = naming(reference.table());
    if (columns.isEmpty()) {
      return List.of();
    }
    Set<String> wanted = words(reference.name());
    return handle
        .createQuery(
            "SELECT to_jsonb(t)::text FROM public."
                + Sql.quote(reference.table())
                + " t LIMIT "
                + LOOKED_AT)
        .mapTo(String.class)
        .map(Json::parseObject)
        .map(row -> text(row, columns))
        .stream()
        .distinct()
        .sorted(
            Comparator.<String>comparingLong(
                    text -> -words(text).stream().filter(wanted::contains).count())
                .thenComparing(text -> text))
        .limit(SUGGESTIONS)
        .toList();
  }

  private List<String> naming(String table) {
    return modules
        .resource(table)
        .map(r -> Shape.of(r.type()))
        .map(
            shape ->
                (shape.hasChosenIdentity() ? shape.identity() : shape.columns())
                    .stream()
                        .filter(c -> c.kind() == Column.Kind.VALUE || c.kind() == Column.Kind.TAGS)
                        .filter(c -> !c.assigned() && !c.writeOnly() && !c.local())
                        .map(Column::sqlName)
                        .toList())
        .orElse(List.of());
  }

  private static String text(ObjectNode row, List<String> columns) {
    List<String> words = new ArrayList<>();
    for (String column : columns) {
      if (row.hasNonNull(column)
          && !(row.get(column).isBoolean() && !row.get(column).asBoolean())) {
        words.add(
            column
                + "="
                + (row.get(column).isValueNode()
                    ? row.get(column).asText()
                    : row.get(column).toString()));
      }
    }
    return String.join(" ", words);
  }

  private static Set<String> words(String text) {
    return new HashSet<>(Arrays.asList(text.split("[^A-Za-z0-9]+")));
  }
}
