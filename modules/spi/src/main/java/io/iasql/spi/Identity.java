package io.iasql.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Part of the identity that people choose, where the {@link Key} is assigned by the cloud: a
 * queue's name and region. Unique in the account; a change is a replacement. Not needed where all
 * key components are chosen by people.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Identity {}
