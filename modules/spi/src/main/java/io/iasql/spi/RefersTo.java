package io.iasql.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A text column (or list) that holds the assigned key of another resource without a foreign key,
 * such as {@code route.nat_gateway_id}. Orders the work as a foreign key would, and is pointed at
 * the new resource when the other one is replaced.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface RefersTo {
  /** The record types whose assigned key may stand here. */
  Class<? extends Record>[] value();
}
