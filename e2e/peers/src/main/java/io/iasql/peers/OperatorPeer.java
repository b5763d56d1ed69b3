package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The operator as a process of this machine, from the jar that its build leaves. It ends with this
 * JVM, and so does the embedded PostgreSQL that it starts, which is a daemon and outlives {@link
 * #kill}.
 *
 * <p>Ambient AWS credentials, profiles and kubeconfigs are never used. The definitions of the
 * custom resources must be in the cluster before it starts.
 */
public final class OperatorPeer implements AutoCloseable {
  /** The system property that names the jar where it is not in its build folder. */
  public static final String JAR_PROPERTY = "iasql.operator.jar";

  private static final Path JAR = Path.of("operator/app/target/quarkus-app/quarkus-run.jar");
  private static final String HOST = "127.0.0.1";
  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

  /**
   * What the operator is started with.
   *
   * @param jar its jar
   * @param kubeconfig the cluster it works for, and as whom
   * @param awsEndpoint where AWS is for connections that name no endpoint; its environment then
   *     holds dummy keys, too, for connections that name no credentials
   * @param log what it prints is appended here; empty for a file that is deleted in the end
   * @param jvm options of its JVM
   * @param settings further environment variables, such as {@code IASQL_COMMIT_PARALLELISM}
   * @param narrator told when it starts
   */
  public record Options(
      Path jar,
      Path kubeconfig,
      Optional<URI> awsEndpoint,
      Optional<Path> log,
      List<String> jvm,
      Map<String, String> settings,
      Narrator narrator) {

    public Options {
      jvm = List.copyOf(jvm);
      settings = Map.copyOf(settings);
    }

    /** The jar of this checkout, working for this cluster; speaks to standard error. */
    public static Options of(Path kubeconfig) {
      return new Options(
          builtJar(),
          kubeconfig,
          Optional.empty(),
          Optional.empty(),
          // It lives for minutes here: a JVM that compiles lightly is ready earlier.
          List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
          Map.of(),
          Narrator.toStandardError());
    }

    public Options withAwsEndpoint(URI endpoint) {
      return new Options(jar, kubeconfig, Optional.of(endpoint), log, jvm, settings, narrator);
    }

    public Options withLog(Path file) {
      return new Options(jar, kubeconfig, awsEndpoint, Optional.of(file), jvm, settings, narrator);
    }

    public Options withJvm(List<String> options) {
      return new Options(jar, kubeconfig, awsEndpoint, log, options, settings, narrator);
    }

    /** The same with one variable more. */
    public Options withSetting(String variable, String value) {
      Map<String, String> more = new HashMap<>(settings);
      more.put(variable, value);
      return new Options(jar, kubeconfig, awsEndpoint, log, jvm, more, narrator);
    }

    public Options withNarrator(Narrator listening) {
      return new Options(jar, kubeconfig, awsEndpoint, log, jvm, settings, listening);
    }
  }

  private final RunFolder folder;
  private final Path log;
  private final Path databases;
  private final int port;
  private final EmulatorHttp http;
  private Options options;
  private ProcessGuard databaseGuard;
  private SupervisedProcess process;

  private OperatorPeer(Options options, CacheFolder cache) {
    this.options = options;
    this.folder = RunFolder.createInMemory(cache, "operator");
    this.port = Ports.free(cache);
    this.http = new EmulatorHttp(URI.create("http://" + HOST + ":" + port));
    this.log = options.log().orElseGet(() -> folder.path().resolve("operator.log"));
    this.databases = folder.make("databases");
    PostgresPeer.shareUnpacked(cache, databases.resolve("server"));
  }

  /**
   * Starts the operator and returns when it is ready.
   *
   * @throws PeerException when it is not built or does not start, with what it printed
   */
  public static OperatorPeer start(Options options) {
    if (!Files.isRegularFile(options.jar())) {
      throw new PeerException(
          "The operator is not built: " + options.jar() + " is missing; run mvn package");
    }
    OperatorPeer peer = new OperatorPeer(options, CacheFolder.ofUser());
    try {
      peer.start();
    } catch (PeerException e) {
      peer.close();
      throw e;
    }
    return AtExit.closing(peer);
  }

  /** The jar of the checkout that this JVM works in. */
  static Path builtJar() {
    String named = System.getProperty(JAR_PROPERTY, "");
    if (!named.isBlank()) {
      return Path.of(named).toAbsolutePath();
    }
    return checkout()
        .map(folder -> folder.resolve(JAR))
        .orElseThrow(
            () ->
                new PeerException(
                    "No operator/app in or above "
                        + Path.of("").toAbsolutePath()
                        + ": name the jar by -D"
                        + JAR_PROPERTY));
  }

  /** The folder of the checkout that this JVM works in. */
  static Optional<Path> checkout() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.isDirectory(folder.resolve("operator/app"))) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }

  /** {@code /metrics} and {@code /health} are below it. */
  public URI url() {
    return http.endpoint();
  }

  /** Where it writes its log. */
  public Path log() {
    return log;
  }

  /** The end of its log. */
  public String logTail() {
    return SupervisedProcess.tail(log);
  }

  /** The process id while it runs. */
  public synchronized long pid() {
    return running().pid();
  }

  public synchronized boolean isRunning() {
    return process != null && process.command("java").isPresent();
  }

  /** Starts the stopped or killed operator again, on the same data and the same port. */
  public synchronized void start() {
    if (process != null) {
      return;
    }
    options.narrator().say("Operator: starting");
    if (databaseGuard == null) {
      databaseGuard = ProcessGuard.overPidFile(pidFile());
    }
    process = SupervisedProcess.start("operator", command(), folder.path(), log, this::environment);
    try {
      Readiness.await(process, START_LIMIT, () -> http.answers("/health/ready"));
    } catch (PeerException e) {
      process.close();
      process = null;
      throw e;
    }
  }

  /** The same with other options, from the next start on. Jar, log and folders stay. */
  public synchronized void startWith(Options changed) {
    options = changed;
    start();
  }

  /** SIGKILL: it can do nothing any more. The embedded PostgreSQL lives on. */
  public synchronized void kill() {
    end(true, Duration.ofSeconds(5));
  }

  /** SIGTERM: it ends in an orderly way, the embedded PostgreSQL with it. */
  public synchronized void stop() {
    end(false, STOP_LIMIT);
  }

  private void end(boolean forcibly, Duration limit) {
    if (process == null) {
      return;
    }
    process
        .command("java")
        .ifPresent(
            java -> {
              if (forcibly) {
                java.destroyForcibly();
              } else {
                java.destroy();
              }
              awaitEnd(java, limit);
            });
    process.close();
    process = null;
  }

  private static void awaitEnd(ProcessHandle java, Duration limit) {
    try {
      java.onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException("interrupted while the operator was ending", e);
    } catch (ExecutionException | TimeoutException e) {
      java.destroyForcibly();
      throw new PeerException("The operator did not end within " + limit.toSeconds() + " s", e);
    }
  }

  private ProcessHandle running() {
    return Optional.ofNullable(process)
        .flatMap(p -> p.command("java"))
        .orElseThrow(() -> new PeerException("The operator does not run"));
  }

  private List<String> command() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path archive = ClassArchive.of(options.jar(), java, options.jvm(), this::environment);
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(options.jvm());
    command.add("-XX:SharedArchiveFile=" + archive);
    command.add("-jar");
    command.add(options.jar().toString());
    return command;
  }

  private void environment(Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(
            name ->
                name.startsWith("IASQL_")
                    || name.startsWith("QUARKUS_")
                    || name.startsWith("KUBERNETES_")
                    || name.equals("JAVA_TOOL_OPTIONS"));
    environment.put("KUBECONFIG", options.kubeconfig().toString());
    environment.put("QUARKUS_HTTP_HOST", HOST);
    environment.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    environment.put("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "false");
    environment.put("IASQL_DATABASE_PROVIDER", "embedded");
    environment.put("IASQL_DATABASE_EMBEDDED_FOLDER", databases.toString());
    environment.put("AWS_CONFIG_FILE", "/dev/null");
    environment.put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    options
        .awsEndpoint()
        .ifPresent(
            endpoint -> {
              environment.put("AWS_ENDPOINT_URL", endpoint.toString());
              environment.put("AWS_ACCESS_KEY_ID", "test");
              environment.put("AWS_SECRET_ACCESS_KEY", "test");
            });
    SupervisedProcess.pastProxies(environment);
    environment.putAll(options.settings());
  }

  private Path pidFile() {
    return databases.resolve("data").resolve("postmaster.pid");
  }

  /** Stops the operator and the PostgreSQL that it may have left behind. */
  @Override
  public synchronized void close() {
    AtExit.forget(this);
    stop();
    stopDatabase();
    if (databaseGuard != null) {
      databaseGuard.release();
      databaseGuard = null;
    }
    folder.close();
  }

  private void stopDatabase() {
    try {
      if (!Files.exists(pidFile())) {
        return;
      }
      long pid = Long.parseLong(Files.readAllLines(pidFile()).get(0).strip());
      Optional<ProcessHandle> left =
          ProcessHandle.of(pid)
              .filter(
                  p -> p.info().command().orElse("").toLowerCase(Locale.ROOT).contains("postgres"));
      if (left.isPresent()) {
        // Java knows SIGTERM only, by which PostgreSQL waits for its clients; SIGINT ends them.
        new ProcessBuilder("kill", "-INT", Long.toString(pid)).start();
        awaitEnd(left.get(), STOP_LIMIT);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot stop the embedded PostgreSQL", e);
    }
  }

  @Override
  public String toString() {
    return "operator";
  }
}
