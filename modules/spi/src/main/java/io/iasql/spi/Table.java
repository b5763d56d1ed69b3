package io.iasql.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The table that a record mirrors. Component {@code createdAt} is column {@code created_at}; a
 * column without a component belongs to the database alone (serial primary keys).
 *
 * <p>Component types: {@code String} (also for enumerations, {@code cidr} and other types with a
 * text form), {@code Integer}, {@code Long}, {@code Boolean}, {@code Double}, {@code
 * java.time.Instant}, {@code JsonNode} for json, {@code Map<String, String>} for json tags, {@code
 * List<String>} for arrays, a record for a {@link Reference}, a list of records for {@link
 * Children}. A component without an annotation is changed in place.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Table {
  /** The table's name. */
  String value();

  /** Whether resources are listed region by region or once per account. */
  Reach reach() default Reach.REGIONAL;

  /**
   * Whether the row is a part of the resource that its key refers to, such as a bucket's public
   * access block: the part always has a value or none of its own, so its creation puts it whatever
   * is there, and it goes with that resource without a call.
   */
  boolean part() default false;

  /** What to do instead, for tables that lack a role; completes the refusal's message. */
  String hint() default "";
}
