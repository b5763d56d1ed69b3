package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Ownership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * The SQL that takes a committed transaction back: its net change with before and after swapped, on
 * the rows as they are now. What the commit itself wrote since, such as ids and defaults, is no
 * obstacle; what anybody else has changed since is one, because nobody can say which is meant.
 *
 * @param sql the statements; empty when there is nothing left to take back
 * @param notes what does not come back, a sentence each
 */
public record Inverse(String sql, List<String> notes) {

  public Inverse {
    notes = List.copyOf(notes);
  }

  /**
   * The inverse of the newest transaction of a name.
   *
   * @param name the name that it was submitted with
   * @throws InvalidTransactionException when it was not committed, or rows have been changed since
   */
  public static Inverse of(Handle handle, Catalog catalog, Modules modules, String name) {
    String transaction =
        handle
            .createQuery(
                "SELECT id FROM iasql.transaction WHERE name = :name"
                    + " AND state IN ('COMMITTED', 'PARTIALLY_APPLIED')"
                    + " ORDER BY finished_at DESC LIMIT 1")
            .bind("name", name)
            .mapTo(String.class)
            .findOne()
            .orElseThrow(
                () ->
                    new InvalidTransactionException(
                        List.of(
                            "there is nothing to undo: this environment knows of no commit of"
                                + " transaction "
                                + name)));
    return new Work(handle, catalog, modules, transaction).inverse();
  }

  /** A row that the transaction changed, followed to what it is now. */
  private static final class Story {
    private final NetChange.Row change;
    private ObjectNode now;

    /** As it is, or was before it was gone. */
    private ObjectNode last;

    /** As it was before somebody else touched it first, and who that was. */
    private ObjectNode untouched;

    private String other = "";

    Story(NetChange.Row change) {
      this.change = change;
      this.now = change.after();
      this.last = now == null ? change.before() : now;
    }
  }

  private static final class Work {
    private static final String COMMENT = "-- ";

    private final Handle handle;
    private final Catalog catalog;
    private final Modules modules;
    private final String transaction;
    private final Map<RowKey, Story> live = new HashMap<>();
    private final Map<RowKey, Story> gone = new HashMap<>();
    private final List<String> conflicts = new ArrayList<>();
    private final Set<String> notes = new LinkedHashSet<>();

    Work(Handle handle, Catalog catalog, Modules modules, String transaction) {
      this.handle = handle;
      this.catalog = catalog;
      this.modules = modules;
      this.transaction = transaction;
    }

    Inverse inverse() {
      List<Story> stories =
          NetChange.of(handle, catalog, modules, transaction).stream().map(Story::new).toList();
      for (Story story : stories) {
        if (story.now == null) {
          gone.put(story.change.key(), story);
        } else {
          live.put(story.change.key(), story);
        }
      }
      follow(NetChange.position(handle, transaction));
      List<NetChange.Row> back = new ArrayList<>();
      for (Story story : stories) {
        back(story)
            .ifPresent(
                row -> {
                  findConflict(story);
                  note(story);
                  back.add(row);
                });
      }
      back.addAll(goingAlong(back));
      if (!conflicts.isEmpty()) {
        throw new InvalidTransactionException(conflicts);
      }
      List<String> statements = SqlExport.ahead(handle, catalog, modules, back);
      statements.forEach(this::note);
      return new Inverse(String.join("\n", statements), List.copyOf(notes));
    }

    /** What the export says of its statements; that values stay here is said better above. */
    private void note(String statement) {
      statement
          .lines()
          .takeWhile(line -> line.startsWith(COMMENT))
          .map(line -> line.substring(COMMENT.length()))
          .filter(line -> !line.endsWith("is not exported"))
          .forEach(notes::add);
    }

    // Since then ---------------------------------------------------------------------------------

    private record Entry(String table, String type, JsonNode change, String by, String author) {
      boolean isOwn(String transaction) {
        return by.isEmpty() || by.equals(transaction);
      }
    }

    /** Goes through everything that was written to the rows since. */
    private void follow(long position) {
      handle
          .createQuery(
              "SELECT table_name, change_type\\:\\:text, change\\:\\:text,"
                  + " coalesce(transaction_id, CASE WHEN \"user\" = "
                  + NetChange.OWNER
                  + " THEN '' ELSE 'login ' || \"user\" END), \"user\""
                  + " FROM public.iasql_audit_log WHERE id > :position"
                  + " AND change_type IN ('INSERT', 'UPDATE', 'DELETE') ORDER BY id")
          .bind("position", position)
          .setFetchSize(1000)
          .map(
              (rs, ctx) ->
                  new Entry(
                      rs.getString(1),
                      rs.getString(2),
                      Json.parse(rs.getString(3)),
                      rs.getString(4),
                      rs.getString(5)))
          .forEach(this::follow);
    }

    private void follow(Entry entry) {
      if (catalog.columns(entry.table()).isEmpty()) {
        return;
      }
      ObjectNode original = (ObjectNode) entry.change().get("original");
      ObjectNode changed = (ObjectNode) entry.change().get("change");
      Story story = original == null ? null : live.remove(key(entry.table(), original));
      if (story == null && changed != null) {
        // A row that takes the place of one that the transaction deleted.
        story = gone.remove(successor(entry.table(), changed));
      }
      if (story == null) {
        return;
      }
      if (!entry.isOwn(transaction) && story.other.isEmpty()) {
        story.untouched = original;
        story.other = author(entry);
      }
      story.now = changed;
      story.last = changed == null ? original : changed;
      (changed == null ? gone : live)
          .put(key(entry.table(), changed == null ? original : changed), story);
    }

    /** The row that is gone and was this one by its key, or by the identity that people chose. */
    private RowKey successor(String table, ObjectNode row) {
      RowKey key = key(table, row);
      Optional<String> identity = identity(table, row);
      if (gone.containsKey(key) || identity.isEmpty()) {
        return key;
      }
      return gone.entrySet().stream()
          .filter(e -> e.getKey().table().equals(table))
          .filter(e -> identity.equals(identity(table, e.getValue().last)))
          .map(Map.Entry::getKey)
          .findFirst()
          .orElse(key);
    }

    private Optional<String> identity(String table, ObjectNode row) {
      return modules
          .resource(table)
          .map(r -> Shape.of(r.type()))
          .filter(Shape::hasChosenIdentity)
          .map(
              shape ->
                  RowKey.pick(row, shape.identity().stream().map(Column::sqlName).toList())
                      .toString());
    }

    private RowKey key(String table, ObjectNode row) {
      return RowKey.of(catalog, table, row);
    }

    private String author(Entry entry) {
      return handle
          .createQuery("SELECT name FROM iasql.transaction WHERE id = :id")
          .bind("id", entry.by())
          .mapTo(String.class)
          .findOne()
          .map(name -> "transaction " + name)
          .orElse("login " + entry.author());
    }

    private void findConflict(Story story) {
      if (!story.other.isEmpty() && !same(story.change.key().table(), story.untouched, story.now)) {
        conflicts.add(
            describe(story)
                + " was changed by "
                + story.other
                + " since: undo that first, or change the row by SQL of your own");
      } else if (story.now == null
          && story.change.after() != null
          && story.change.before() != null) {
        conflicts.add(
            describe(story)
                + " is gone from AWS since, so its former values cannot be put back; change it by SQL"
                + " of your own");
      }
    }

    /** Whether two images of a row are the same in what people decide. */
    private boolean same(String table, ObjectNode a, ObjectNode b) {
      if (a == null || b == null) {
        return a == b;
      }
      return catalog.columns(table).stream()
          .filter(column -> isDecided(table, column))
          .allMatch(column -> a.get(column).equals(b.get(column)));
    }

    private boolean isDecided(String table, String column) {
      // A serial key is another one after a row was deleted and inserted again.
      return column(table, column)
          .map(c -> !c.assigned() && !c.writeOnly())
          .orElse(!catalog.defaultOf(table, column).orElse("").startsWith("nextval"));
    }

    private Optional<Column> column(String table, String column) {
      return modules.resource(table).stream()
          .flatMap(r -> Shape.of(r.type()).columns().stream())
          .filter(c -> c.sqlName().equals(column))
          .findFirst();
    }

    private String describe(Story story) {
      NetChange.Row row =
          new NetChange.Row(
              key(story.change.key().table(), story.last), story.last, story.last, false);
      return row.key().table() + " " + row.describe(modules);
    }

    // Back ---------------------------------------------------------------------------------------

    private Optional<NetChange.Row> back(Story story) {
      String table = story.change.key().table();
      ObjectNode before = story.change.before();
      if (before == null) {
        return story.now == null
            ? Optional.empty()
            : Optional.of(new NetChange.Row(key(table, story.now), story.now, null, false));
      }
      if (story.now == null) {
        return Optional.of(new NetChange.Row(key(table, before), null, before, false));
      }
      ObjectNode wanted = story.now.deepCopy();
      for (String column : catalog.columns(table)) {
        JsonNode after = story.change.after() == null ? null : story.change.after().get(column);
        if (!before.get(column).equals(after)) {
          wanted.set(column, before.get(column));
        }
      }
      return wanted.equals(story.now)
          ? Optional.empty()
          : Optional.of(new NetChange.Row(key(table, wanted), story.now, wanted, false));
    }

    /**
     * What came along with a resource that goes again, and has a row of its own. What people have
     * put there since is a conflict.
     */
    private List<NetChange.Row> goingAlong(List<NetChange.Row> back) {
      Map<RowKey, ObjectNode> going = new LinkedHashMap<>();
      Set<RowKey> known = new LinkedHashSet<>();
      back.forEach(row -> known.add(row.before() == null ? row.key() : row.keyBefore(catalog)));
      List<Map.Entry<String, ObjectNode>> open = new ArrayList<>();
      back.stream()
          .filter(row -> row.after() == null)
          .forEach(row -> open.add(Map.entry(row.key().table(), row.before())));
      RowGraph rows = RowGraph.now(handle, catalog);
      while (!open.isEmpty()) {
        Map.Entry<String, ObjectNode> parent = open.remove(open.size() - 1);
        for (Catalog.ForeignKey fk : catalog.referrers(parent.getKey())) {
          ObjectNode value = Json.object();
          for (int i = 0; i < fk.columns().size(); i++) {
            value.set(fk.columns().get(i), parent.getValue().get(fk.targetColumns().get(i)));
          }
          for (ObjectNode row : rows.rowsWhere(fk.table(), fk.columns(), List.of(value))) {
            RowKey key = key(fk.table(), row);
            if (known.add(key)) {
              if (comesAlong(rows, fk.table(), row)) {
                going.put(key, row);
                open.add(Map.entry(fk.table(), row));
              } else {
                conflicts.add(
                    fk.table()
                        + " "
                        + new NetChange.Row(key, row, row, false).describe(modules)
                        + " refers to "
                        + parent.getKey()
                        + " "
                        + new NetChange.Row(
                                key(parent.getKey(), parent.getValue()),
                                parent.getValue(),
                                null,
                                false)
                            .describe(modules)
                        + ", which the transaction made"
                        + creator(key).map(by -> "; it was made by " + by).orElse("")
                        + ": delete it first");
              }
            }
          }
        }
      }
      return going.entrySet().stream()
          .map(one -> new NetChange.Row(one.getKey(), one.getValue(), null, false))
          .toList();
    }

    private boolean comesAlong(RowGraph rows, String table, ObjectNode row) {
      Optional<CloudResource<?>> resource = modules.resource(table);
      if (resource.isEmpty()) {
        return false;
      }
      Shape shape = Shape.of(resource.get().type());
      return Exported.ownership(resource.get(), rows.images(shape, table, List.of(row)).get(0))
          == Ownership.WITH_PARENT;
    }

    /** Who put a row in, if that was people. */
    private Optional<String> creator(RowKey row) {
      return handle
          .createQuery(
              "SELECT coalesce((SELECT 'transaction ' || t.name FROM iasql.transaction t"
                  + " WHERE t.id = l.transaction_id), 'login ' || l.\"user\")"
                  + " FROM public.iasql_audit_log l WHERE l.table_name = :table"
                  + " AND l.change_type = 'INSERT' AND l.\"user\" <> "
                  + NetChange.OWNER
                  + " AND (l.change -> 'change')\\:\\:jsonb @> CAST(:key AS jsonb)"
                  + " ORDER BY l.id DESC LIMIT 1")
          .bind("table", row.table())
          .bind("key", row.key())
          .mapTo(String.class)
          .findOne();
    }

    // What does not come back --------------------------------------------------------------------

    private void note(Story story) {
      ObjectNode before = story.change.before();
      if (before == null) {
        return;
      }
      String table = story.change.key().table();
      for (String name : catalog.columns(table)) {
        Column column = column(table, name).orElse(null);
        if (column == null || !before.hasNonNull(name)) {
          continue;
        }
        boolean changed = story.now == null || !before.get(name).equals(story.now.get(name));
        if (column.key() && column.assigned() && changed) {
          notes.add(
              table
                  + " "
                  + before.get(name).asText()
                  + " does not come back under this "
                  + name
                  + ": AWS gives another one");
        }
      }
      writeOnly(table)
          .forEach(
              name -> {
                boolean lost = story.now == null || given(story, name);
                if (lost) {
                  notes.add(
                      describe(story)
                          + ": a "
                          + name
                          + " that it had is not known here and does not come back");
                }
              });
    }

    private List<String> writeOnly(String table) {
      return catalog.columns(table).stream()
          .filter(name -> column(table, name).map(Column::writeOnly).orElse(false))
          .toList();
    }

    private static boolean given(Story story, String name) {
      return story.change.after() != null && story.change.after().hasNonNull(name);
    }
  }
}
