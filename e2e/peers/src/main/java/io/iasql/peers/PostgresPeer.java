package io.iasql.peers;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL 18 of this machine, embedded (zonky): on loopback, with a password, with all
 * extensions of the distribution (dblink, postgres_fdw). Tests take the one of their JVM by {@link
 * #shared} and a database of their own by {@link #newDatabase}; a test that stops its server starts
 * one alone by {@link #start(Narrator)}.
 */
public final class PostgresPeer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int TRIES = 3;

  /** The folder of the cache with the server's programs. */
  private static final String UNPACKED = "postgresql";

  private static PostgresPeer shared;

  private final RunFolder folder;
  private final Path binaries;
  private final String password = UUID.randomUUID().toString();
  private final int port;
  private final boolean durable;
  private EmbeddedPostgres server;
  private ProcessGuard guard;
  private Connection administrator;

  private PostgresPeer(RunFolder folder, Path binaries, int port, boolean durable) {
    this.folder = folder;
    this.binaries = binaries;
    this.port = port;
    this.durable = durable;
  }

  /** The JVM's PostgreSQL: started when first asked for, stopped when the JVM ends. */
  public static synchronized PostgresPeer shared() {
    if (shared == null) {
      shared = start(Narrator.toStandardError());
    }
    return shared;
  }

  /**
   * Starts a PostgreSQL that nobody else uses. It keeps what it has when it is killed, not when the
   * machine is: a database for each test would otherwise wait for the disk most of the time.
   */
  public static PostgresPeer start(Narrator narrator) {
    return start(narrator, false);
  }

  /** Starts one that waits for the disk at each commit, as a server of production does. */
  public static PostgresPeer startDurable(Narrator narrator) {
    return start(narrator, true);
  }

  private static PostgresPeer start(Narrator narrator, boolean durable) {
    narrator.say("PostgreSQL: embedded 18.6");
    CacheFolder cache = CacheFolder.ofUser();
    for (int tries = 1; ; tries++) {
      RunFolder folder =
          durable
              ? RunFolder.create(cache, "postgresql")
              : RunFolder.createInMemory(cache, "postgresql");
      PostgresPeer peer =
          new PostgresPeer(folder, cache.folder(UNPACKED), Ports.free(cache), durable);
      try {
        peer.start();
        return AtExit.closing(peer);
      } catch (PeerException e) {
        folder.close();
        if (tries == TRIES || !Readiness.portTaken(e)) {
          throw e;
        }
      }
    }
  }

  /**
   * Makes a folder, which must not be there, in which an embedded server finds itself unpacked: to
   * unpack PostgreSQL takes longer than to start it.
   */
  public static void shareUnpacked(CacheFolder cache, Path folder) {
    try {
      Files.createSymbolicLink(folder, cache.folder(UNPACKED));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public String host() {
    return "127.0.0.1";
  }

  /** The superuser. */
  public String user() {
    return "postgres";
  }

  /** The superuser's password; other roles need one of their own. */
  public String password() {
    return password;
  }

  /** Without user and password. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://" + host() + ":" + port + "/" + database;
  }

  /** New connections of the superuser. */
  public PGSimpleDataSource dataSource(String database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl(database));
    source.setUser(user());
    source.setPassword(password);
    return source;
  }

  public void createDatabase(String name) {
    createDatabase(name, "template1");
  }

  private void createDatabase(String name, String template) {
    administer(
        "CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy"
            .formatted(quoted(name), quoted(template)));
  }

  /** Drops a database, also when it is in use. */
  public void dropDatabase(String name) {
    administer("DROP DATABASE %s WITH (FORCE)".formatted(quoted(name)));
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /**
   * Runs a statement of the superuser's in the database {@code postgres}. One connection is kept
   * for all of them: a new one costs the server more than most of what is run.
   */
  public synchronized void administer(String sql) {
    try {
      if (administrator == null || !administrator.isValid((int) LIMIT.toSeconds())) {
        administrator = dataSource("postgres").getConnection();
      }
      try (Statement statement = administrator.createStatement()) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new PeerException("PostgreSQL refused " + sql + ": " + e.getMessage(), e);
    }
  }

  /** Creates a database with a name that nothing else has, and returns the name. */
  public String newDatabase() {
    return copyOf("template1");
  }

  /** Copies a database that nobody is connected to, and returns the name of the copy. */
  public String copyOf(String database) {
    String name = "db_" + UUID.randomUUID().toString().replace("-", "");
    createDatabase(name, database);
    return name;
  }

  /**
   * Has the server speak TLS with clients that ask for it, from now on.
   *
   * @param dnsNames the names that its certificate is for
   * @return the certificate of the authority that signed it, PEM
   */
  public String serveTls(String... dnsNames) {
    CertificateAuthority authority = CertificateAuthority.create("iasql-postgresql");
    ClientCertificate certificate = authority.server("postgresql", List.of(dnsNames));
    serveTlsWith(certificate.certificate(), certificate.key());
    return authority.certificate();
  }

  /**
   * Has the server speak TLS with clients that ask for it, from now on.
   *
   * @param certificate the server's, PEM
   * @param privateKey its key, PKCS #8 in PEM
   */
  public void serveTlsWith(String certificate, String privateKey) {
    Path chain = folder.path().resolve("server.crt");
    Path key = folder.path().resolve("server.key");
    try {
      Files.writeString(chain, certificate);
      Files.writeString(key, privateKey);
      // PostgreSQL takes no key that others can read.
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write PostgreSQL's certificate", e);
    }
    try (Connection connection = dataSource("postgres").getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "ALTER SYSTEM SET ssl_cert_file = " + statement.enquoteLiteral(chain.toString()));
      statement.execute(
          "ALTER SYSTEM SET ssl_key_file = " + statement.enquoteLiteral(key.toString()));
      statement.execute("ALTER SYSTEM SET ssl = on");
      statement.execute("SELECT pg_reload_conf()");
    } catch (SQLException e) {
      throw new PeerException("PostgreSQL does not take its certificate", e);
    }
    // The server reads its settings when it comes to it.
    Awaitility.await("PostgreSQL to speak TLS")
        .atMost(LIMIT)
        .pollInterval(POLL)
        .pollDelay(Duration.ZERO)
        .until(this::speaksTls);
  }

  private boolean speaksTls() {
    PGSimpleDataSource encrypted = dataSource("postgres");
    encrypted.setSslMode("require");
    try (Connection connection = encrypted.getConnection()) {
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** Stops the server; its data and its port stay for {@link #start()}. */
  public synchronized void stop() {
    if (server == null) {
      return;
    }
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot stop PostgreSQL", e);
    }
    server = null;
    guard.release();
  }

  /** Starts the stopped server again, on the same port with the same data. */
  public synchronized void start() {
    if (server != null) {
      return;
    }
    Path data = folder.path().resolve("data");
    Path log = folder.path().resolve("postgresql.log");
    try {
      Path passwordFile = Files.writeString(folder.path().resolve("password"), password);
      server =
          EmbeddedPostgres.builder()
              .setPort(port)
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setRegisterShutdownHook(false)
              .setOverrideWorkingDirectory(binaries.toFile())
              .setPGStartupWait(LIMIT)
              .setServerConfig("listen_addresses", host())
              // Up to ten for each environment that is busy, and a test may have thirty of them.
              .setServerConfig("max_connections", "600")
              .setServerConfig("unix_socket_directories", "")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("fsync", durable ? "on" : "off")
              .setServerConfig("full_page_writes", durable ? "on" : "off")
              .setLocaleConfig("pwfile", passwordFile.toString())
              // For STRATEGY file_copy, which takes a sixth of the time of one that writes WAL.
              .setServerConfig("file_copy_method", "clone")
              // A password that is random needs no slow hash, and each connection pays for it.
              .setLocaleConfig("set", "scram_iterations=1")
              .setConnectConfig("password", password)
              .setDataDirectoryCustomizer(made -> requirePasswords(made.toPath()))
              .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
      guard = ProcessGuard.over(Long.parseLong(pid.strip()));
    } catch (IOException | IllegalStateException e) {
      throw new PeerException("PostgreSQL did not start: " + SupervisedProcess.tail(log), e);
    }
  }

  /** As a server of production does; dblink, for one, refuses users that need no password. */
  private static void requirePasswords(Path data) {
    try {
      Files.writeString(
          data.resolve("pg_hba.conf"),
          """
          host all all 127.0.0.1/32 scram-sha-256
          host replication all 127.0.0.1/32 scram-sha-256
          """);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops the server and deletes its data. */
  @Override
  public synchronized void close() {
    AtExit.forget(this);
    stop();
    folder.close();
  }
}
