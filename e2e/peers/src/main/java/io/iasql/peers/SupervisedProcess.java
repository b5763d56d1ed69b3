package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A process that ends with this JVM, even when that is killed: a small shell between the two sees
 * its standard input end and stops the process ({@code supervise.sh}). A Ctrl-C at the terminal
 * reaches this JVM only, so that peers are stopped in their order.
 */
final class SupervisedProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final String SCRIPT = CacheFolder.resource("supervise.sh");

  private final String name;
  private final Process process;
  private final Path log;

  private SupervisedProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a command with the environment of this JVM, less all that is about AWS accounts and
   * Kubernetes clusters, changed by {@code environment}.
   */
  static SupervisedProcess start(
      String name,
      List<String> command,
      Path directory,
      Path log,
      Consumer<Map<String, String>> environment) {
    List<String> supervised = new ArrayList<>(ownSession());
    boolean session = !supervised.isEmpty();
    supervised.addAll(
        List.of(
            "sh",
            "-c",
            SCRIPT,
            name,
            Long.toString(GRACE.toSeconds()),
            session ? "session" : "shared"));
    supervised.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(supervised)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder
        .environment()
        .keySet()
        .removeIf(variable -> variable.startsWith("AWS_") || variable.equals("KUBECONFIG"));
    environment.accept(builder.environment());
    try {
      return new SupervisedProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start " + name, e);
    }
  }

  /** Runs a command to its end; one that fails is an exception with the end of what it printed. */
  static void run(
      String name,
      List<String> command,
      Path directory,
      Path log,
      Consumer<Map<String, String>> environment) {
    try (SupervisedProcess running = start(name, command, directory, log, environment)) {
      int code = running.process.waitFor();
      if (code != 0) {
        throw new PeerException(name + " failed with exit code " + code + ": " + running.logTail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException(name + " was interrupted", e);
    }
  }

  /** Has a command reach the peers, which are on loopback, past a proxy of the machine. */
  static void pastProxies(Map<String, String> environment) {
    for (String variable : List.of("NO_PROXY", "no_proxy")) {
      environment.merge(variable, "127.0.0.1,localhost", (old, ours) -> ours + "," + old);
    }
  }

  /** What puts a command into a session of its own here, if anything does. */
  private static List<String> ownSession() {
    if (Executables.onPath("setsid").isPresent()) {
      return List.of("setsid");
    }
    return Executables.onPath("perl").isPresent()
        ? List.of("perl", "-e", "use POSIX; POSIX::setsid(); exec @ARGV;")
        : List.of();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits until the command has ended by itself, however it ended.
   *
   * @throws TimeoutException when it has not within the limit
   */
  void awaitEnd(long limit, TimeUnit unit) throws TimeoutException {
    try {
      if (!process.waitFor(limit, unit)) {
        throw new TimeoutException(name + " still runs: " + logTail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException(name + " was interrupted", e);
    }
  }

  /** The command itself, behind its supervisor, while it runs. */
  Optional<ProcessHandle> command(String program) {
    return process
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("/" + program))
        .findFirst();
  }

  /** The end of what it printed. */
  String logTail() {
    return tail(log);
  }

  static String tail(Path log) {
    int kept = 2000;
    try {
      String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
      return text.substring(Math.max(0, text.length() - kept)).strip() + " (" + log + ")";
    } catch (IOException e) {
      return "nothing can be read from " + log + ": " + e;
    }
  }

  /** Asks the process to end, kills it if it does not, and returns when it has. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // The supervisor has gone already: nothing to tell.
    }
    try {
      if (!process.waitFor(GRACE.toSeconds() + 2, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
