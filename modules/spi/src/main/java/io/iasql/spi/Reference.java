package io.iasql.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A foreign key, which arrives as the referenced record. Only its {@link Key} components are
 * compared.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Reference {
  /** The foreign key's column; of a composite one, the column other than {@code region}. */
  String value();
}
