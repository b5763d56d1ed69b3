package io.iasql.contract;

import io.iasql.engine.catalog.Modules;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.peers.PostgresPeer;
import io.iasql.spi.CloudModule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A database with one module, those it depends on and {@link FailingModule} in it: made once, then
 * copied. Other modules on the class path would only be imported each time, too.
 */
final class Template {
  private static final Map<String, Template> ALL = new HashMap<>();

  private final Modules modules;
  private String database;

  private Template(Modules modules) {
    this.modules = modules;
  }

  /**
   * The one for tests of a table.
   *
   * @throws IllegalArgumentException when no module of the class path has the table
   */
  static synchronized Template forTable(String table) {
    Modules found = Modules.discover();
    String module = found.moduleOf(table);
    if (module == null) {
      throw new IllegalArgumentException("no table " + table);
    }
    return ALL.computeIfAbsent(module, name -> new Template(withFailing(found, name)));
  }

  private static Modules withFailing(Modules found, String module) {
    return new Modules(
        Stream.<CloudModule>concat(
                found.closure(List.of(module)).stream(), Stream.of(new FailingModule()))
            .toList());
  }

  private static String create(Modules modules) {
    String name = PostgresPeer.shared().newDatabase();
    try (PooledDatabase database = new PooledDatabase(PostgresPeer.shared().dataSource(name))) {
      Installer installer = new Installer(database, modules);
      installer.migrate();
      installer.install(List.copyOf(modules.names()));
    }
    return name;
  }

  /** The modules in it. */
  Modules modules() {
    return modules;
  }

  /** A new copy; returns its name. */
  String copy() {
    return PostgresPeer.shared().copyOf(database());
  }

  private synchronized String database() {
    if (database == null) {
      database = create(modules);
    }
    return database;
  }
}
