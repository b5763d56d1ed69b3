package io.iasql.engine.guard;

/**
 * A query over the planned state that must return no row.
 *
 * @param name its name
 * @param sql the query
 * @param message what people read when it returns one, or an empty string
 */
public record Assertion(String name, String sql, String message) {}
