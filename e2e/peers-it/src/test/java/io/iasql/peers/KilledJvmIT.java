package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever way a JVM ends, its peers end with it. */
@Timeout(180)
class KilledJvmIT {
  private static final String READY = "all peers are up";

  /** The JVM that is going to end. */
  public static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws IOException {
      startAll();
      System.out.println(READY);
      // Ends with the test, should that forget to end it.
      System.in.read();
    }
  }

  /** What a new machine lacks is built here, outside the time that a test may take. */
  @BeforeAll
  static void prepare() {
    startAll();
  }

  private static void startAll() {
    KubernetesPeer.shared();
    AwsPeer.shared();
    AwsPeer.shared(AwsEmulator.MOTO);
    PostgresPeer.shared();
  }

  @Test
  void shouldLeaveNoProcessWhenKilled() throws IOException {
    Process jvm = OtherJvm.start(Starter.class, READY);
    List<ProcessHandle> peers = peersOf(jvm);

    jvm.destroyForcibly();

    assertAllEnd(peers);
  }

  @Test
  void shouldLeaveNoProcessWhenAskedToEnd() throws IOException {
    Process jvm = OtherJvm.start(Starter.class, READY);
    List<ProcessHandle> peers = peersOf(jvm);

    jvm.toHandle().destroy();

    assertAllEnd(peers);
  }

  /** PostgreSQL is a daemon, hence nobody's descendant: found by its guard's last argument. */
  private static List<ProcessHandle> peersOf(Process jvm) {
    List<ProcessHandle> descendants = jvm.descendants().toList();
    Stream<ProcessHandle> guarded =
        descendants.stream()
            .map(handle -> handle.info().arguments().orElse(new String[0]))
            .filter(arguments -> List.of(arguments).contains("guard"))
            .map(arguments -> Long.parseLong(arguments[arguments.length - 1]))
            .flatMap(pid -> ProcessHandle.of(pid).stream());
    List<ProcessHandle> all = Stream.concat(descendants.stream(), guarded).toList();
    assertThat(all)
        .extracting(handle -> handle.info().command().orElse(""))
        .anyMatch(command -> command.endsWith("/kube-apiserver"))
        .anyMatch(command -> command.endsWith("/etcd"))
        .anyMatch(command -> command.endsWith("/postgres"))
        .anyMatch(command -> command.contains("python"));
    return all;
  }

  private static void assertAllEnd(List<ProcessHandle> peers) {
    Awaitility.await("all peers to end")
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(peers).filteredOn(OtherJvm::runs).isEmpty());
  }
}
