package io.iasql.engine.store;

import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.common.BaseDataSource;

/** How the engine reaches one environment's PostgreSQL, always as the database's owner. */
public interface EnvironmentDatabase {

  /**
   * How the owner logs in.
   *
   * @param host the server, as the engine reaches it
   * @param port its port
   * @param database the database's name
   * @param user the owner
   * @param password the owner's password; empty where the server asks for none
   */
  record Login(String host, int port, String database, String user, String password) {
    /** The login that a data source of the driver uses. */
    public static Login of(BaseDataSource source) {
      return new Login(
          // An IPv6 address is in brackets there, as in a URL.
          source.getServerNames()[0].replaceAll("[\\[\\]]", ""),
          source.getPortNumbers()[0],
          source.getDatabaseName(),
          source.getUser(),
          Optional.ofNullable(source.getPassword()).orElse(""));
    }

    /** Without the password. */
    @Override
    public String toString() {
      return "%s@%s:%d/%s".formatted(user, host, port, database);
    }
  }

  /** How the owner logs in: the database's functions reach the engine by a session of its own. */
  Login login();

  /** Pooled connections for the engine's own short statements. */
  DataSource pool();

  /**
   * Connections for each {@link DatabaseSession}, as many as are asked for, and for nothing else:
   * none is clean that was not cleaned. What one is to keep for all its uses, as its {@code
   * application_name}, has to come with the connection and not by SET.
   */
  DataSource sessions();

  /** A database that is reached by these. */
  static EnvironmentDatabase of(Login login, DataSource pool, DataSource sessions) {
    record Reached(Login login, DataSource pool, DataSource sessions)
        implements EnvironmentDatabase {}
    return new Reached(login, pool, sessions);
  }
}
