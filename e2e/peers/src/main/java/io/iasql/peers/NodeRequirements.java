package io.iasql.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a node on this machine takes beside Go. */
final class NodeRequirements {
  /** Where Debian has the network plugins of containers, and where others have them. */
  private static final List<Path> CNI =
      List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"), Path.of("/usr/libexec/cni"));

  /** Programs and the Debian packages that have them. */
  private static final Map<String, String> PROGRAMS =
      new TreeMap<>(
          Map.of(
              "containerd", "containerd",
              "conntrack", "conntrack",
              "ctr", "containerd",
              "debootstrap", "debootstrap",
              "ip", "iproute2",
              "iptables", "iptables",
              "nsenter", "util-linux",
              "runc", "runc",
              "tar", "tar",
              "unshare", "util-linux"));

  private NodeRequirements() {}

  /** The folder with the network plugins. */
  static Optional<Path> cni() {
    return CNI.stream().filter(folder -> Files.isExecutable(folder.resolve("ptp"))).findFirst();
  }

  /** What is missing, with the remedy. */
  static Optional<String> missing() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return Optional.of("a node takes Linux");
    }
    if (!Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward"))) {
      return Optional.of("a node takes root");
    }
    Set<String> packages = new LinkedHashSet<>();
    PROGRAMS.forEach(
        (program, debian) -> {
          if (Executables.onPath(program).isEmpty()) {
            packages.add(debian);
          }
        });
    if (cni().isEmpty()) {
      packages.add("containernetworking-plugins");
    }
    List<String> remedies = new ArrayList<>();
    if (!packages.isEmpty()) {
      remedies.add(
          "apt-get install --no-install-recommends "
              + packages.stream().sorted().collect(Collectors.joining(" ")));
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
