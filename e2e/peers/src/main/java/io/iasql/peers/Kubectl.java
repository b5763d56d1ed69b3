package io.iasql.peers;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    return Executables.run("kubectl " + String.join(" ", arguments), command, Map.of());
  }
}
