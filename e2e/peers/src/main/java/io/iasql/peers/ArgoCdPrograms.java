package io.iasql.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Argo CD, built from source on the first call. */
record ArgoCdPrograms(Path folder) {

  static ArgoCdPrograms build(CacheFolder cache, Narrator narrator) {
    return new ArgoCdPrograms(
        new GoModule(GoModule.Source.ARGO_CD, cache, narrator)
            .build("argocd", "5 minutes", List.of(GoModule.ARGO_CD)));
  }

  /** What is missing for a build, with the remedy. */
  static Optional<String> missing() {
    return GoModule.isThere(GoModule.ARGO_CD_MINOR)
        ? Optional.empty()
        : Optional.of(
            "install Go 1."
                + GoModule.ARGO_CD_MINOR
                + " or later, from which Argo CD is built, once, in about 5 minutes");
  }

  /**
   * The command of a part, such as {@code server}.
   *
   * @param arguments its flags
   */
  List<String> command(String part, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve(GoModule.ARGO_CD.name()).toString());
    command.add(part);
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** What Argo CD installs in a cluster, its workloads included. */
  Path manifests() {
    return folder.resolve("install.yaml");
  }
}
