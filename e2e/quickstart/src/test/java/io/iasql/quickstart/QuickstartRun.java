package io.iasql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.peers.CacheFolder;
import io.iasql.peers.OperatorPeer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** One run of the quickstart as a process, and every process that it starts. */
final class QuickstartRun implements AutoCloseable {
  private static final String KEPT = "e2e/quickstart/target/running.json";
  private static final Pattern AWS = Pattern.compile("asked at http://127\\.0\\.0\\.1:(\\d+):");

  private final Process process;
  private final BufferedReader output;
  private final List<String> lines = new ArrayList<>();
  private final Set<ProcessHandle> seen = ConcurrentHashMap.newKeySet();

  private QuickstartRun(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts it as {@code ./quickstart} does once everything is built. */
  static QuickstartRun start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-Dvertx.disableFileCPResolving=true",
            "-Diasql.root=" + root(),
            "-D" + KeptRun.FILE_PROPERTY + "=" + root().resolve(KEPT),
            "-cp",
            classpath()));
    String operator = System.getProperty(OperatorPeer.JAR_PROPERTY);
    if (operator != null) {
      command.add("-D" + OperatorPeer.JAR_PROPERTY + "=" + operator);
    }
    command.add(Quickstart.class.getName());
    command.addAll(Arrays.asList(arguments));
    return new QuickstartRun(
        new ProcessBuilder(command).directory(root().toFile()).redirectErrorStream(true).start());
  }

  /** The one of {@code ./quickstart}: this JVM's has what only tests bring. */
  private static String classpath() throws IOException {
    Path target = root().resolve("e2e/quickstart/target");
    return target.resolve("classes")
        + File.pathSeparator
        + Files.readString(target.resolve("classpath")).strip();
  }

  /** The checkout. */
  static Path root() {
    return Path.of("").toAbsolutePath().getParent().getParent();
  }

  /** Reads on until it has said something. */
  QuickstartRun until(String text) throws IOException {
    String line;
    do {
      line = output.readLine();
      assertThat(line).as("the line with '%s' after\n%s", text, narration()).isNotNull();
      lines.add(line);
      notice();
    } while (!line.contains(text));
    return this;
  }

  /** Reads on to the end and returns the exit code. */
  int end() throws IOException, InterruptedException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      lines.add(line);
      notice();
    }
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  /** The handle, unlike the process, leaves the output open. */
  void interrupt() {
    notice();
    process.toHandle().destroy();
  }

  String narration() {
    return String.join("\n", lines);
  }

  /** PostgreSQL is a daemon, hence nobody's descendant. */
  private void notice() {
    List<ProcessHandle> descendants = process.descendants().toList();
    seen.addAll(descendants);
    Path runs = CacheFolder.ofUser().folder("run");
    for (ProcessHandle keeper : process.children().toList()) {
      try (Stream<Path> folders = Files.list(runs)) {
        folders
            .filter(folder -> isOf(keeper, folder))
            .map(folder -> folder.resolve("databases/data/postmaster.pid"))
            .flatMap(QuickstartRun::processOf)
            .forEach(seen::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static boolean isOf(ProcessHandle keeper, Path folder) {
    return folder.getFileName().toString().contains("-" + keeper.pid() + "-");
  }

  private static Stream<ProcessHandle> processOf(Path pidFile) {
    try {
      List<String> read = Files.readAllLines(pidFile);
      return read.isEmpty()
          ? Stream.empty()
          : ProcessHandle.of(Long.parseLong(read.get(0).strip())).stream();
    } catch (NoSuchFileException e) {
      return Stream.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void assertNothingIsLeft() throws IOException {
    assertThat(seen)
        .extracting(handle -> handle.info().command().orElse(""))
        .as("processes that were seen, now ended")
        .hasSizeGreaterThan(5);
    Awaitility.await("all processes to end")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(seen).filteredOn(QuickstartRun::runs).isEmpty());
    Matcher aws = AWS.matcher(narration());
    if (aws.find()) {
      assertThat(accepts(Integer.parseInt(aws.group(1)))).isFalse();
    }
    try (Stream<Path> folders = Files.list(CacheFolder.ofUser().folder("run"))) {
      List<Path> left = folders.toList();
      assertThat(seen)
          .allSatisfy(process -> assertThat(left).noneMatch(folder -> isOf(process, folder)));
    }
  }

  /** One that has ended stays visible until init has taken notice. */
  private static boolean runs(ProcessHandle handle) {
    return handle.isAlive() && handle.info().command().isPresent();
  }

  private static boolean accepts(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
