package io.iasql.peers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Whether a Docker engine answers: a look at the places that Testcontainers knows, without its
 * seconds of trying and pages of logs where there is none.
 */
final class DockerEngine {
  private static final long LIMIT_SECONDS = 5;

  private final List<SocketAddress> places;

  DockerEngine(List<? extends SocketAddress> places) {
    this.places = List.copyOf(places);
  }

  static DockerEngine ofThisMachine() {
    return new DockerEngine(places(System.getenv(), Path.of(System.getProperty("user.home"))));
  }

  static List<SocketAddress> places(Map<String, String> environment, Path home) {
    String host = environment.get("DOCKER_HOST");
    if (host != null && !host.isEmpty()) {
      URI uri = URI.create(host);
      return "unix".equals(uri.getScheme())
          ? List.of(UnixDomainSocketAddress.of(uri.getPath()))
          : List.of(new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 2375 : uri.getPort()));
    }
    List<SocketAddress> sockets = new ArrayList<>();
    sockets.add(UnixDomainSocketAddress.of("/var/run/docker.sock"));
    String runtime = environment.get("XDG_RUNTIME_DIR");
    if (runtime != null && !runtime.isEmpty()) {
      sockets.add(UnixDomainSocketAddress.of(Path.of(runtime, "docker.sock")));
    }
    sockets.add(UnixDomainSocketAddress.of(home.resolve(".docker/run/docker.sock")));
    sockets.add(UnixDomainSocketAddress.of(home.resolve(".docker/desktop/docker.sock")));
    return sockets;
  }

  /** What is missing, with the remedy; empty when an engine answers. */
  Optional<String> missing() {
    return places.stream().anyMatch(DockerEngine::answers)
        ? Optional.empty()
        : Optional.of("start Docker (no engine answers)");
  }

  private static boolean answers(SocketAddress place) {
    CompletableFuture<Boolean> answer = CompletableFuture.supplyAsync(() -> ping(place));
    try {
      return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** An engine behind TLS does not say 200 to this, but whatever it says shows that it is there. */
  private static boolean ping(SocketAddress place) {
    boolean unix = place instanceof UnixDomainSocketAddress;
    try (SocketChannel channel =
        unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open()) {
      channel.connect(place);
      channel.write(
          ByteBuffer.wrap(
              "GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(64);
      channel.read(answer);
      return answer.position() > 0;
    } catch (IOException e) {
      return false;
    }
  }
}
