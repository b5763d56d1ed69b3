package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.PlannedRows;
import java.lang.reflect.RecordComponent;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The planned state as a module's check sees it: records that know which row they came from. */
final class Validation implements PlannedRows {
  private final RowGraph rows;
  private final Catalog catalog;
  private final Map<Record, ObjectNode> images = new IdentityHashMap<>();

  Validation(RowGraph rows, Catalog catalog) {
    this.rows = rows;
    this.catalog = catalog;
  }

  /** An image as a record whose references can be asked about. */
  <R extends Record> R record(Class<R> type, ObjectNode image) {
    R record = Json.to(image, type);
    remember(record, image);
    return record;
  }

  private void remember(Record record, ObjectNode image) {
    images.put(record, image);
    RecordComponent[] components = record.getClass().getRecordComponents();
    List<Column> columns = Shape.of(record.getClass()).columns();
    for (int i = 0; i < components.length; i++) {
      JsonNode nested = image.get(columns.get(i).name());
      if (columns.get(i).kind() == Column.Kind.REFERENCE && nested != null && !nested.isNull()) {
        remember((Record) value(components[i], record), (ObjectNode) nested);
      }
    }
  }

  private static Object value(RecordComponent component, Record record) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("accessor of " + component, e);
    }
  }

  @Override
  public <T extends Record> Stream<T> referringTo(Class<T> type, Record target) {
    ObjectNode image = images.get(target);
    if (image == null) {
      throw new IllegalArgumentException(
          "referringTo needs a record reached through the record under check, got " + target);
    }
    Shape shape = Shape.of(type);
    RowKey row = RowGraph.rowOf(image);
    return catalog.referrers(row.table()).stream()
        .filter(fk -> fk.table().equals(shape.table()))
        .flatMap(fk -> referrers(shape, fk, image).stream())
        .distinct()
        .map(found -> record(type, found));
  }

  private List<ObjectNode> referrers(Shape shape, Catalog.ForeignKey fk, ObjectNode target) {
    ObjectNode value = Json.object();
    for (int i = 0; i < fk.columns().size(); i++) {
      value.set(fk.columns().get(i), target.get(fk.targetColumns().get(i)));
    }
    return rows.images(
        shape, shape.table(), rows.rowsWhere(shape.table(), fk.columns(), List.of(value)));
  }
}
