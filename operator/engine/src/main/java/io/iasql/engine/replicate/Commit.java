package io.iasql.engine.replicate;

import java.time.Instant;

/**
 * A transaction that was committed.
 *
 * @param id its id
 * @param name its name, unique in the environment: {@code namespace/name}, or {@code psql/id}
 * @param position the greater, the later it was submitted
 * @param at when its commit ended
 */
public record Commit(String id, String name, long position, Instant at) {}
