package io.iasql.operator.database;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;

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

  /** The JDBC URL, without the login. */
  public String jdbcUrl() {
    String address = host.contains(":") ? "[" + host + "]" : host;
    return "jdbc:postgresql://" + address + ":" + port + "/";
  }

  /** What the JDBC driver needs beside the URL. */
  public Properties jdbcProperties() {
    Properties properties = new Properties();
    properties.setProperty("PGDBNAME", database);
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("sslmode", sslMode);
    certificates.ifPresent(file -> properties.setProperty("sslrootcert", file.toString()));
    return properties;
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "%s %s@%s:%d/%s sslmode=%s".formatted(provider, user, host, port, database, sslMode);
  }
}
