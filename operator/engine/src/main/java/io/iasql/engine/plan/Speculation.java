package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.guard.Assertion;
import io.iasql.engine.guard.AssertionRun;
import io.iasql.engine.guard.Guards;
import io.iasql.engine.guard.ProtectRule;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Ownership;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * What a transaction's SQL means for resources, found inside its PostgreSQL transaction and without
 * asking the cloud: the touched resources, those that replacements drag along, and every problem
 * that can be known by now.
 */
public final class Speculation {
  private final Handle handle;
  private final Catalog catalog;
  private final Modules modules;
  private final List<NetChange.Row> rows;
  private final RowGraph after;
  private final RowGraph before;
  private final Map<RowKey, Touched> touched = new LinkedHashMap<>();
  private final Map<RowKey, RowKey> renamed = new HashMap<>();
  private final Set<String> tables = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();
  private final Set<RowKey> replaced = new HashSet<>();
  private final Map<String, Set<Class<?>>> replacedKeys = new HashMap<>();
  private final Set<RowKey> vanished;
  private final KeyedHash hash;
  private final Map<RowKey, String> protectedBy = new HashMap<>();
  private String guards = Guards.NONE.fingerprint();
  private Map<RowKey, List<String>> dependants = Map.of();
  private Set<String> formerIdentities;

  private Speculation(
      Handle handle,
      Catalog catalog,
      Modules modules,
      List<NetChange.Row> rows,
      Set<RowKey> vanished) {
    this.handle = handle;
    this.catalog = catalog;
    this.modules = modules;
    this.rows = rows;
    this.vanished = vanished;
    this.hash = KeyedHash.of(handle);
    this.after = RowGraph.now(handle, catalog);
    Map<String, Map<RowKey, ObjectNode>> overlay = new HashMap<>();
    for (NetChange.Row row : rows) {
      Map<RowKey, ObjectNode> ofTable =
          overlay.computeIfAbsent(row.key().table(), t -> new HashMap<>());
      ofTable.putIfAbsent(row.key(), null);
      if (row.before() != null) {
        ofTable.put(row.keyBefore(catalog), row.before());
        renamed.put(row.keyBefore(catalog), row.key());
      }
      tables.add(row.key().table());
    }
    this.before = RowGraph.before(handle, catalog, overlay);
  }

  /**
   * Looks at the changed rows, inside the transaction that changed them.
   *
   * @param vanished rows, by their key before, whose resources are known to be gone from the cloud
   * @throws InvalidTransactionException when the changes cannot be; it names every problem
   */
  static Speculation of(
      Handle handle,
      Catalog catalog,
      Modules modules,
      List<NetChange.Row> rows,
      Set<RowKey> vanished) {
    Speculation speculation = new Speculation(handle, catalog, modules, rows, vanished);
    speculation.aggregate();
    speculation.dragAlong();
    speculation.check();
    if (!speculation.problems.isEmpty()) {
      throw new InvalidTransactionException(speculation.problems);
    }
    return speculation;
  }

  Collection<Touched> touched() {
    return touched.values();
  }

  /** What the digests of plans are made with. */
  KeyedHash hash() {
    return hash;
  }

  /** The rows' net change, in the order of the first touch. */
  public List<NetChange.Row> rows() {
    return rows;
  }

  /**
   * The rows that the transaction left alone and whose resources it touches all the same: as they
   * are, so that a rollback can put them back.
   */
  public List<ObjectNode> draggedRows(String table) {
    Set<RowKey> changed = rows.stream().map(NetChange.Row::key).collect(Collectors.toSet());
    return before.rows(
        table,
        touched.keySet().stream()
            .filter(r -> r.table().equals(table) && !changed.contains(r))
            .toList());
  }

  /** Every table that the changes depend on. */
  public Set<String> tables() {
    return tables;
  }

  /** Writes a row's columns. */
  @FunctionalInterface
  public interface RowWriter {
    void update(Handle handle, RowKey row, ObjectNode values);
  }

  /** Gives rows that took a deleted row's place what the cloud had assigned to that one. */
  public void carryOver(Handle handle, RowWriter writer) {
    for (NetChange.Row row : rows) {
      Touched one = touched.get(row.key());
      if (!row.recreated() || one == null || one.before() == null || one.after() == null) {
        continue;
      }
      ObjectNode values = Json.object();
      for (Column column : one.shape().columns()) {
        if (column.assigned() && !row.after().hasNonNull(column.sqlName())) {
          values.set(column.sqlName(), row.before().get(column.sqlName()));
        }
      }
      writer.update(handle, row.key(), values);
    }
  }

  // Guards -------------------------------------------------------------------------------------

  /**
   * Holds the transaction to an environment's guards.
   *
   * @param own assertions of its own
   * @param secret whether these can ask for secrets
   * @throws InvalidTransactionException when it cannot be because of them
   */
  void keepTo(Guards wanted, List<Assertion> own, boolean secret) {
    guards = wanted.fingerprint();
    protect(wanted.protect());
    if (!rows.isEmpty() && !(wanted.assertions().isEmpty() && own.isEmpty())) {
      check(wanted.assertions(), own, secret);
    }
  }

  private void check(List<Assertion> wanted, List<Assertion> own, boolean secret) {
    try {
      UserSql.keepFromEngine(handle.getConnection());
    } catch (SQLException e) {
      throw new UnavailableException("PostgreSQL: " + e.getMessage(), e);
    }
    List<String> violations =
        new ArrayList<>(new AssertionRun(handle).violations(wanted, "the Environment"));
    violations.addAll(new AssertionRun(handle, secret).violations(own, "the SqlTransaction"));
    if (!violations.isEmpty()) {
      throw new InvalidTransactionException(violations);
    }
  }

  /** The fingerprint of the guards that it keeps to. */
  String guards() {
    return guards;
  }

  /**
   * Finds out which rows are protected: by what they were before the transaction, so that no other
   * statement of it takes the protection away.
   *
   * @throws InvalidTransactionException when a protected row of a child or join table is deleted
   */
  private void protect(List<ProtectRule> rules) {
    List<String> deleted = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      ProtectRule rule = rules.get(i);
      String name = "spec.protect[" + i + "] of the Environment protects " + rule.describe();
      formerRows(rule.table())
          .forEach(
              (row, former) -> {
                if (rule.matches(former)) {
                  protectedBy.putIfAbsent(row, name);
                }
              });
      rows.stream()
          .filter(row -> row.key().table().equals(rule.table()) && row.after() == null)
          .filter(row -> modules.resource(rule.table()).isEmpty() && rule.matches(row.before()))
          .map(row -> row.key() + " may not be deleted: " + name + ADVICE)
          .forEach(deleted::add);
    }
    if (!deleted.isEmpty()) {
      throw new InvalidTransactionException(deleted);
    }
  }

  private static final String ADVICE =
      ". Leave that out of the transaction, or take the rule out of the Environment first";

  /** The touched rows of a table as they were, by their keys now. */
  private Map<RowKey, ObjectNode> formerRows(String table) {
    Map<RowKey, RowKey> keys = new LinkedHashMap<>();
    touched.values().stream()
        .filter(one -> one.before() != null && one.shape().table().equals(table))
        .forEach(one -> keys.put(RowGraph.rowOf(one.before()), one.row()));
    Map<RowKey, ObjectNode> former = new LinkedHashMap<>();
    if (keys.isEmpty()) {
      // A rule may name a table that is not there.
      return former;
    }
    for (ObjectNode row : before.rows(table, keys.keySet())) {
      former.put(keys.get(RowKey.of(catalog, table, row)), row);
    }
    return former;
  }

  /** Finds out what refers to the rows that are deleted or may be replaced. */
  void lookAround() {
    Reach reach = new Reach(catalog, modules, before);
    Set<String> concerned =
        touched.values().stream()
            .filter(one -> one.before() != null)
            .filter(one -> one.after() == null || isReplaced(one.row()))
            .map(one -> one.shape().table())
            .collect(Collectors.toCollection(TreeSet::new));
    for (String table : concerned) {
      Map<RowKey, ObjectNode> rows = formerRows(table);
      rows.keySet().removeIf(row -> touched.get(row).after() != null && !isReplaced(row));
      reach.add(table, rows);
    }
    dependants = reach.described();
  }

  /** What refers to a row that is deleted or replaced, if that was looked for. */
  List<String> dependants(RowKey row) {
    return dependants.getOrDefault(row, List.of());
  }

  /** Why an action may not be, if it deletes or replaces what is protected. */
  Optional<String> violation(Plan.Action action) {
    String rule = action.deletes() ? protectedBy.get(action.row()) : null;
    if (rule == null) {
      return Optional.empty();
    }
    String columns =
        action.changes().stream().map(Plan.Change::name).collect(Collectors.joining(", "));
    String why = action.note().isEmpty() ? "it changes " + columns : action.note();
    return Optional.of(
        describe(action.row())
            + (action.kind() == Plan.Kind.DELETE
                ? " may not be deleted: "
                : " may not be replaced (" + why + "): ")
            + rule
            + ADVICE);
  }

  // Aggregate -----------------------------------------------------------------------------------

  private void aggregate() {
    Map<String, List<NetChange.Row>> byTable = new LinkedHashMap<>();
    rows.forEach(r -> byTable.computeIfAbsent(r.key().table(), t -> new ArrayList<>()).add(r));
    byTable.forEach(
        (table, changed) ->
            modules.resource(table).ifPresent(resource -> addRoots(resource, table, changed)));
    byTable.forEach(
        (table, changed) -> {
          if (modules.resource(table).isEmpty()) {
            addOwners(table, changed);
          }
        });
  }

  private void addRoots(CloudResource<?> resource, String table, List<NetChange.Row> changed) {
    Shape shape = Shape.of(resource.type());
    List<ObjectNode> oldRows =
        changed.stream().map(NetChange.Row::before).filter(Objects::nonNull).toList();
    List<ObjectNode> newRows =
        after.rows(
            table,
            changed.stream().filter(r -> r.after() != null).map(NetChange.Row::key).toList());
    Map<RowKey, ObjectNode> oldImages = byRow(before.images(shape, table, oldRows));
    Map<RowKey, ObjectNode> newImages = byRow(after.images(shape, table, newRows));
    for (NetChange.Row row : changed) {
      ObjectNode old = row.before() == null ? null : oldImages.get(row.keyBefore(catalog));
      ObjectNode now = row.after() == null ? null : newImages.get(row.key());
      if (row.recreated() && old != null && now != null) {
        carryOver(shape, old, now);
      }
      touched.put(row.key(), new Touched(resource, shape, row.key(), old, now, null));
    }
  }

  /** What the cloud assigned to the deleted row belongs to the one that took its place. */
  private static void carryOver(Shape shape, ObjectNode old, ObjectNode now) {
    for (Column column : shape.columns()) {
      if (column.assigned() && !now.hasNonNull(column.name())) {
        now.set(column.name(), old.get(column.name()));
      }
    }
  }

  private static Map<RowKey, ObjectNode> byRow(List<ObjectNode> images) {
    Map<RowKey, ObjectNode> result = new HashMap<>();
    images.forEach(i -> result.put(RowGraph.rowOf(i), i));
    return result;
  }

  /** A change in a child or join table is a change of its owner. */
  private void addOwners(String table, List<NetChange.Row> changed) {
    for (String root : catalog.parentsFirst()) {
      modules
          .resource(root)
          .ifPresent(
              resource -> {
                Shape shape = Shape.of(resource.type());
                shape.columns().stream()
                    .filter(c -> c.childTable().equals(table))
                    .forEach(c -> addOwners(resource, shape, c, changed));
              });
    }
  }

  private void addOwners(
      CloudResource<?> resource, Shape shape, Column column, List<NetChange.Row> changed) {
    Catalog.ForeignKey fk =
        catalog.foreignKey(column.childTable(), column.ownerColumn(), shape.table());
    Set<ObjectNode> owners = new HashSet<>();
    for (NetChange.Row row : changed) {
      for (ObjectNode image : new ObjectNode[] {row.before(), row.after()}) {
        if (image != null && fk.columns().stream().allMatch(image::hasNonNull)) {
          ObjectNode owner = Json.object();
          for (int i = 0; i < fk.columns().size(); i++) {
            owner.set(fk.targetColumns().get(i), image.get(fk.columns().get(i)));
          }
          owners.add(owner);
        }
      }
    }
    add(resource, shape, after.rowsWhere(shape.table(), fk.targetColumns(), owners), r -> null);
  }

  private void add(
      CloudResource<?> resource,
      Shape shape,
      List<ObjectNode> unchangedRows,
      Function<ObjectNode, RowKey> forcedBy) {
    List<ObjectNode> open =
        unchangedRows.stream()
            .filter(r -> !touched.containsKey(RowKey.of(catalog, shape.table(), r)))
            .toList();
    tables.add(shape.table());
    Map<RowKey, ObjectNode> old = byRow(before.images(shape, shape.table(), open));
    Map<RowKey, ObjectNode> now = byRow(after.images(shape, shape.table(), open));
    for (ObjectNode row : open) {
      RowKey key = RowKey.of(catalog, shape.table(), row);
      touched.put(
          key, new Touched(resource, shape, key, old.get(key), now.get(key), forcedBy.apply(row)));
    }
  }

  // Dependants of what is replaced
  // -----------------------------------------------------------------

  private void dragAlong() {
    Set<RowKey> open = new LinkedHashSet<>(touched.keySet());
    while (!open.isEmpty()) {
      Map<String, List<Touched>> parents = new LinkedHashMap<>();
      for (RowKey row : open) {
        Touched one = touched.get(row);
        if (mustBeReplaced(one) && replaced.add(row)) {
          rememberKey(one);
          parents.computeIfAbsent(one.shape().table(), t -> new ArrayList<>()).add(one);
        }
      }
      open.clear();
      parents.forEach(
          (table, ofTable) -> {
            for (Catalog.ForeignKey fk : catalog.referrers(table)) {
              open.addAll(addReferrers(ofTable, fk));
            }
            open.addAll(addTextReferrers(ofTable));
          });
    }
  }

  private void rememberKey(Touched one) {
    String id = one.shape().assignedKey(one.before());
    if (id != null) {
      replacedKeys.computeIfAbsent(id, i -> new HashSet<>()).add(one.shape().type());
    }
  }

  /** Whether the resource is replaced: by its own change or because one that it refers to is. */
  boolean isReplaced(RowKey row) {
    return replaced.contains(row);
  }

  /** The resources that are to be created again: touched, kept by the transaction, not there. */
  Set<RowKey> vanished(Set<RowKey> there) {
    return touched.values().stream()
        .filter(one -> one.before() != null && one.after() != null)
        .filter(one -> isReplaced(one.row()) || isChanged(one))
        .map(one -> RowGraph.rowOf(one.before()))
        .filter(row -> !there.contains(row))
        .collect(Collectors.toSet());
  }

  /** How people know the resource behind a row. */
  String describe(RowKey row) {
    return touched.get(row).describe();
  }

  /** Whether a new resource's identity is one that another gives up in this transaction. */
  boolean isGivenUp(Touched one) {
    return formerIdentities().contains(identity(one.shape(), one.after()));
  }

  /** Whether a resource is replaced by one whose identity nobody in this transaction has had. */
  boolean isRenamed(Touched one) {
    return one.before() != null
        && one.after() != null
        && one.shape().hasChosenIdentity()
        && !one.shape().identityOf(one.after()).equals(one.shape().identityOf(one.before()))
        && !isGivenUp(one);
  }

  private Set<String> formerIdentities() {
    if (formerIdentities == null) {
      formerIdentities =
          touched.values().stream()
              .filter(t -> t.before() != null && t.shape().hasChosenIdentity())
              .map(t -> identity(t.shape(), t.before()))
              .collect(Collectors.toSet());
    }
    return formerIdentities;
  }

  private static String identity(Shape shape, ObjectNode image) {
    return shape.table() + shape.identityOf(image);
  }

  /** Whether the row is new in this transaction. */
  boolean isNew(RowKey row) {
    Touched one = touched.get(row);
    return one != null && one.before() == null;
  }

  /** Whether a text column names a resource that is replaced and will have another key. */
  boolean namesReplaced(Column column, JsonNode value) {
    if (column.refersTo().isEmpty() || value == null || value.isNull()) {
      return false;
    }
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      Set<Class<?>> types = replacedKeys.getOrDefault(id.asText(), Set.of());
      if (column.refersTo().stream().anyMatch(types::contains)) {
        return true;
      }
    }
    return false;
  }

  private boolean mustBeReplaced(Touched one) {
    if (one.before() == null || one.after() == null) {
      return false;
    }
    if (vanished.contains(RowGraph.rowOf(one.before()))
        && one.shape().assignedKey(one.before()) != null) {
      return true;
    }
    for (Column column : one.shape().columns()) {
      if (!column.forcesReplacement()) {
        continue;
      }
      if (!Shape.canonical(column, one.before()).equals(Shape.canonical(column, one.after()))) {
        return true;
      }
      JsonNode reference = one.after().get(column.name());
      if (column.kind() == Column.Kind.REFERENCE
          && !reference.isNull()
          && replaced.contains(RowGraph.rowOf(reference))) {
        return true;
      }
      if (namesReplaced(column, reference)) {
        return true;
      }
    }
    return false;
  }

  /** Touches what refers to replaced resources; returns the rows that may have to follow. */
  private List<RowKey> addReferrers(List<Touched> parents, Catalog.ForeignKey fk) {
    Map<String, RowKey> byValue = new HashMap<>();
    List<ObjectNode> values = new ArrayList<>();
    for (Touched parent : parents) {
      ObjectNode value = Json.object();
      for (int i = 0; i < fk.columns().size(); i++) {
        value.set(fk.columns().get(i), parent.after().get(fk.targetColumns().get(i)));
      }
      byValue.put(value.toString(), parent.row());
      values.add(value);
    }
    List<ObjectNode> found = after.rowsWhere(fk.table(), fk.columns(), values);
    CloudResource<?> resource = modules.resource(fk.table()).orElse(null);
    if (resource == null) {
      addOwnersOf(fk.table(), found);
      return List.of();
    }
    add(
        resource,
        Shape.of(resource.type()),
        found,
        row -> byValue.get(RowKey.pick(row, fk.columns()).toString()));
    return found.stream().map(r -> RowKey.of(catalog, fk.table(), r)).toList();
  }

  private void addOwnersOf(String childTable, List<ObjectNode> children) {
    addOwners(
        childTable,
        children.stream()
            .map(r -> new NetChange.Row(RowKey.of(catalog, childTable, r), r, r, false))
            .toList());
  }

  /** Columns that hold the assigned key as text, without a foreign key. */
  private List<RowKey> addTextReferrers(List<Touched> parents) {
    Map<String, RowKey> byId = new HashMap<>();
    for (Touched parent : parents) {
      String id = parent.shape().assignedKey(parent.before());
      if (id != null) {
        byId.put(id, parent.row());
      }
    }
    List<RowKey> all = new ArrayList<>();
    if (byId.isEmpty()) {
      return all;
    }
    Class<? extends Record> type = parents.get(0).shape().type();
    for (String table : catalog.parentsFirst()) {
      CloudResource<?> resource = modules.resource(table).orElse(null);
      if (resource == null) {
        continue;
      }
      Shape shape = Shape.of(resource.type());
      for (Column column : shape.columns()) {
        if (column.refersTo().contains(type)) {
          List<ObjectNode> found =
              staying(
                  resource,
                  type,
                  TextReferences.rows(handle, catalog, table, column, byId.keySet()));
          add(resource, shape, found, r -> named(r.get(column.sqlName()), byId));
          found.forEach(r -> all.add(RowKey.of(catalog, table, r)));
        }
      }
    }
    return all;
  }

  /**
   * Of rows that name a resource those that outlive it: what comes with an endpoint, as the routes
   * to its service, goes with it, and nobody can lead it elsewhere.
   */
  private List<ObjectNode> staying(
      CloudResource<?> resource, Class<? extends Record> named, List<ObjectNode> rows) {
    Shape shape = Shape.of(resource.type());
    if (modules.companion(shape.table(), named).isEmpty()) {
      return rows;
    }
    Map<RowKey, ObjectNode> images = byRow(after.images(shape, shape.table(), rows));
    return rows.stream()
        .filter(
            row ->
                Modules.ownership(resource, images.get(RowKey.of(catalog, shape.table(), row)))
                    != Ownership.WITH_PARENT)
        .toList();
  }

  private static RowKey named(JsonNode value, Map<String, RowKey> byId) {
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      if (byId.containsKey(id.asText())) {
        return byId.get(id.asText());
      }
    }
    return null;
  }

  // Checks ---------------------------------------------------------------------------------------

  private void check() {
    for (Touched one : touched.values()) {
      if (one.after() == null) {
        checkDeletion(one);
      } else {
        checkAssigned(one);
        checkRoles(one);
        validate(one.resource(), one);
      }
    }
  }

  private void problem(Touched one, String column, String text) {
    problems.add(one.describe() + (column.isEmpty() ? "" : ", column " + column) + ": " + text);
  }

  private void checkAssigned(Touched one) {
    for (Column column : one.shape().columns()) {
      if (!column.assigned()) {
        continue;
      }
      JsonNode now = Shape.canonical(column, one.after());
      boolean edited = one.before() != null && !Shape.canonical(column, one.before()).equals(now);
      // A default of the column (create_date DEFAULT now()) is no edit: only keys are refused here.
      boolean invented = one.before() == null && column.key() && !now.isNull();
      if (edited || invented) {
        problem(
            one,
            column.name(),
            "AWS assigns this value and nobody can choose it; leave the column out of the "
                + (edited ? "UPDATE" : "INSERT"));
      }
    }
  }

  private void checkRoles(Touched one) {
    if (one.before() == null && !(one.resource() instanceof Creates<?>)) {
      problem(one, "", "a row of this table cannot be inserted" + hint(one));
    } else if (one.before() != null) {
      boolean replacing = isReplaced(one.row());
      boolean changed = isChanged(one);
      if (comesAlong(one)) {
        return;
      }
      if (replacing
          && !(one.resource() instanceof Creates<?> && one.resource() instanceof Deletes<?>)) {
        problem(one, "", "this row cannot be replaced" + hint(one));
      } else if (replacing && Modules.ownership(one.resource(), one.before()) != Ownership.OWN) {
        problem(one, "", "it belongs to the account or to its parent and cannot be replaced");
      } else if (changed && !replacing && !(one.resource() instanceof Updates<?>)) {
        problem(one, "", "a row of this table cannot be updated" + hint(one));
      } else if (changed
          && !replacing
          && Modules.ownership(one.resource(), one.before()) == Ownership.PROTECTED) {
        problem(one, "", "it comes with the account and is protected from changes");
      }
    }
  }

  /**
   * Whether the cloud replaces the resource by itself, because the one that it belongs to is
   * replaced: the row stays, the new resource takes it over.
   */
  boolean comesAlong(Touched one) {
    return isReplaced(one.row())
        && Modules.ownership(one.resource(), one.before()) == Ownership.WITH_PARENT
        && one.shape().columns().stream()
            .filter(Column::forcesReplacement)
            .allMatch(
                c -> Shape.canonical(c, one.before()).equals(Shape.canonical(c, one.after())));
  }

  private static String hint(Touched one) {
    return one.shape().hint().isEmpty() ? "" : ": " + one.shape().hint();
  }

  /** Whether a column that is sent to the cloud differs. */
  private static boolean isChanged(Touched one) {
    return one.shape().columns().stream()
        .filter(Column::isDesired)
        .anyMatch(c -> !Shape.canonical(c, one.before()).equals(Shape.canonical(c, one.after())));
  }

  private void checkDeletion(Touched one) {
    if (!(one.resource() instanceof Deletes<?>)) {
      problem(one, "", "a row of this table cannot be deleted" + hint(one));
      return;
    }
    Ownership ownership = Modules.ownership(one.resource(), one.before());
    if (ownership != Ownership.OWN && !goesWithParent(one)) {
      problem(
          one,
          "",
          ownership == Ownership.PROTECTED
              ? "it comes with the account and is protected from deletion"
              : "it goes with the resource it belongs to and cannot be deleted alone");
    }
  }

  /** Whether a resource that this one refers to is deleted by the same transaction. */
  boolean goesWithParent(Touched one) {
    return one.before() != null && refersToDeleted(one.shape(), one.before());
  }

  private boolean refersToDeleted(Shape shape, JsonNode image) {
    for (Column column : shape.references()) {
      JsonNode parent = image.get(column.name());
      if (parent == null || parent.isNull()) {
        continue;
      }
      RowKey key = RowGraph.rowOf(parent);
      Touched other = touched.get(renamed.getOrDefault(key, key));
      if ((other != null && other.after() == null)
          || refersToDeleted(Shape.of(column.target()), parent)) {
        return true;
      }
    }
    return false;
  }

  private <R extends Record> void validate(CloudResource<R> resource, Touched one) {
    Validation validation = new Validation(after, catalog);
    R desired = validation.record(resource.type(), one.after());
    for (Problem problem : resource.validate(desired, validation)) {
      problem(one, problem.column(), problem.message());
    }
  }
}
