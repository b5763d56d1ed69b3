package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.export.Entity.State;
import io.iasql.engine.store.Catalog.ForeignKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds an order in which PostgreSQL takes the changes, by going through them in the order that
 * reads best (updates, inserts, parents first; deletes, children first) and taking each once what
 * it refers to is there, and what it takes from another row is free. What waits for each other is
 * done in two steps.
 */
final class Script {
  private static final String ASIDE = "aside-";

  private final World world;
  private final Tables tables;
  private final Exported exported;
  private final Keys keys;
  private final Statements text;

  /** The columns of each row still to be set; a row that is not there yet is inserted. */
  private final Map<Entity, Set<String>> writes = new LinkedHashMap<>();

  private final Set<Entity> inserts = new HashSet<>();
  private final Set<Entity> deletes = new LinkedHashSet<>();

  private Script(World world, Exported exported) {
    this.world = world;
    this.tables = world.tables();
    this.exported = exported;
    this.keys = new Keys(world);
    this.text = new Statements(world, exported, keys);
  }

  /** The changes as statements. */
  static List<ExportedStatement> of(World world, Exported exported) {
    Script script = new Script(world, exported);
    script.begin();
    script.write();
    script.delete();
    return script.text.written();
  }

  private void begin() {
    for (Entity entity : world.changed()) {
      if (entity.before() == null && exported.comesAlong(entity)) {
        entity.now(entity.after());
      } else if (entity.after() == null && !exported.deletes().contains(entity)) {
        entity.now(null);
      }
    }
    world.begin();
    List<Entity> updated = sorted(exported.updates().keySet(), false);
    updated.forEach(e -> writes.put(e, new LinkedHashSet<>(exported.updates().get(e))));
    for (Entity entity : sorted(exported.inserts(), false)) {
      writes.put(entity, new LinkedHashSet<>());
      inserts.add(entity);
    }
    deletes.addAll(sorted(exported.deletes(), true));
    for (Entity entity : world.changed()) {
      if (!writes.containsKey(entity)) {
        text.withholdAll(entity);
      }
    }
  }

  private List<Entity> sorted(Collection<Entity> rows, boolean childrenFirst) {
    List<String> order = tables.catalog().parentsFirst();
    Comparator<Entity> byTable = Comparator.comparingInt(e -> order.indexOf(e.table()));
    return rows.stream()
        .sorted(
            (childrenFirst ? byTable.reversed() : byTable)
                .thenComparing(e -> gives(e) ? 1 : 0)
                .thenComparingLong(this::age))
        .toList();
  }

  /** Whether an update sets anything; one that only takes away goes before it. */
  private boolean gives(Entity entity) {
    return exported.updates().getOrDefault(entity, Set.of()).stream()
        .map(c -> entity.after().get(c))
        .anyMatch(v -> !v.isNull() && (!v.isBoolean() || v.asBoolean()));
  }

  /** Rows with a serial key are in the order in which they were inserted. */
  private long age(Entity entity) {
    State state = entity.after() == null ? entity.before() : entity.after();
    return tables
        .generatedKey(entity.table())
        .map(c -> state.get(c).asLong())
        .orElse((long) entity.number());
  }

  // Inserts and updates --------------------------------------------------------------------------

  private void write() {
    while (!writes.isEmpty()) {
      if (!writeWhatCanBe() && !makeRoom() && !writeInPart()) {
        // The constraints say more than is known here; PostgreSQL has the last word.
        Entity first = writes.keySet().iterator().next();
        write(first, Set.of());
        writes.remove(first);
      }
    }
  }

  private boolean writeWhatCanBe() {
    boolean progress = false;
    for (Iterator<Entity> all = writes.keySet().iterator(); all.hasNext(); ) {
      Entity entity = all.next();
      if (isTime(entity)
          && waitingFor(entity).isEmpty()
          && holders(entity, target(entity, Set.of())).isEmpty()) {
        write(entity, Set.of());
        all.remove();
        progress = true;
      }
    }
    return progress;
  }

  /** A row that is made anew has to be gone first. */
  private boolean isTime(Entity entity) {
    return !inserts.contains(entity) || entity.now() == null;
  }

  private State target(Entity entity, Set<String> without) {
    if (entity.now() == null) {
      return entity.after().without(without);
    }
    Set<String> columns = new LinkedHashSet<>(writes.get(entity));
    columns.removeAll(without);
    return entity.now().with(columns, entity.after());
  }

  private void write(Entity entity, Set<String> without) {
    State target = target(entity, without);
    if (entity.now() == null) {
      text.insert(entity, target, without);
      inserts.remove(entity);
    } else {
      Set<String> columns = new LinkedHashSet<>(writes.get(entity));
      columns.removeAll(without);
      text.update(entity, target, columns);
    }
    boolean arrives = entity.now() == null;
    world.move(entity, target);
    if (arrives) {
      text.arrived(entity);
    }
  }

  /** The columns that refer to rows which are not there yet. */
  private Set<String> waitingFor(Entity entity) {
    Set<String> columns = new LinkedHashSet<>();
    boolean inserted = entity.now() == null;
    for (ForeignKey fk : world.links(entity.table())) {
      String column = fk.columns().get(0);
      if (inserted || writes.get(entity).contains(column)) {
        Entity target = entity.after().link(fk);
        if (target != null && !isThere(target, new HashSet<>())) {
          columns.add(column);
        }
      }
    }
    for (String column : tables.catalog().columns(entity.table())) {
      if (inserted || writes.get(entity).contains(column)) {
        exported
            .column(entity.table(), column)
            .filter(c -> !c.refersTo().isEmpty())
            .ifPresent(
                c -> {
                  for (String id : values(entity.after().get(column))) {
                    Entity target = world.byAssignedKey(c.refersTo(), id);
                    if (target != null && inserts.contains(target)) {
                      columns.add(column);
                    }
                  }
                });
      }
    }
    return columns;
  }

  private static List<String> values(JsonNode value) {
    List<String> all = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(v -> all.add(v.asText()));
    } else if (!value.isNull()) {
      all.add(value.asText());
    }
    return all;
  }

  /** Whether a row can be named now; one that comes along can be once those that name it are. */
  private boolean isThere(Entity entity, Set<Entity> seen) {
    if (entity.now() == null) {
      return false;
    }
    return !exported.comesAlong(entity)
        || !seen.add(entity)
        || keys.within(entity, keys.of(entity)).stream().allMatch(e -> isThere(e, seen));
  }

  /** The other rows that have what a row must have alone. */
  private Set<Entity> holders(Entity entity, State target) {
    Set<Entity> holders = new LinkedHashSet<>();
    for (List<String> columns : unique(entity, target)) {
      holders.addAll(world.alike(entity.table(), target, columns, true));
    }
    holders.remove(entity);
    return holders;
  }

  /** The unique column sets in which a row in this state could collide. */
  private List<List<String>> unique(Entity entity, State target) {
    List<List<String>> result = new ArrayList<>();
    for (Tables.Unique unique : tables.uniques(entity.table())) {
      if (unique.nullsAgree() || unique.columns().stream().allMatch(target::has)) {
        result.add(unique.columns());
      }
    }
    keys.identity(entity.table())
        .filter(columns -> columns.stream().allMatch(target::has))
        .ifPresent(result::add);
    return result;
  }

  /** Deletes what holds unique values that others wait for, with what refers to it. */
  private boolean makeRoom() {
    Set<Entity> wanted = new LinkedHashSet<>();
    for (Entity entity : writes.keySet()) {
      if (inserts.contains(entity) && entity.now() != null) {
        wanted.add(entity);
      } else {
        wanted.addAll(holders(entity, target(entity, Set.of())));
      }
    }
    List<Entity> open = new ArrayList<>(wanted);
    while (!open.isEmpty()) {
      for (Entity referrer : world.referrers(open.remove(open.size() - 1))) {
        if (wanted.add(referrer)) {
          open.add(referrer);
        }
      }
    }
    boolean progress = false;
    for (Entity entity : List.copyOf(deletes)) {
      if (wanted.contains(entity) && world.referrers(entity).isEmpty()) {
        delete(entity);
        progress = true;
      }
    }
    return progress;
  }

  /** Does one of the writes in part, the rest later. */
  private boolean writeInPart() {
    for (Entity entity : List.copyOf(writes.keySet())) {
      if (isTime(entity) && (withoutWaiting(entity) || aside(entity))) {
        return true;
      }
    }
    return false;
  }

  private boolean withoutWaiting(Entity entity) {
    Set<String> waiting = waitingFor(entity);
    if (waiting.isEmpty()) {
      return false;
    }
    boolean inserted = entity.now() == null;
    boolean possible =
        inserted
            ? waiting.stream().allMatch(c -> tables.catalog().isNullable(entity.table(), c))
            : !waiting.containsAll(writes.get(entity));
    if (!possible || !holders(entity, target(entity, waiting)).isEmpty()) {
      return false;
    }
    write(entity, waiting);
    writes.get(entity).clear();
    writes.get(entity).addAll(waiting);
    return true;
  }

  /** Frees what another row waits for: rows that swap unique values. */
  private boolean aside(Entity entity) {
    if (entity.now() == null) {
      return false;
    }
    boolean wanted =
        writes.keySet().stream()
            .anyMatch(e -> e != entity && holders(e, target(e, Set.of())).contains(entity));
    if (!wanted) {
      return false;
    }
    for (boolean reference : new boolean[] {true, false}) {
      for (List<String> columns : unique(entity, entity.now())) {
        for (String column : columns) {
          State aside =
              writes.get(entity).contains(column) ? aside(entity, column, reference) : null;
          if (aside != null && holders(entity, aside).isEmpty()) {
            text.update(entity, aside, List.of(column));
            world.move(entity, aside);
            return true;
          }
        }
      }
    }
    return false;
  }

  private State aside(Entity entity, String column, boolean reference) {
    boolean refers =
        tables.foreignKeys(entity.table()).stream().anyMatch(f -> f.columns().contains(column));
    if (reference) {
      return refers
              && entity.now().has(column)
              && tables.catalog().isNullable(entity.table(), column)
          ? entity.now().without(List.of(column))
          : null;
    }
    String now = entity.now().get(column).asText();
    return !refers && tables.attribute(entity.table(), column).text() && !now.startsWith(ASIDE)
        ? entity.now().with(column, ASIDE + now)
        : null;
  }

  // Deletes --------------------------------------------------------------------------------------

  private void delete() {
    while (!deletes.isEmpty()) {
      boolean progress = false;
      for (Entity entity : List.copyOf(deletes)) {
        if (world.referrers(entity).isEmpty()) {
          delete(entity);
          progress = true;
        }
      }
      if (!progress && !letGo()) {
        delete(deletes.iterator().next());
      }
    }
  }

  private void delete(Entity entity) {
    text.delete(entity);
    world.move(entity, null);
    deletes.remove(entity);
  }

  /** Takes one reference away from among rows to be deleted that refer to each other. */
  private boolean letGo() {
    for (Entity entity : deletes) {
      for (ForeignKey fk : world.links(entity.table())) {
        String column = fk.columns().get(0);
        Entity target = entity.now().link(fk);
        if (target != null
            && target != entity
            && deletes.contains(target)
            && tables.catalog().isNullable(entity.table(), column)) {
          State released = entity.now().without(List.of(column));
          text.update(entity, released, List.of(column));
          world.move(entity, released);
          return true;
        }
      }
    }
    return false;
  }
}
