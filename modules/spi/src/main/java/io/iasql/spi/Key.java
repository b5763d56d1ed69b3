package io.iasql.spi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Part of what finds the resource in the cloud (the reference's cloud key): {@code vpc_id} and
 * {@code region}. All key components together are unique in the account. One that is also {@link
 * Assigned} is unknown until the resource has been created.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {}
