package io.iasql.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * One module of the product: a set of tables and the cloud resources behind them.
 *
 * <p>Found with {@link java.util.ServiceLoader}; the engine lists all modules, sorts them by {@link
 * #dependencies()}, and refuses to start when two claim one table or a dependency is missing or
 * cyclic. A module keeps no state: everything it needs comes with each call.
 */
public interface CloudModule {

  /** The module's name in SQL and in {@code Environment.spec.modules}, such as {@code aws_s3}. */
  String name();

  /** Names of the modules whose tables this module's tables refer to. */
  Set<String> dependencies();

  /** The resources, one per managed table, in any order. */
  List<CloudResource<?>> resources();

  /** SQL functions that need the cloud. Plain SQL functions belong into the schema. */
  default List<ModuleFunction> functions() {
    return List.of();
  }

  /**
   * The SQL that creates the module's types, tables, checks, triggers and plain functions in schema
   * {@code public}: the resource {@code schema.sql} beside the module's class. It runs once, as the
   * database's owner; grants and audit triggers are added by the engine.
   */
  default String schema() {
    try (InputStream in = getClass().getResourceAsStream("schema.sql")) {
      if (in == null) {
        throw new IllegalStateException("module " + name() + " has no schema.sql beside its class");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("schema.sql of module " + name(), e);
    }
  }
}
