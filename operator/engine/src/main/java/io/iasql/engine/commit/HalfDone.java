package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Brings rows to what AWS has, where a commit stopped half-way. */
final class HalfDone {
  private final Handle handle;
  private final Catalog catalog;
  private final Modules modules;
  private final List<Rows.Changed> changes;

  HalfDone(Handle handle, Catalog catalog, Modules modules, List<Rows.Changed> changes) {
    this.handle = handle;
    this.catalog = catalog;
    this.modules = modules;
    this.changes = changes;
  }

  /** The steps of one row's resource. */
  private record Story(List<Journal.Entry> steps) {
    Optional<Journal.Entry> step(Steps.Kind kind) {
      return steps.stream().filter(s -> s.kind() == kind).findFirst();
    }

    boolean isDone(Steps.Kind kind) {
      return step(kind).filter(s -> s.state() == Journal.StepState.DONE).isPresent();
    }

    boolean isUnfinished(Set<Integer> stayed) {
      return steps.stream()
          .anyMatch(s -> s.state() != Journal.StepState.DONE || stayed.contains(s.step()));
    }

    /** The newest that the cloud said of the resource that the row is to mirror. */
    Optional<ObjectNode> newest() {
      return steps.stream()
          .filter(s -> s.kind() != Steps.Kind.DELETE && s.result() != null)
          .reduce((a, b) -> b)
          .map(Journal.Entry::result);
    }
  }

  void settle(List<Journal.Entry> entries) {
    Map<RowKey, Story> stories = new LinkedHashMap<>();
    for (Journal.Entry entry : entries) {
      stories.computeIfAbsent(entry.row(), r -> new Story(new ArrayList<>())).steps().add(entry);
    }
    Set<Integer> stayed = Compensation.partsThatStayed(entries);
    Map<RowKey, List<Rows.Changed>> byRow = byOwner();
    List<Rows.Changed> back = new ArrayList<>();
    List<RowKey> gone = new ArrayList<>();
    Map<RowKey, ObjectNode> found = new LinkedHashMap<>();
    List<Journal.Entry> left = new ArrayList<>();
    stories.forEach(
        (row, story) -> {
          if (!story.isUnfinished(stayed)) {
            return;
          }
          if (story.newest().isPresent()) {
            found.put(row, story.newest().get());
            story
                .step(Steps.Kind.DELETE)
                .filter(s -> s.state() != Journal.StepState.DONE)
                .ifPresent(left::add);
          } else if (story.isDone(Steps.Kind.DELETE)
              && story.steps().stream().noneMatch(s -> stayed.contains(s.step()))) {
            gone.add(row);
          } else {
            back.addAll(byRow.getOrDefault(row, List.of()));
          }
        });
    new Restoration(handle, catalog).some(back);
    found.forEach(this::write);
    gone.forEach(row -> Savepoints.attempt(handle, () -> Rows.delete(handle, row)));
    for (Journal.Entry entry : left) {
      Savepoints.attempt(
          handle, () -> Rows.upsert(handle, catalog, shape(entry.row().table()), entry.before()));
    }
  }

  private Shape shape(String table) {
    return modules.shape(table);
  }

  private void write(RowKey row, ObjectNode cloud) {
    Shape shape = shape(row.table());
    RowGraph rows = RowGraph.now(handle, catalog);
    for (ObjectNode image : rows.images(shape, row.table(), rows.rows(row.table(), List.of(row)))) {
      Savepoints.attempt(
          handle,
          () -> Rows.writeBack(handle, catalog, shape, List.of(new Rows.Pair(row, image, cloud))));
    }
  }

  /** The changes of rows and of the child rows that belong to them, by the root row. */
  private Map<RowKey, List<Rows.Changed>> byOwner() {
    Map<RowKey, List<Rows.Changed>> result = new LinkedHashMap<>();
    for (Rows.Changed change : changes) {
      owner(change)
          .ifPresent(row -> result.computeIfAbsent(row, r -> new ArrayList<>()).add(change));
    }
    return result;
  }

  private Optional<RowKey> owner(Rows.Changed change) {
    if (modules.resource(change.table()).isPresent()) {
      return Optional.of(
          change.after() == null ? change.keyBefore(catalog) : change.keyAfter(catalog));
    }
    ObjectNode image = change.after() == null ? change.before() : change.after();
    for (String table : catalog.parentsFirst()) {
      Optional<Column> children =
          modules
              .resource(table)
              .flatMap(
                  r ->
                      Shape.of(r.type()).columns().stream()
                          .filter(c -> c.childTable().equals(change.table()))
                          .findFirst());
      if (children.isPresent()) {
        Catalog.ForeignKey fk =
            catalog.foreignKey(change.table(), children.get().ownerColumn(), table);
        ObjectNode key = Json.object();
        for (int i = 0; i < fk.columns().size(); i++) {
          key.set(fk.targetColumns().get(i), image.get(fk.columns().get(i)));
        }
        return Optional.of(RowKey.of(catalog, table, key));
      }
    }
    return Optional.empty();
  }
}
