package io.iasql.engine.store;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;

/**
 * The catalog of one environment's database, read anew when other modules are installed than the
 * last time: tables come and go with modules only, and reading them costs PostgreSQL more than many
 * a plan does.
 */
public final class CatalogCache {
  private record Known(List<String> modules, Catalog catalog) {}

  private final AtomicReference<Known> known = new AtomicReference<>();

  /** The catalog as the handle's transaction sees it. */
  public Catalog read(Handle handle) {
    List<String> modules = modules(handle);
    Known last = known.get();
    if (last != null && last.modules().equals(modules)) {
      return last.catalog();
    }
    Catalog catalog = Catalog.read(handle);
    // Another session may have installed some in between: then nobody knows whose tables these are.
    if (modules.equals(modules(handle))) {
      known.set(new Known(modules, catalog));
    }
    return catalog;
  }

  /** With their versions. */
  private static List<String> modules(Handle handle) {
    return handle
        .createQuery("SELECT name FROM public.iasql_module ORDER BY name")
        .mapTo(String.class)
        .list();
  }
}
