package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Free ports. A port is closed between being found free and being opened by its peer: the lock of a
 * file of that name, held as long as the JVM lives, keeps another JVM's peers from choosing it too.
 */
final class Ports {
  private static final int TRIES = 100;

  /** Referenced to keep the locks: a channel that is collected is closed. */
  private static final Map<Integer, FileChannel> HELD = new HashMap<>();

  private Ports() {}

  static synchronized int free(CacheFolder cache) {
    Path ports = cache.folder("ports");
    try {
      for (int i = 0; i < TRIES; i++) {
        int port = unused();
        if (!HELD.containsKey(port) && hold(ports, port)) {
          return port;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot find a free port", e);
    }
    throw new PeerException("No free port on the loopback interface");
  }

  private static int unused() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean hold(Path ports, int port) throws IOException {
    FileChannel channel =
        FileChannel.open(
            ports.resolve(Integer.toString(port)),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      return false;
    }
    HELD.put(port, channel);
    return true;
  }
}
