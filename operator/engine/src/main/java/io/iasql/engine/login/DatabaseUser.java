package io.iasql.engine.login;

import java.util.Objects;

/**
 * A person who logs in to the database.
 *
 * @param name unique in the environment, without a dot; part of the role's name
 * @param access what the person may do
 * @param password in the clear; PostgreSQL gets a hash of it
 */
public record DatabaseUser(String name, Access access, String password) {

  /** What a person may do. */
  public enum Access {
    /** Read what SQL of a transaction may read. */
    READER,
    /** All that SQL of a transaction may do. */
    WRITER
  }

  public DatabaseUser {
    Objects.requireNonNull(access);
    if (name.isEmpty() || name.contains(".")) {
      throw new IllegalArgumentException("not the name of a user: " + name);
    }
    if (password.isEmpty()) {
      throw new IllegalArgumentException("user " + name + " has no password");
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return name + ", " + access;
  }
}
