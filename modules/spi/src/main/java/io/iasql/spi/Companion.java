package io.iasql.spi;

import java.util.Set;
import java.util.stream.Stream;

/**
 * The role of resources that the cloud makes or changes along with another one: a VPC comes with a
 * main route table, a default security group and a default network ACL. After an action on a
 * parent, the engine refreshes the rows of its companions.
 */
public interface Companion<R extends Record> extends CloudResource<R> {

  /** The record types whose creation brings resources of this kind along. */
  Set<Class<? extends Record>> parents();

  /** The resources of this kind that belong to {@code parent}, as {@link #list} would give them. */
  Stream<R> listOf(AwsScope scope, Record parent);
}
