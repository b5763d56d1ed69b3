package io.iasql.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A column whose value the cloud takes only once other resources that refer to this one are in
 * place: a public bucket policy needs the bucket's public access block to be loosened first. The
 * engine leaves it null at creation when the plan also creates or changes such a resource, and sets
 * it with an update afterwards; an in-place change of the column waits for them and for their
 * deletion, too.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface AppliedAfter {
  /** The record types that refer to this one and come first. */
  Class<? extends Record>[] value();
}
