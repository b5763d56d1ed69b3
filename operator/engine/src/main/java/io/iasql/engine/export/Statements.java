package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Entity.State;
import io.iasql.engine.export.ExportedStatement.Arrival;
import io.iasql.engine.export.ExportedStatement.Reference;
import io.iasql.engine.store.Catalog.ForeignKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes statements, each as of the point of the text that the rows are at. */
final class Statements {
  private final World world;
  private final Tables tables;
  private final Exported exported;
  private final Keys keys;
  // What must be true elsewhere costs queries that an export by itself does without.
  private final boolean adapted;
  private final List<ExportedStatement> written = new ArrayList<>();
  private final Set<String> comments = new LinkedHashSet<>();
  private final Set<Reference> references = new LinkedHashSet<>();

  Statements(World world, Exported exported, Keys keys) {
    this.world = world;
    this.tables = world.tables();
    this.exported = exported;
    this.keys = keys;
    this.adapted = world.adaptation() != Adaptation.NONE;
  }

  /** The statements, each with its comments before it. */
  List<ExportedStatement> written() {
    if (!comments.isEmpty() && !written.isEmpty()) {
      ExportedStatement last = written.remove(written.size() - 1);
      written.add(
          new ExportedStatement(
              withComments(last.sql()),
              last.table(),
              last.row(),
              last.name(),
              last.arrival(),
              last.references()));
    }
    return List.copyOf(written);
  }

  private String withComments(String statement) {
    StringBuilder text = new StringBuilder();
    comments.forEach(c -> text.append("-- ").append(c).append('\n'));
    comments.clear();
    return text.append(statement).toString();
  }

  private void write(Entity entity, String statement) {
    written.add(
        new ExportedStatement(
            withComments(statement),
            entity.table(),
            entity.number(),
            adapted ? described(entity) : "",
            null,
            List.copyOf(references)));
    references.clear();
  }

  /** The row of the last statement, an INSERT, is there now. */
  void arrived(Entity entity) {
    if (!adapted) {
      return;
    }
    Set<String> said = Set.copyOf(comments);
    Keys.Name name = keys.of(entity);
    ExportedStatement last = written.remove(written.size() - 1);
    written.add(
        new ExportedStatement(
            last.sql(),
            last.table(),
            last.row(),
            last.name(),
            new Arrival(conditions(entity, name), name.like() - 1),
            last.references()));
    // They are of the name, which stands in no text.
    comments.retainAll(said);
    references.clear();
  }

  /** Says before the row's own statement that write-only values stay here. */
  private void withhold(Entity entity) {
    for (String column : exported.secrets().getOrDefault(entity, List.of())) {
      if (parameter(entity, entity.after(), column).isEmpty()) {
        comments.add(column + " is not exported");
      }
    }
  }

  private Optional<String> parameter(Entity entity, State state, String column) {
    return world.adaptation().parameter(entity.table(), state.told(), column);
  }

  /** Says so of a row without a statement: before the next statement, whichever it is. */
  void withholdAll(Entity entity) {
    for (String column : exported.secrets().getOrDefault(entity, List.of())) {
      comments.add(column + " of " + entity.table() + " is not exported");
    }
  }

  void insert(Entity entity, State state, Collection<String> later) {
    withhold(entity);
    List<String> columns = new ArrayList<>();
    List<String> values = new ArrayList<>();
    Set<String> given = new HashSet<>();
    for (String column : tables.catalog().columns(entity.table())) {
      if (exported.isInserted(entity, column) && !later.contains(column)) {
        columns.add(sql(entity, column));
        values.add(value(entity, state, column));
        given.add(column);
      }
    }
    needKeys(entity, state, given);
    String table = tables.sql(entity.table());
    write(
        entity,
        columns.isEmpty()
            ? "INSERT INTO " + table + " DEFAULT VALUES;"
            : "INSERT INTO "
                + table
                + " ("
                + String.join(", ", columns)
                + ")\nVALUES ("
                + String.join(", ", values)
                + ");");
  }

  void update(Entity entity, State state, Collection<String> columns) {
    withhold(entity);
    List<String> assignments = new ArrayList<>();
    for (String column : columns) {
      assignments.add(sql(entity, column) + " = " + value(entity, state, column));
    }
    needKeys(entity, state, Set.copyOf(columns));
    String condition = only(entity);
    needItself(entity);
    write(
        entity,
        "UPDATE "
            + tables.sql(entity.table())
            + "\nSET "
            + String.join(", ", assignments)
            + "\nWHERE "
            + condition
            + ";");
  }

  void delete(Entity entity) {
    String condition = only(entity);
    needItself(entity);
    write(entity, "DELETE FROM " + tables.sql(entity.table()) + "\nWHERE " + condition + ";");
  }

  private void needItself(Entity entity) {
    if (adapted) {
      references.add(
          new Reference(entity.number(), entity.table(), "", likeness(entity), described(entity)));
    }
  }

  /** Rows that are named by the values of their keys alone. */
  private void needKeys(Entity entity, State state, Set<String> columns) {
    for (ForeignKey fk : adapted ? tables.foreignKeys(entity.table()) : List.<ForeignKey>of()) {
      boolean written = fk.columns().stream().anyMatch(columns::contains);
      if (!written || tables.byGeneratedKey(fk) || !fk.columns().stream().allMatch(state::has)) {
        continue;
      }
      List<String> all = new ArrayList<>();
      for (int i = 0; i < fk.columns().size(); i++) {
        String column = fk.targetColumns().get(i);
        all.add(
            tables.attribute(fk.target(), column).sql()
                + " = "
                + plain(entity, state, fk.columns().get(i)));
      }
      Entity target = state.link(fk);
      references.add(
          new Reference(
              target == null ? 0 : target.number(),
              fk.target(),
              fk.targetColumns().get(0),
              String.join(" AND ", all),
              target == null
                  ? state.get(fk.columns().get(0)).asText()
                  : target.named().get(fk.targetColumns().get(0)).asText()));
    }
  }

  private String sql(Entity entity, String column) {
    return tables.attribute(entity.table(), column).sql();
  }

  // Values ---------------------------------------------------------------------------------------

  private String value(Entity entity, State state, String column) {
    Optional<Column> known = exported.column(entity.table(), column);
    if (known.isPresent() && known.get().writeOnly() && state.has(column)) {
      Optional<String> parameter = parameter(entity, state, column);
      if (parameter.isPresent()) {
        return ParameterCalls.call(parameter.get());
      }
    }
    if (known.isPresent() && !known.get().refersTo().isEmpty() && state.has(column)) {
      return named(known.get(), state.get(column), tables.attribute(entity.table(), column));
    }
    return plain(entity, state, column);
  }

  private String plain(Entity entity, State state, String column) {
    String table = entity.table();
    Tables.Attribute attribute = tables.attribute(table, column);
    JsonNode value = state.get(column);
    if (value.isNull()) {
      return Literals.NULL;
    }
    if (tables.isDefaultRegion(table, column, value.asText())) {
      return Literals.DEFAULT_REGION;
    }
    Entity target = link(entity, state, column);
    if (target == null) {
      return Literals.of(value, attribute);
    }
    ForeignKey fk = tables.foreignKey(table, column).orElseThrow();
    return tables.byGeneratedKey(fk)
        ? reference(target, fk.targetColumns().get(0))
        : Literals.of(target.named().get(fk.targetColumns().get(0)), attribute);
  }

  private Entity link(Entity entity, State state, String column) {
    return tables
        .foreignKey(entity.table(), column)
        .filter(world.links(entity.table())::contains)
        .map(state::link)
        .orElse(null);
  }

  /** Another row's value by that row's name. */
  private String reference(Entity target, String column) {
    if (exported.comesAlong(target) && !exported.elsewhere().contains(target)) {
      comments.add(
          "a row of "
              + target.table()
              + " is meant that AWS makes: commit first what it comes along with");
    }
    String condition = likeness(target);
    if (adapted) {
      references.add(
          new Reference(target.number(), target.table(), column, condition, described(target)));
    }
    return "(SELECT "
        + tables.attribute(target.table(), column).sql()
        + " FROM "
        + tables.sql(target.table())
        + " WHERE "
        + condition
        + ")";
  }

  private String named(Column column, JsonNode value, Tables.Attribute attribute) {
    if (!value.isArray()) {
      return named(column, value);
    }
    List<String> elements = new ArrayList<>();
    value.forEach(id -> elements.add(id.isNull() ? Literals.NULL : named(column, id)));
    return Literals.array(elements, attribute);
  }

  private String named(Column column, JsonNode id) {
    Entity target = world.byAssignedKey(column.refersTo(), id.asText());
    if (target == null || target.now() == null) {
      comments.add(column.sqlName() + " names nothing in these tables: it is kept as it is");
      if (id.asText().chars().anyMatch(Character::isDigit)) {
        // A word such as "local" means the same everywhere; what AWS assigned does not.
        references.add(
            new Reference(
                0, Shape.of(column.refersTo().get(0)).table(), column.sqlName(), "", id.asText()));
      }
      return Literals.quote(id.asText());
    }
    if (target.inserted() > 0 && !exported.comesAlong(target)) {
      comments.add(
          column.sqlName()
              + " is assigned by AWS: commit first what inserts the row of "
              + target.table());
    }
    Shape shape = Shape.of(world.modules().resource(target.table()).orElseThrow().type());
    return reference(target, World.assignedKey(shape).get(0));
  }

  // Names ----------------------------------------------------------------------------------------

  /** The condition for one row and never another: it fails where two fit. */
  private String only(Entity entity) {
    Keys.Name name = keys.of(entity);
    Optional<String> generated = tables.generatedKey(entity.table());
    if (name.certain() || generated.isEmpty()) {
      return conditions(entity, name);
    }
    String id = sql(entity, generated.get());
    return id
        + " = (SELECT "
        + id
        + " FROM "
        + tables.sql(entity.table())
        + " WHERE "
        + likeness(entity)
        + ")";
  }

  private String likeness(Entity entity) {
    Keys.Name name = keys.of(entity);
    String conditions = conditions(entity, name);
    Optional<String> generated = tables.generatedKey(entity.table());
    if (name.like() > 1 && name.newer() >= 0 && generated.isPresent()) {
      return conditions
          + " ORDER BY "
          + sql(entity, generated.get())
          + " DESC LIMIT 1"
          + (name.newer() == 0 ? "" : " OFFSET " + name.newer());
    }
    if (name.ambiguous()) {
      comments.add(
          name.like()
              + " rows of "
              + entity.table()
              + " are alike and nothing tells them apart: this fails where it finds several");
    }
    return conditions;
  }

  /** What people know a row by: its identity's values, else what is set of it. */
  private String described(Entity entity) {
    return new Described(world, keys).text(entity.named(), entity.table());
  }

  private String conditions(Entity entity, Keys.Name name) {
    List<String> all = new ArrayList<>();
    for (String column : name.columns()) {
      Tables.Attribute attribute = tables.attribute(entity.table(), column);
      String value = plain(entity, entity.named(), column);
      if (value.equals(Literals.NULL)) {
        all.add(attribute.sql() + " IS NULL");
      } else if (attribute.json()) {
        all.add(attribute.sql() + "::jsonb = " + value + "::jsonb");
      } else {
        all.add(attribute.sql() + " = " + value);
      }
    }
    return all.isEmpty() ? "true" : String.join(" AND ", all);
  }
}
