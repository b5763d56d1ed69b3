package io.iasql.operator.database;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a database is and how to log in as its owner.
 *
 * @param provider what provided it, for {@code status.database.provider}
 * @param host host name or address
 * @param port port
 * @param database name of the database
 * @param user the owner
 * @param password the owner's password; empty where the server asks for none
 * @param sslMode as libpq and the JDBC driver name it
 * @param certificates the authorities to trust, where the system's do not do
 */
public record DatabaseEndpoint(
    String provider,
    String host,
    int port,
    String database,
    String user,
    String password,
    String sslMode,
    Optional<Path> certificates) {

  public DatabaseEndpoint {
    Objects.requireNonNull(provider);
    Objects.requireNonNull(host);
    Objects.requireNonNull(database);
    Objects.requireNonNull(user);
    Objects.requireNonNull(password);
    Objects.requireNonNull(sslMode);
    Objects.requireNonNull(certificates);
  }

  /** New connections of the owner. */
  public PGSimpleDataSource dataSource() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {host.contains(":") ? "[" + host + "]" : host});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName(database);
    source.setUser(user);
    source.setPassword(password);
    source.setSslMode(sslMode);
    certificates.ifPresent(file -> source.setSslRootCert(file.toString()));
    return source;
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "%s %s@%s:%d/%s sslmode=%s".formatted(provider, user, host, port, database, sslMode);
  }
}
