package io.iasql.engine.store;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way by which the database's functions reach the engine: a foreign server of {@code dblink}
 * that leads back to the same database. The password is in a user mapping that only the owner can
 * read (PostgreSQL manual, CREATE USER MAPPING).
 */
final class Loopback {
  private static final Logger LOG = LoggerFactory.getLogger(Loopback.class);

  private final Jdbi jdbi;
  private final EnvironmentDatabase.Login login;

  Loopback(Jdbi jdbi, EnvironmentDatabase.Login login) {
    this.jdbi = jdbi;
    this.login = login;
  }

  /** Where an administrator made the extension, that is theirs to do. */
  private static final String REVOKE =
      """
      DO $$
      BEGIN
        IF (SELECT pg_has_role(extowner, 'USAGE') FROM pg_extension WHERE extname = 'dblink') THEN
          REVOKE ALL ON ALL FUNCTIONS IN SCHEMA iasql FROM PUBLIC;
        END IF;
      END $$""";

  private record Way(String host, int port) {}

  /**
   * Makes it, or brings it up to date. Without it everything works but the functions that ask the
   * engine: they say then what is missing.
   */
  void open() {
    try {
      jdbi.useHandle(h -> h.execute("CREATE EXTENSION IF NOT EXISTS dblink SCHEMA iasql"));
      // New functions of an extension are everybody's.
      jdbi.useHandle(h -> h.execute(REVOKE));
    } catch (JdbiException e) {
      rethrowOutage(e);
      LOG.warn(
          "{}: psql cannot call the engine, because the extension dblink is missing: {}",
          login,
          e.getMessage());
      return;
    }
    int port =
        jdbi.withHandle(
            h ->
                h.createQuery("SELECT current_setting('port')::int".replace("::", "\\:\\:"))
                    .mapTo(Integer.class)
                    .one());
    for (Way way : List.of(new Way("127.0.0.1", port), new Way(login.host(), login.port()))) {
      if (leadsHere(way)) {
        return;
      }
    }
  }

  private boolean leadsHere(Way way) {
    try {
      jdbi.useTransaction(
          h -> {
            define(h, way);
            h.createQuery("SELECT iasql.dblink_connect('iasql_probe', 'iasql_loopback')")
                .mapTo(String.class)
                .one();
            h.createQuery("SELECT iasql.dblink_disconnect('iasql_probe')")
                .mapTo(String.class)
                .one();
          });
      return true;
    } catch (JdbiException e) {
      rethrowOutage(e);
      LOG.warn("{}: PostgreSQL does not reach itself at {}: {}", login, way, e.getMessage());
      return false;
    }
  }

  private void define(Handle handle, Way way) {
    handle.execute("DROP SERVER IF EXISTS iasql_loopback CASCADE");
    handle.execute(
        "CREATE SERVER iasql_loopback FOREIGN DATA WRAPPER dblink_fdw OPTIONS (host "
            + Sql.literal(way.host())
            + ", port "
            + Sql.literal(Integer.toString(way.port()))
            + ", dbname "
            + Sql.literal(login.database())
            + ")");
    handle.execute(
        "CREATE USER MAPPING FOR CURRENT_USER SERVER iasql_loopback OPTIONS (user "
            + Sql.literal(login.user())
            + (login.password().isEmpty() ? "" : ", password " + Sql.literal(login.password()))
            + ")");
  }

  private static void rethrowOutage(JdbiException e) {
    var cause = SqlErrors.sqlCause(e);
    // What is said of the loopback's own connection has class 08, too, and is no outage of ours.
    if (cause != null && SqlErrors.isTransient(cause) && !isOfLoopback(cause)) {
      throw e;
    }
  }

  private static boolean isOfLoopback(java.sql.SQLException e) {
    return "08001".equals(e.getSQLState());
  }
}
