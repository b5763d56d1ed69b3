package io.iasql.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;

/** What peers have started on this machine, and who could reach it. */
final class LocalProcesses {
  private LocalProcesses() {}

  static List<ProcessHandle> started() {
    return ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).toList();
  }

  /** The machine's own addresses, other than loopback, that answer on this port. */
  static List<InetAddress> reachableFromOutside(int port) {
    try {
      return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress())
          .filter(address -> answers(address, port))
          .toList();
    } catch (SocketException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean answers(InetAddress address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
