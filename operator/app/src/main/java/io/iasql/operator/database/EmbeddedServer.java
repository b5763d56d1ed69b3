package io.iasql.operator.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
  private Running running;

  private record Running(ProcessHandle process, int port) {}

  /**
   * @param folder holds the data and the unpacked server; made when it is not there
   */
  EmbeddedServer(Path folder) {
    this.folder = folder.toAbsolutePath();
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
    Files.createDirectories(folder);
    // Unpacked binaries go here too; the library has no other way to keep its hands off /tmp.
    System.setProperty("ot.epg.working-dir", folder.resolve("server").toString());
    EmbeddedPostgres.builder()
        .setOverrideWorkingDirectory(folder.resolve("server").toFile())
        .setDataDirectory(data())
        .setCleanDataDirectory(false)
        .setRegisterShutdownHook(false)
        .setPGStartupWait(START_LIMIT)
        .setServerConfig("listen_addresses", HOST)
        .start();
    return leftBehind()
        .orElseThrow(
            () -> new IOException("PostgreSQL ended as soon as it had started in " + data()));
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

  private static Connection connect(int port) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/postgres?user=%s&loginTimeout=10".formatted(HOST, port, USER));
  }

  /** Stops the server, whoever is connected. */
  @Override
  public synchronized void close() throws IOException {
    if (!isRunning()) {
      return;
    }
    ProcessHandle process = running.process();
    running = null;
    // Java knows SIGTERM only, by which PostgreSQL waits for its clients; SIGINT ends them.
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
    try {
      process.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while PostgreSQL was stopping", e);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IOException("PostgreSQL, process " + process.pid() + ", does not stop", e);
    }
  }
}
