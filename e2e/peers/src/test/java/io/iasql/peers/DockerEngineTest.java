package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerEngineTest {
  @TempDir Path folder;

  @Test
  void shouldFindAnEngineThatAnswers() throws IOException {
    Path socket = folder.resolve("docker.sock");
    UnixDomainSocketAddress place = UnixDomainSocketAddress.of(socket);
    try (ServerSocketChannel engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      engine.bind(place);
      CompletableFuture<Void> answering = CompletableFuture.runAsync(() -> answer(engine));
      UnixDomainSocketAddress absent = UnixDomainSocketAddress.of(folder.resolve("absent.sock"));

      assertThat(new DockerEngine(List.of(absent, place)).missing()).isEmpty();

      answering.join();
    }
  }

  private static void answer(ServerSocketChannel engine) {
    try (SocketChannel caller = engine.accept()) {
      caller.read(ByteBuffer.allocate(1024));
      caller.write(
          ByteBuffer.wrap("HTTP/1.1 200 OK\r\n\r\nOK".getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldSayWhatToDoWhenNoEngineAnswers() throws IOException {
    Path stale = Files.createFile(folder.resolve("stale.sock"));

    assertThat(new DockerEngine(List.of(UnixDomainSocketAddress.of(stale))).missing())
        .contains("start Docker (no engine answers)");
  }

  @Test
  void shouldLookOnlyWhereDockerHostPoints() {
    assertThat(DockerEngine.places(Map.of("DOCKER_HOST", "unix:///a/docker.sock"), folder))
        .containsExactly(UnixDomainSocketAddress.of("/a/docker.sock"));
    assertThat(DockerEngine.places(Map.of("DOCKER_HOST", "tcp://127.0.0.1:2376"), folder))
        .containsExactly(new InetSocketAddress("127.0.0.1", 2376));
    assertThat(DockerEngine.places(Map.of("XDG_RUNTIME_DIR", "/run/user/1"), folder))
        .contains(
            UnixDomainSocketAddress.of("/var/run/docker.sock"),
            UnixDomainSocketAddress.of("/run/user/1/docker.sock"),
            UnixDomainSocketAddress.of(folder.resolve(".docker/run/docker.sock")));
  }
}
