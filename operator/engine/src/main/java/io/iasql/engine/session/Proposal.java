package io.iasql.engine.session;

/**
 * What people have written in an environment where plans wait for approval: SQL that the operator
 * makes a SqlTransaction of.
 *
 * @param id its id
 * @param author the logins that wrote it
 * @param description what they said of it, or a sentence in its place
 * @param sql the SQL
 * @param planId the plan that it leads to as things stand
 */
public record Proposal(String id, String author, String description, String sql, String planId) {}
