package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The two addresses by which this machine and a node see each other. They exist on this machine
 * only: nothing is routed there, and no other machine can reach the node.
 *
 * @param number sets it apart from the networks of other nodes, 0 to 63
 */
record NodeNetwork(int number) {
  private static final int NUMBERS = 64;
  private static final String RANGE = "10.99.0.";

  /** Referenced to keep the locks: a channel that is collected is closed. */
  private static final Map<Integer, FileChannel> HELD = new HashMap<>();

  /** One that no other node has, this JVM's until it ends. */
  static synchronized NodeNetwork free(CacheFolder cache, NodePrograms programs) {
    Path locks = cache.folder("ports");
    try {
      for (int number = 0; number < NUMBERS; number++) {
        NodeNetwork network = new NodeNetwork(number);
        if (!HELD.containsKey(number) && network.hold(locks) && network.unused(programs)) {
          return network;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot find a free network", e);
    }
    throw new PeerException("No free network in " + RANGE + "0/24");
  }

  /** This machine, as the node and its pods see it. */
  String host() {
    return RANGE + (4 * number + 1);
  }

  /** The node, as this machine and its pods see it. */
  String node() {
    return RANGE + (4 * number + 2);
  }

  /** The name of this machine's interface. */
  String link() {
    return "iasql" + number;
  }

  private boolean hold(Path locks) throws IOException {
    FileChannel channel =
        FileChannel.open(
            locks.resolve("node-" + number), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      channel.close();
      return false;
    }
    HELD.put(number, channel);
    return true;
  }

  /** Only a default route may cover the addresses, or they belong to something that is there. */
  private boolean unused(NodePrograms programs) throws SocketException {
    String routes =
        Executables.run(
            "ip route",
            List.of(
                programs.program("ip").toString(), "-4", "route", "show", "match", node() + "/32"),
            programs.environment());
    return NetworkInterface.getByName(link()) == null
        && routes.lines().allMatch(route -> route.startsWith("default"));
  }
}
