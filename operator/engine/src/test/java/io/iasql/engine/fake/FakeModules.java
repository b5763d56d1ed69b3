package io.iasql.engine.fake;

import io.iasql.engine.catalog.Modules;
import java.util.List;

/** The fake modules. */
public final class FakeModules {
  private static final Modules ALL = new Modules(List.of(new Network(), new Platform()));

  /** Their names. */
  public static final List<String> NAMES = List.of("fake_net", "fake_app");

  private FakeModules() {}

  public static Modules all() {
    return ALL;
  }

  static FakeResource<?> resource(String table) {
    return (FakeResource<?>) ALL.resource(table).orElseThrow();
  }
}
