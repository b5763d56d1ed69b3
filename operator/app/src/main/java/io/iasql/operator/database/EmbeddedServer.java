package io.iasql.operator.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * One PostgreSQL on loopback whose data survives restarts. Chooses a free port each time. A server
 * that an operator left behind when it was killed is taken over instead of started twice.
 */
final class EmbeddedServer implements AutoCloseable {
  static final String HOST = "127.0.0.1";
  static final String USER = "postgres";

  private static final Logger LOG = Logger.getLogger(EmbeddedServer.class);
  private static final Duration START_LIMIT = Duration.ofMinutes(1);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final int PORT_LINE = 3;

  private final Path folder;
  private final Supplier<String> passwords;
  private Running running;
  // Holds a lock on the data until it is closed, even when the server has died.
  private EmbeddedPostgres started;

  private record Running(ProcessHandle process, int port) {}

  /**
   * @param folder holds the data and the unpacked server; made when it is not there
   * @param passwords makes the superuser's password, once
   */
  EmbeddedServer(Path folder, Supplier<String> passwords) {
    this.folder = folder.toAbsolutePath();
    this.passwords = passwords;
  }

  /** Whether the server has been started and lives. */
  synchronized boolean isRunning() {
    return running != null && running.process().isAlive();
  }

  /**
   * Makes sure that the server runs and has a database of this name.
   *
   * @return the server's port
   */
  synchronized int createDatabase(String name) throws IOException, SQLException {
    if (!isRunning()) {
      Optional<Running> left = leftBehind();
      running = left.isPresent() ? left.get() : start();
    }
    try (Connection connection = connect(running.port());
        PreparedStatement query =
            connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?");
        Statement statement = connection.createStatement()) {
      // People of environments have no business in the server's own databases.
      statement.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC");
      query.setString(1, name);
      try (ResultSet found = query.executeQuery()) {
        if (!found.next()) {
          statement.executeUpdate("CREATE DATABASE " + statement.enquoteIdentifier(name, true));
        }
      }
    }
    return running.port();
  }

  private Running start() throws IOException {
    Path server = folder.resolve("server");
    Path log = folder.resolve("postgresql.log");
    makePassword();
    // The library knows no other way to keep its hands off the system's folder for temporary files.
    System.setProperty("ot.epg.working-dir", server.toString());
    releaseLock();
    started =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(server.toFile())
            .setDataDirectory(data())
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPGStartupWait(START_LIMIT)
            // The library's own settings are for data that may be lost.
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("listen_addresses", HOST)
            .setServerConfig("unix_socket_directories", "")
            .setLocaleConfig("pwfile", passwordFile().toString())
            // Passwords are drawn at random: a slow hash guards nothing, and each connection pays.
            .setLocaleConfig("set", "scram_iterations=1")
            .setConnectConfig("password", password())
            .setDataDirectoryCustomizer(made -> requirePasswords(made.toPath()))
            .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return leftBehind()
        .orElseThrow(() -> new IOException("PostgreSQL ended soon after its start, see " + log));
  }

  /** The superuser's password, made with the data and kept beside it. */
  String password() throws IOException {
    return Files.readString(passwordFile());
  }

  private void makePassword() throws IOException {
    Files.createDirectories(folder);
    if (!Files.exists(passwordFile())) {
      // Only the owner can read a temporary file.
      Path made = Files.createTempFile(folder, "password", "");
      Files.writeString(made, passwords.get());
      Files.move(made, passwordFile(), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** As a server of production does; dblink, for one, refuses users that need no password. */
  private static void requirePasswords(Path data) {
    try {
      Files.writeString(data.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path passwordFile() {
    return folder.resolve("password");
  }

  private Path data() {
    return folder.resolve("data");
  }

  /** The server that has the data open, whoever started it. */
  private Optional<Running> leftBehind() throws IOException {
    Path file = data().resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() <= PORT_LINE) {
      return Optional.empty();
    }
    int port = Integer.parseInt(lines.get(PORT_LINE).strip());
    return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
        .filter(ProcessHandle::isAlive)
        .filter(process -> serves(port))
        .map(process -> new Running(process, port));
  }

  private boolean serves(int port) {
    try (Connection connection = connect(port);
        Statement statement = connection.createStatement();
        ResultSet folders = statement.executeQuery("SHOW data_directory")) {
      return folders.next() && Files.isSameFile(Path.of(folders.getString(1)), data());
    } catch (SQLException | IOException e) {
      LOG.debugf(e, "no server of ours on port %d", port);
      return false;
    }
  }

  private Connection connect(int port) throws SQLException, IOException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/postgres?loginTimeout=10".formatted(HOST, port), USER, password());
  }

  /** Stops the server, whoever is connected. */
  @Override
  public synchronized void close() throws IOException {
    releaseLock();
    if (isRunning()) {
      interrupt(running.process());
    }
    running = null;
  }

  private static void interrupt(ProcessHandle process) throws IOException {
    // Java knows SIGTERM only, by which PostgreSQL waits for its clients; SIGINT ends them.
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
    try {
      process.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while PostgreSQL was stopping", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("PostgreSQL, process " + process.pid() + ", does not stop", e);
    }
  }

  /** Stops the server that was started here, if it still lives. */
  private void releaseLock() throws IOException {
    if (started != null) {
      started.close();
      started = null;
    }
  }
}
