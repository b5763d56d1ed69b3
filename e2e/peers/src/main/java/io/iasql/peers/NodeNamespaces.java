package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Network, mounts and processes of a node, apart from this machine's ({@code namespaces.sh}): when
 * they are closed, or this JVM is killed, all that runs inside is killed, and interfaces, firewall
 * rules and mounts are gone with it.
 */
final class NodeNamespaces implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String SCRIPT = CacheFolder.resource("node/namespaces.sh");

  private final RunFolder folder;
  private final SupervisedProcess opened;
  private final Deque<SupervisedProcess> launched = new ArrayDeque<>();
  private final List<String> enter;
  private final NodePrograms programs;

  private NodeNamespaces(
      RunFolder folder, SupervisedProcess opened, String init, NodePrograms programs) {
    this.folder = folder;
    this.programs = programs;
    this.opened = opened;
    this.enter = List.of("nsenter", "--target", init, "--net", "--mount", "--pid", "--");
  }

  static NodeNamespaces open(
      RunFolder folder, String cgroup, NodeNetwork network, NodePrograms programs) {
    Path init = folder.path().resolve("init");
    forget(init);
    SupervisedProcess opened =
        SupervisedProcess.start(
            "node",
            List.of(
                "sh",
                "-c",
                SCRIPT,
                "namespaces",
                folder.path().toString(),
                cgroup,
                network.link(),
                network.host(),
                network.node()),
            folder.path(),
            folder.path().resolve("namespaces.log"),
            environment -> environment.putAll(programs.environment()));
    try {
      Readiness.await(opened, LIMIT, () -> Files.exists(init));
      return new NodeNamespaces(folder, opened, Files.readString(init).strip(), programs);
    } catch (PeerException e) {
      opened.close();
      throw e;
    } catch (IOException e) {
      opened.close();
      throw new UncheckedIOException(e);
    }
  }

  /** It tells that the namespaces are there, and may be of others that had the folder before. */
  private static void forget(Path init) {
    try {
      Files.deleteIfExists(init);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The name of the control groups that the node's pods are under, others each time it is started:
   * those of before may still be about to be removed.
   */
  static String cgroup(RunFolder folder, int start) {
    return "iasql-" + folder.path().getFileName() + "." + start;
  }

  /** Starts a program inside; it is killed, not asked, when it is closed. */
  SupervisedProcess launch(String name, Path program, List<String> flags) {
    SupervisedProcess process =
        SupervisedProcess.start(
            name,
            inside(Stream.concat(Stream.of(program.toString()), flags.stream()).toList()),
            folder.path(),
            log(name),
            environment -> environment.putAll(programs.environment()));
    launched.push(process);
    return process;
  }

  /** Runs a program inside to its end and returns what it printed. */
  String run(String... command) {
    return Executables.run(
        String.join(" ", command), inside(Arrays.asList(command)), programs.environment());
  }

  Path log(String name) {
    return folder.path().resolve(name + ".log");
  }

  private List<String> inside(List<String> command) {
    List<String> whole = new ArrayList<>(enter);
    whole.addAll(command);
    return whole;
  }

  /** All of a sudden: nothing inside holds what anybody needs later. */
  @Override
  public void close() {
    opened.close();
    launched.forEach(SupervisedProcess::close);
    launched.clear();
  }
}
