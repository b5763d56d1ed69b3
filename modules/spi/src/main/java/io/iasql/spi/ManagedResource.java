package io.iasql.spi;

/** A resource that can be created, changed and deleted: what most are. */
public interface ManagedResource<R extends Record> extends Creates<R>, Updates<R>, Deletes<R> {}
