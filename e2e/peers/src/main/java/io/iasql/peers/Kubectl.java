package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** kubectl: the machine's, or built from source. */
record Kubectl(GoModule module, CacheFolder cache) {

  Path executable() {
    return Executables.onPath("kubectl")
        .orElseGet(
            () ->
                module.build("kubectl", "a minute", List.of(GoModule.KUBECTL)).resolve("kubectl"));
  }

  String run(Path kubeconfig, String... arguments) {
    List<String> command =
        Stream.concat(
                Stream.of(
                    executable().toString(),
                    "--cache-dir",
                    cache.folder("kubectl").toString(),
                    "--kubeconfig",
                    kubeconfig.toString()),
                Arrays.stream(arguments))
            .toList();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("KUBECONFIG");
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int code = process.waitFor();
      if (code != 0) {
        throw new PeerException("kubectl " + String.join(" ", arguments) + ": " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot run kubectl", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException("kubectl was interrupted", e);
    }
  }
}
