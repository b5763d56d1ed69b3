package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Builds an image from a Dockerfile where there is no engine: as much of the format as the
 * project's own take, and no more. What comes after FROM becomes one layer.
 */
final class Dockerfile {
  private final Path context;
  private final Path base;
  private final StringBuilder script = new StringBuilder();
  private final Map<String, String> environment =
      new LinkedHashMap<>(
          Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
  private final Map<String, String> config = new LinkedHashMap<>();

  /**
   * @param context the folder with the Dockerfile and what it copies
   * @param base the files of the image that stands for its build argument BASE
   */
  Dockerfile(Path context, Path base) {
    this.context = context;
    this.base = base;
    for (String line : instructions(context.resolve("Dockerfile"))) {
      String[] words = line.split("\\s+", 2);
      instruction(words[0], words[1]);
    }
  }

  private static List<String> instructions(Path file) {
    List<String> instructions = new ArrayList<>();
    StringBuilder unfinished = new StringBuilder();
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        boolean goesOn = line.endsWith("\\");
        unfinished.append(goesOn ? line.substring(0, line.length() - 1) : line);
        if (!goesOn) {
          instructions.add(unfinished.toString());
          unfinished.setLength(0);
        }
      }
      return instructions;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  private void instruction(String verb, String rest) {
    switch (verb) {
      case "ARG" -> require(rest.split("=", 2)[0].equals("BASE"), verb, rest);
      case "FROM" -> require(rest.equals("${BASE}"), verb, rest);
      case "COPY" -> copy(rest.split("\\s+"));
      case "RUN" -> run(rest);
      case "ENV" -> environment.put(rest.split("=", 2)[0], rest.split("=", 2)[1]);
      case "WORKDIR" -> config.put("WorkingDir", quoted(rest));
      case "USER" -> config.put("User", quoted(rest));
      case "EXPOSE" -> config.put("ExposedPorts", "{" + quoted(rest + "/tcp") + ":{}}");
      case "ENTRYPOINT" -> config.put("Entrypoint", rest);
      case "CMD" -> config.put("Cmd", rest);
      default -> require(false, verb, rest);
    }
  }

  private void require(boolean known, String verb, String rest) {
    if (!known) {
      throw new PeerException(
          context.resolve("Dockerfile") + ": cannot be built here: " + verb + " " + rest);
    }
  }

  private void copy(String... paths) {
    require(paths.length == 2 && paths[1].endsWith("/"), "COPY", String.join(" ", paths));
    Path source = context.resolve(paths[0]);
    String from = shell(Files.isDirectory(source) ? source + "/." : source.toString());
    String to = "\"$root\"" + shell(paths[1]);
    script.append("mkdir -p ").append(to).append('\n');
    // Docker gives what is copied to root, whoever it belongs to out here.
    script.append("cp -RP --preserve=mode,timestamps ").append(from).append(' ').append(to);
    script.append('\n');
  }

  private void run(String command) {
    String variables =
        environment.entrySet().stream()
            .map(e -> shell(e.getKey() + "=" + e.getValue()))
            .collect(Collectors.joining(" "));
    script
        .append("chroot \"$root\" /usr/bin/env -i ")
        .append(variables)
        .append(" /bin/sh -c ")
        .append(shell(command))
        .append('\n');
  }

  /** Writes the layer as a tar archive; what it deletes of the base is in it as images have it. */
  void buildLayer(RunFolder folder, Path layer) {
    Path work = folder.make("build-" + CacheFolder.key(layer.toString()));
    String whole =
        """
        set -e
        cd %s
        mkdir upper work root
        root=$PWD/root
        mount -t overlay overlay -o lowerdir=%s,upperdir=upper,workdir=work root
        mount -t proc proc root/proc
        mount --bind /dev root/dev
        %s
        umount root/dev root/proc
        find upper -type c | while IFS= read -r gone; do
          rm "$gone"
          : >"$(dirname "$gone")/.wh.$(basename "$gone")"
        done
        tar --numeric-owner -C upper -cf %s .
        """
            .formatted(
                shell(work.toString()), shell(base.toString()), script, shell(layer.toString()));
    SupervisedProcess.run(
        "building an image from " + context,
        List.of("unshare", "--mount", "sh", "-c", whole),
        work,
        folder.path().resolve("build.log"),
        variables -> {});
    try {
      CacheFolder.delete(work);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + work, e);
    }
  }

  /** The image's {@code config} as JSON. */
  String config() {
    Map<String, String> all = new LinkedHashMap<>(config);
    all.put(
        "Env",
        environment.entrySet().stream()
            .map(e -> quoted(e.getKey() + "=" + e.getValue()))
            .collect(Collectors.joining(",", "[", "]")));
    return all.entrySet().stream()
        .map(e -> quoted(e.getKey()) + ":" + e.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String shell(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
