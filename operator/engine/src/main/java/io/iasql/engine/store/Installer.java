package io.iasql.engine.store;

import static java.util.stream.Collectors.joining;

import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.login.DatabaseUsers;
import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Brings a database to the engine's schema and installs modules into it. */
public final class Installer {
  /** The version that stands behind the name of an installed module, as the original wrote it. */
  public static final String VERSION = "0.1.0";

  private final EnvironmentDatabase database;
  private final Jdbi jdbi;
  private final Modules modules;

  public Installer(EnvironmentDatabase database, Modules modules) {
    this.database = database;
    this.jdbi = Jdbis.over(database.pool());
    this.modules = modules;
  }

  /** Creates or upgrades the engine's schema and the role under which users' SQL runs. */
  public void migrate() {
    jdbi.useHandle(Installer::createRole);
    jdbi.useHandle(Installer::acknowledge);
    Flyway.configure(Installer.class.getClassLoader())
        .dataSource(database.pool())
        .schemas("iasql")
        .createSchemas(true)
        .table("schema_history")
        .locations("classpath:io/iasql/engine/migrations")
        .loggers("slf4j")
        .load()
        .migrate();
    jdbi.useTransaction(Installer::ownByUser);
    jdbi.useTransaction(Installer::writeVersion);
    new Loopback(jdbi, database.login()).open();
  }

  /**
   * The fourth migration was once refused where an administrator had made dblink, and is now
   * written so that it is not. Where it had run, it did what it does now: Flyway is told so.
   */
  private static void acknowledge(Handle handle) {
    boolean migrated =
        handle
            .createQuery("SELECT to_regclass('iasql.schema_history') IS NOT NULL")
            .mapTo(Boolean.class)
            .one();
    if (migrated) {
      handle.execute(
          "UPDATE iasql.schema_history SET checksum = 1405154326"
              + " WHERE version = '4' AND checksum = 773934903");
    }
  }

  private static void writeVersion(Handle handle) {
    handle.execute(
        "INSERT INTO iasql.setting (name, value) VALUES ('version', ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        VERSION);
  }

  private static void createRole(Handle handle) {
    // A role belongs to the whole server: another environment's operator may create it meanwhile.
    handle.execute(
        "DO $$ BEGIN CREATE ROLE iasql_user NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;"
            + " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
    String database = handle.createQuery("SELECT current_database()").mapTo(String.class).one();
    // Another environment's people may be on the same server.
    handle.execute("REVOKE ALL ON DATABASE " + Sql.quote(database) + " FROM PUBLIC");
  }

  private static void ownByUser(Handle handle) {
    ownByUser(handle, "iasql.run_as_user(text)");
    ownByUser(handle, "iasql.rows_as_user(text, int)");
  }

  private static void ownByUser(Handle handle, String function) {
    boolean owned =
        handle
            .createQuery(
                "SELECT pg_get_userbyid(proowner) = 'iasql_user' FROM pg_catalog.pg_proc"
                    + " WHERE oid = CAST(:function AS regprocedure)")
            .bind("function", function)
            .mapTo(Boolean.class)
            .one();
    if (owned) {
      return;
    }
    // The new owner needs CREATE on the schema for this one statement (PostgreSQL manual, ALTER
    // FUNCTION); afterwards the function is all it has there.
    handle.execute("GRANT iasql_user TO CURRENT_USER");
    handle.execute("GRANT USAGE, CREATE ON SCHEMA iasql TO iasql_user");
    handle.execute("ALTER FUNCTION " + function + " OWNER TO iasql_user");
    handle.execute("GRANT EXECUTE ON FUNCTION " + function + " TO CURRENT_USER");
    handle.execute("REVOKE ALL ON SCHEMA iasql FROM iasql_user");
  }

  /**
   * Installs modules with all they depend on; those that are there already are left alone.
   *
   * @return the names of the modules that were installed now, dependencies first
   * @throws IllegalArgumentException when a module is unknown
   */
  public List<String> install(Collection<String> names) {
    List<CloudModule> wanted = modules.closure(names);
    return jdbi.inTransaction(
        handle -> {
          lock(handle);
          Set<String> installed = new LinkedHashSet<>(installed(handle));
          List<String> added = new ArrayList<>();
          for (CloudModule module : wanted) {
            if (!installed.contains(module.name())) {
              install(handle, module);
              added.add(module.name());
            }
          }
          DatabaseUsers.grant(handle);
          return added;
        });
  }

  /** Waits until no other session installs into this database or changes who may use it. */
  public static void lock(Handle handle) {
    handle.execute("LOCK TABLE iasql.install_lock IN SHARE ROW EXCLUSIVE MODE");
  }

  /** The names of the installed modules, without their versions. */
  public static List<String> installed(Handle handle) {
    return handle
        .createQuery("SELECT split_part(name, '@', 1) FROM public.iasql_module ORDER BY name")
        .mapTo(String.class)
        .list();
  }

  /** The modules whose resources have been read to the end at least once. */
  public static List<String> imported(Handle handle) {
    return handle
        .createQuery(
            "SELECT unnest(string_to_array(value, ',')) FROM iasql.setting WHERE name = 'imported'")
        .mapTo(String.class)
        .list();
  }

  /** Remembers that the resources of these modules have been read to the end. */
  public static void rememberImported(Handle handle, Collection<String> names) {
    handle.execute(
        "INSERT INTO iasql.setting (name, value) VALUES ('imported', ?)"
            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        String.join(",", names));
  }

  private static void install(Handle handle, CloudModule module) {
    Set<String> before = new LinkedHashSet<>(Catalog.read(handle).parentsFirst());
    handle.execute("SET LOCAL search_path = public, pg_temp");
    // JDBI would read colons and question marks in it as parameters; plain JDBC runs it as it is.
    try (var statement = handle.getConnection().createStatement()) {
      statement.execute(module.schema());
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(
          "schema of module " + module.name() + ": " + e.getMessage(), e);
    }
    Catalog after = Catalog.read(handle);
    String versioned = versioned(module.name());
    handle.execute("INSERT INTO public.iasql_module (name) VALUES (?)", versioned);
    for (String dependency : module.dependencies()) {
      handle.execute(
          "INSERT INTO public.iasql_dependencies (module, dependency) VALUES (?, ?)",
          versioned,
          versioned(dependency));
    }
    for (String table : after.parentsFirst()) {
      if (!before.contains(table)) {
        register(handle, versioned, table);
      }
    }
    for (CloudResource<?> resource : module.resources()) {
      check(after, Shape.of(resource.type()));
      markWriteOnly(handle, Shape.of(resource.type()));
      indexKey(handle, Shape.of(resource.type()));
    }
    handle.execute("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO iasql_user");
    rememberObjects(handle, module.name());
  }

  /** What is in the schema and came neither with the engine nor with another module. */
  private static void rememberObjects(Handle handle, String module) {
    handle.execute(
        "INSERT INTO iasql.module_object (module, kind, object)"
            + " SELECT ?, 'FUNCTION', oid FROM pg_catalog.pg_proc"
            + " WHERE pronamespace = CAST('public' AS regnamespace) AND proname !~ '^iasql_'"
            + " AND proname NOT IN ('try_cast', 'delete_all_records')"
            + " UNION ALL SELECT ?, 'TYPE', oid FROM pg_catalog.pg_type"
            + " WHERE typnamespace = CAST('public' AS regnamespace) AND typtype = 'e'"
            + " AND typname !~ '^iasql_' ON CONFLICT DO NOTHING",
        module,
        module);
  }

  /**
   * Takes modules out of the database with their tables; the cloud is left alone.
   *
   * @param names installed modules, none of which another one that stays depends on
   */
  public void uninstall(Collection<String> names) {
    List<String> order = new ArrayList<>();
    modules.closure(names).forEach(m -> order.add(0, m.name()));
    order.retainAll(names);
    jdbi.useTransaction(
        handle -> {
          for (String name : order) {
            uninstall(handle, name);
          }
          Set<String> left = new LinkedHashSet<>(imported(handle));
          left.removeAll(order);
          rememberImported(handle, left);
        });
  }

  private static void uninstall(Handle handle, String module) {
    String versioned = versioned(module);
    List<String> tables = tables(handle, module);
    if (!tables.isEmpty()) {
      // One statement: tables may refer to each other in a ring.
      handle.execute(
          "DROP TABLE "
              + tables.stream().map(t -> "public." + Sql.quote(t)).collect(joining(", ")));
    }
    for (String table : tables) {
      handle.execute("DELETE FROM iasql.write_only WHERE table_name = ?", table);
      handle.execute("DELETE FROM iasql.table_move WHERE table_name = ?", table);
    }
    for (String drop :
        handle
            .createQuery(
                "SELECT CASE kind WHEN 'FUNCTION'"
                    + " THEN format('DROP FUNCTION %s', CAST(object AS regprocedure))"
                    + " ELSE format('DROP TYPE %s', CAST(object AS regtype)) END"
                    + " FROM iasql.module_object WHERE module = :module ORDER BY kind, object DESC")
            .bind("module", module)
            .mapTo(String.class)
            .list()) {
      handle.execute(drop);
    }
    handle.execute("DELETE FROM iasql.module_object WHERE module = ?", module);
    handle.execute("DELETE FROM public.iasql_tables WHERE module = ?", versioned);
    handle.execute("DELETE FROM public.iasql_module WHERE name = ?", versioned);
  }

  /** The tables of an installed module. */
  public static List<String> tables(Handle handle, String module) {
    return handle
        .createQuery(
            "SELECT \"table\" FROM public.iasql_tables"
                + " WHERE split_part(module, '@', 1) = :module ORDER BY 1")
        .bind("module", module)
        .mapTo(String.class)
        .list();
  }

  private static void register(Handle handle, String module, String table) {
    handle.execute(
        "INSERT INTO public.iasql_tables (module, \"table\") VALUES (?, ?)", module, table);
    String name = Sql.quote(table);
    handle.execute(
        "CREATE TRIGGER "
            + Sql.quote(table + "_audit")
            + " AFTER INSERT OR UPDATE OR DELETE ON public."
            + name
            + " FOR EACH ROW EXECUTE FUNCTION public.iasql_audit()");
    handle.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON public." + name + " TO iasql_user");
  }

  private static void check(Catalog catalog, Shape shape) {
    List<String> columns = catalog.columns(shape.table());
    if (columns.isEmpty()) {
      throw new IllegalStateException("the schema does not create table " + shape.table());
    }
    for (Column column : shape.columns()) {
      switch (column.kind()) {
        case CHILDREN ->
            catalog.foreignKey(column.childTable(), column.ownerColumn(), shape.table());
        case REFERENCE ->
            catalog.foreignKey(shape.table(), column.sqlName(), Shape.of(column.target()).table());
        default -> {
          if (!columns.contains(column.sqlName())) {
            throw new IllegalStateException(
                "table " + shape.table() + " has no column " + column.sqlName());
          }
        }
      }
    }
  }

  /** Rows are found by their cloud key all the time: syncs, write-backs and companions do. */
  private static void indexKey(Handle handle, Shape shape) {
    handle.execute(
        "CREATE INDEX "
            + Sql.quote(shape.table() + "_cloud_key")
            + " ON public."
            + Sql.quote(shape.table())
            + " ("
            + Sql.list(shape.key().stream().map(Column::sqlName).toList())
            + ")");
  }

  private static void markWriteOnly(Handle handle, Shape shape) {
    for (Column column : shape.columns()) {
      if (column.writeOnly()) {
        handle.execute(
            "INSERT INTO iasql.write_only (table_name, column_name) VALUES (?, ?)",
            shape.table(),
            column.sqlName());
      }
    }
  }

  private static String versioned(String name) {
    return name + "@" + VERSION;
  }
}
