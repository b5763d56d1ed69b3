package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.CloudResource;

/**
 * A resource that a transaction touches: a root row before and after, with what it refers to.
 *
 * @param resource the module's resource
 * @param shape its record's shape
 * @param row the root row
 * @param before its image before, or null for a new row
 * @param after its image after, or null for a deleted row
 * @param forced the row whose replacement drags this resource along, or null when the transaction
 *     itself touches it
 */
record Touched(
    CloudResource<?> resource,
    Shape shape,
    RowKey row,
    ObjectNode before,
    ObjectNode after,
    RowKey forced) {

  /** The same seen as a resource that is to come: with nothing of the one that is there. */
  Touched asNew() {
    return new Touched(resource, shape, row, null, shape.withoutAssigned(after), null);
  }

  String describe() {
    return shape.table() + " " + name();
  }

  /** The cloud key's values joined with a bar, else the chosen identity's, else the row's key. */
  String name() {
    ObjectNode image = before == null ? after : before;
    String fallback = before == null ? "(new)" : row.text();
    return shape.description(image, shape.identityDescription(image, fallback));
  }
}
