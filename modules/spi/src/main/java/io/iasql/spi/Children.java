package io.iasql.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Rows of a table of its own that belong to this resource: a join or child table. A change in one
 * is an update of this resource. The component is a list of records; those records carry no {@link
 * Table} annotation and no component for the column that points at the owner.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Children {
  /** The child table. */
  String value();

  /** The child table's column that points at the owner's primary key. */
  String owner();
}
