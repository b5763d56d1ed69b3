package io.iasql.contract;

import io.iasql.engine.catalog.Modules;
import io.iasql.engine.store.EnvironmentDatabase;
import io.iasql.engine.store.Installer;
import io.iasql.peers.PostgresPeer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.postgresql.ds.common.BaseDataSource;

/** Databases with all modules of the class path in them: made once, then copied. */
final class Templates {
  private static Modules modules;
  private static String template;

  private Templates() {}

  /** The modules of the class path, and the one that fails. */
  static synchronized Modules modules() {
    if (modules == null) {
      Modules found = Modules.discover();
      modules =
          new Modules(
              Stream.concat(
                      found.names().stream().map(name -> found.module(name).orElseThrow()),
                      Stream.of(new FailingModule()))
                  .toList());
    }
    return modules;
  }

  /** A new database with all modules. */
  static String newDatabase() {
    return PostgresPeer.shared().copyOf(template());
  }

  /** The superuser's connections to a database, kept open between uses. */
  static BasicDataSource pool(String database) {
    PostgresPeer server = PostgresPeer.shared();
    BasicDataSource pool = new BasicDataSource();
    pool.setUrl(server.jdbcUrl(database));
    pool.setUsername(server.user());
    pool.setPassword(server.password());
    return pool;
  }

  static void close(BasicDataSource pool) {
    try {
      pool.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static void drop(String database) {
    execute("DROP DATABASE " + database + " WITH (FORCE)");
  }

  private static synchronized String template() {
    if (template == null) {
      String name = PostgresPeer.shared().newDatabase();
      DataSource source = PostgresPeer.shared().dataSource(name);
      EnvironmentDatabase database =
          new EnvironmentDatabase() {
            @Override
            public Login login() {
              return Login.of((BaseDataSource) source);
            }

            @Override
            public DataSource pool() {
              return source;
            }

            @Override
            public Connection openSession() throws SQLException {
              return source.getConnection();
            }
          };
      Installer installer = new Installer(database, modules());
      installer.migrate();
      installer.install(List.copyOf(modules().names()));
      template = name;
    }
    return template;
  }

  static void execute(String sql) {
    try (Connection connection = PostgresPeer.shared().dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
