package io.iasql.engine.store;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.UUID;
import java.util.stream.Collectors;

/** Pieces of SQL text. Names come from the catalog and from modules, never from users. */
public final class Sql {
  /** The longest name of anything in bytes, NAMEDATALEN - 1. */
  private static final int MAX_NAME = 63;

  private static final int DIGEST = 16;

  private Sql() {}

  /**
   * A name that PostgreSQL does not cut: where it is too long, its end is replaced by a digest of
   * all of it, so that names that differ stay different.
   */
  public static String fitting(String name) {
    if (bytes(name) <= MAX_NAME) {
      return name;
    }
    String digest =
        UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString().replace("-", "");
    int end = name.length();
    while (bytes(name.substring(0, end)) > MAX_NAME - DIGEST - 1) {
      end = name.offsetByCodePoints(end, -1);
    }
    return name.substring(0, end) + "." + digest.substring(0, DIGEST);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** A quoted identifier (PostgreSQL manual, "Identifiers and Key Words"). */
  public static String quote(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** A string constant, for statements that take no parameters (standard_conforming_strings on). */
  public static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  /** {@code a."x", a."y"}. */
  public static String list(String alias, Collection<String> columns) {
    return columns.stream().map(c -> alias + "." + quote(c)).collect(Collectors.joining(", "));
  }

  /** {@code "x", "y"}. */
  public static String list(Collection<String> columns) {
    return columns.stream().map(Sql::quote).collect(Collectors.joining(", "));
  }

  /** {@code a."x" IS NOT DISTINCT FROM b."x" AND …}. */
  public static String same(String a, String b, Collection<String> columns) {
    return columns.stream()
        .map(c -> a + "." + quote(c) + " IS NOT DISTINCT FROM " + b + "." + quote(c))
        .collect(Collectors.joining(" AND "));
  }

  /**
   * {@code a."x" = b."x" AND …}: unlike {@link #same} it can use an index, and null matches
   * nothing.
   */
  public static String equal(String a, String b, Collection<String> columns) {
    return columns.stream()
        .map(c -> a + "." + quote(c) + " = " + b + "." + quote(c))
        .collect(Collectors.joining(" AND "));
  }
}
