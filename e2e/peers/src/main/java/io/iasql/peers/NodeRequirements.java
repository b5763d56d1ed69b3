package io.iasql.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a node on this machine takes. */
final class NodeRequirements {
  private NodeRequirements() {}

  /** What is missing and cannot be fetched, with the remedy. */
  static Optional<String> missing() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("a node takes Linux");
    }
    if (!Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward"))) {
      return Optional.of("a node takes root");
    }
    List<String> remedies = new ArrayList<>();
    Set<String> packages = NodePrograms.missingPackages();
    if (!packages.isEmpty() && !NodePrograms.canFetch()) {
      remedies.add("install what Debian has as " + String.join(" ", packages));
    }
    GoModule.missing().ifPresent(remedies::add);
    return remedies.isEmpty() ? mayNotUnshare() : Optional.of(String.join("; ", remedies));
  }

  /** Root in a container often is not allowed to. */
  private static Optional<String> mayNotUnshare() {
    try {
      Executables.run(
          "unshare",
          List.of("unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "true"),
          Map.of());
      return Optional.empty();
    } catch (PeerException e) {
      return Optional.of("a node takes the right to make namespaces: " + e.getMessage());
    }
  }
}
