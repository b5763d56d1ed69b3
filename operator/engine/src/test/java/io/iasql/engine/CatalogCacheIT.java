package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.CatalogCache;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.PooledDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogCacheIT {
  private final String database = TestServer.newDatabase();
  private final PooledDatabase connections = TestServer.pooled(database);
  private final Jdbi jdbi = Jdbis.over(connections.pool());
  private final Installer installer = new Installer(connections, FakeModules.all());
  private final CatalogCache cache = new CatalogCache();

  @AfterEach
  void close() {
    connections.close();
  }

  @Test
  void readsTheTablesOnceAndAgainWhenModulesComeOrGo() {
    Catalog both = read();
    assertThat(both.parentsFirst()).contains("net", "bucket");
    assertThat(read()).isSameAs(both);

    installer.uninstall(List.of("fake_app"));
    assertThat(read().parentsFirst()).contains("net").doesNotContain("bucket");

    installer.install(List.of("fake_app"));
    assertThat(read().parentsFirst()).containsExactlyElementsOf(both.parentsFirst());
  }

  @Test
  void showsEachTransactionTheTablesThatItSees() throws SQLException {
    try (Connection session = TestServer.dataSource(database).getConnection();
        Handle inside = Jdbis.open(session)) {
      inside.begin();
      inside.execute("DROP TABLE public.bucket CASCADE");
      inside.execute("DELETE FROM public.iasql_tables WHERE module LIKE 'fake_app@%'");
      inside.execute("DELETE FROM public.iasql_module WHERE name LIKE 'fake_app@%'");
      assertThat(cache.read(inside).parentsFirst()).doesNotContain("bucket");
      inside.rollback();
    }

    assertThat(read().parentsFirst()).contains("bucket");
  }

  private Catalog read() {
    return jdbi.withHandle(cache::read);
  }
}
