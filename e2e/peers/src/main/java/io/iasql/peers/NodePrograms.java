package io.iasql.peers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs that a node takes beside those that are built from Go: this machine's own, and on
 * Debian, where they are not installed, unpacked in the cache folder.
 */
final class NodePrograms {
  private static final String SCRIPT = CacheFolder.resource("node/packages.sh");

  /** Programs and the Debian packages that have them. */
  private static final Map<String, String> PROGRAMS =
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
          "unshare", "util-linux");

  private static final String CNI_PACKAGE = "containernetworking-plugins";

  /** Where Debian has the network plugins of containers, and where others have them. */
  private static final List<Path> CNI =
      List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"), Path.of("/usr/libexec/cni"));

  /** Folders of unpacked packages, first of all; none where all is installed. */
  private final List<Path> unpacked;

  private NodePrograms(List<Path> unpacked) {
    this.unpacked = unpacked;
  }

  /** The Debian packages of what is not installed, in their order. */
  static Set<String> missingPackages() {
    Set<String> packages =
        PROGRAMS.entrySet().stream()
            .filter(program -> Executables.onPath(program.getKey()).isEmpty())
            .map(Map.Entry::getValue)
            .collect(Collectors.toCollection(TreeSet::new));
    if (cni(CNI.stream()).isEmpty()) {
      packages.add(CNI_PACKAGE);
    }
    return packages;
  }

  /** Whether what is not installed can be unpacked. */
  static boolean canFetch() {
    return Executables.onPath("apt-get").isPresent() && Executables.onPath("dpkg-deb").isPresent();
  }

  /**
   * Finds them, and fetches first what is not installed.
   *
   * @throws PeerException when that cannot be had
   */
  static NodePrograms find(CacheFolder cache, Narrator narrator) {
    Set<String> packages = missingPackages();
    if (packages.isEmpty()) {
      return new NodePrograms(List.of());
    }
    Path folder =
        cache.once(
            "node-packages-" + CacheFolder.key(SCRIPT, packages.toString()),
            narrator,
            unfinished -> fetch(unfinished, packages, narrator));
    return new NodePrograms(List.of(folder.resolve("root/usr"), folder.resolve("root")));
  }

  private static void fetch(Path folder, Set<String> packages, Narrator narrator) {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", SCRIPT, "packages", folder.toString()));
    command.addAll(packages);
    try (Progress progress =
        Progress.of(
            narrator,
            "Fetching Debian's " + String.join(", ", packages) + " for a node",
            "half a minute")) {
      SupervisedProcess.run(
          "apt-get",
          command,
          folder,
          folder.resolve("build.log"),
          variables -> variables.put("DEBIAN_FRONTEND", "noninteractive"));
    }
  }

  /** The file of a program. */
  Path program(String name) {
    return unpacked.stream()
        .flatMap(root -> Stream.of(root.resolve("sbin"), root.resolve("bin")))
        .map(folder -> folder.resolve(name))
        .filter(Files::isExecutable)
        .findFirst()
        .or(() -> Executables.onPath(name))
        .orElseThrow(() -> new PeerException("There is no program " + name + "."));
  }

  /** The folder with the network plugins. */
  Path cni() {
    return cni(Stream.concat(unpacked.stream().map(root -> root.resolve("lib/cni")), CNI.stream()))
        .orElseThrow(() -> new PeerException("There are no network plugins of containers."));
  }

  private static Optional<Path> cni(Stream<Path> folders) {
    return folders.filter(folder -> Files.isExecutable(folder.resolve("ptp"))).findFirst();
  }

  /** Variables by which programs find each other and what they load. */
  Map<String, String> environment() {
    if (unpacked.isEmpty()) {
      return Map.of();
    }
    Map<String, String> variables = new TreeMap<>();
    variables.put(
        "PATH",
        joined(List.of("sbin", "bin")).orElseThrow() + File.pathSeparator + System.getenv("PATH"));
    Map.of(
            "LD_LIBRARY_PATH", "lib/" + multiarch(),
            "XTABLES_LIBDIR", "lib/" + multiarch() + "/xtables",
            "DEBOOTSTRAP_DIR", "share/debootstrap")
        .forEach(
            (variable, folder) ->
                joined(List.of(folder)).ifPresent(value -> variables.put(variable, value)));
    return variables;
  }

  /** The folders of these names that were unpacked. */
  private Optional<String> joined(List<String> names) {
    return unpacked.stream()
        .flatMap(root -> names.stream().map(root::resolve))
        .filter(Files::isDirectory)
        .map(Path::toString)
        .reduce((one, other) -> one + File.pathSeparator + other);
  }

  /** Debian's name for this machine's kind of libraries. */
  private static String multiarch() {
    return switch (System.getProperty("os.arch")) {
      case "aarch64" -> "aarch64-linux-gnu";
      default -> "x86_64-linux-gnu";
    };
  }
}
