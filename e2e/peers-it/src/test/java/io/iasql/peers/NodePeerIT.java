package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that runs pods, where this machine can have one. */
@Timeout(900)
class NodePeerIT {
  private static final String READY = "the node is up";

  /** The JVM that is going to end. */
  public static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws IOException {
      NodePeer node = NodePeer.start(Narrator.toStandardError());
      // Another process shall find its control groups by this pod's.
      runPod(node, "sleep infinity");
      node.kubernetes().kubectl("wait", "--for=condition=Ready", "pod/test", "--timeout=2m");
      System.out.println(READY);
      // Ends with the test, should that forget to end it.
      System.in.read();
    }
  }

  private Process jvm;

  @BeforeEach
  void require() {
    Assumptions.assumeTrue(
        NodePeer.missing().isEmpty(), () -> "no node: " + NodePeer.missing().orElse(""));
  }

  @AfterEach
  void end() {
    if (jvm != null) {
      jvm.destroyForcibly();
    }
  }

  private static void runPod(NodePeer node, String command) {
    node.kubernetes()
        .kubectl(
            "run",
            "test",
            "--image=" + LocalNode.PAUSE,
            "--restart=Never",
            "--command",
            "--",
            "bash",
            "-c",
            command);
  }

  @Test
  void shouldRunPodsThatFindServicesByName() {
    try (NodePeer node = NodePeer.start(Narrator.toStandardError())) {
      runPod(node, "exec 3<>/dev/tcp/kubernetes.default.svc/443 && echo found");

      node.kubernetes()
          .kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/test", "--timeout=2m");

      assertThat(node.kubernetes().kubectl("logs", "test")).isEqualTo("found");
    }
    assertThat(links()).isEmpty();
    assertThat(controlGroups(ProcessHandle.current().pid())).isEmpty();
  }

  @Test
  void shouldLeaveNothingWhenKilled() throws IOException {
    jvm = OtherJvm.start(Starter.class, READY);
    List<ProcessHandle> processes = jvm.descendants().toList();
    assertThat(processes)
        .extracting(handle -> handle.info().command().orElse(""))
        .anyMatch(command -> command.endsWith("/kubelet"))
        .anyMatch(command -> command.endsWith("/containerd"));
    assertThat(links()).isNotEmpty();
    assertThat(controlGroups(jvm.pid())).isNotEmpty();

    jvm.destroyForcibly();

    Awaitility.await("the node to end")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(processes).filteredOn(OtherJvm::runs).isEmpty();
              assertThat(links()).isEmpty();
              assertThat(controlGroups(jvm.pid())).isEmpty();
            });
  }

  /** The interfaces of nodes on this machine. */
  private static List<String> links() {
    try {
      return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
          .map(NetworkInterface::getName)
          .filter(name -> name.startsWith("iasql"))
          .toList();
    } catch (SocketException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Path> controlGroups(long pid) {
    try (Stream<Path> groups = Files.walk(Path.of("/sys/fs/cgroup"), 2)) {
      return groups
          .filter(group -> group.getFileName().toString().startsWith("iasql-node-" + pid + "-"))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
