package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Argo CD's own command line, which tells without a cluster what a ConfigMap {@code argocd-cm}
 * makes of a resource. It is built from source on the first call, which takes some minutes.
 */
public final class ArgoCdSettings {
  private final Path configMap;
  private final GoModule module;

  private ArgoCdSettings(Path configMap, GoModule module) {
    this.configMap = configMap;
    this.module = module;
  }

  /** What is missing for it on this machine, with the remedy. */
  public static Optional<String> missing() {
    return GoModule.missing()
        .map(ignored -> "install Go 1.25 or later, from which Argo CD is built");
  }

  /** The settings of a file with a whole ConfigMap. */
  public static ArgoCdSettings of(Path configMap) {
    return new ArgoCdSettings(
        configMap,
        new GoModule(GoModule.Source.ARGO_CD, CacheFolder.ofUser(), Narrator.toStandardError()));
  }

  /**
   * The same with a patch, merged by {@code kubectl patch} without a cluster.
   *
   * @param into the file to be written
   */
  public ArgoCdSettings patched(Path patch, Path into) {
    CacheFolder cache = CacheFolder.ofUser();
    Kubectl kubectl =
        new Kubectl(
            new GoModule(GoModule.Source.KUBERNETES, cache, Narrator.toStandardError()), cache);
    String merged =
        Executables.run(
            "kubectl patch",
            List.of(
                kubectl.executable().toString(),
                "patch",
                "--local",
                "--output=yaml",
                "--type=merge",
                "--filename=" + configMap,
                "--patch-file=" + patch),
            Map.of());
    try {
      Files.writeString(into, merged);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to " + into, e);
    }
    return of(into);
  }

  /** {@code STATUS: ...} and {@code MESSAGE: ...} of the resource in a file. */
  public String health(Path resource) {
    return run("health", resource);
  }

  /** The actions that people are offered, each with whether it is disabled. */
  public String actions(Path resource) {
    return run("list-actions", resource);
  }

  /**
   * What an action changes, as a diff.
   *
   * @param parameters each as {@code name=value}
   * @throws PeerException when the action refuses, with what it says
   */
  public String run(Path resource, String action, String... parameters) {
    List<String> more = new ArrayList<>(List.of(action));
    Arrays.stream(parameters).forEach(p -> more.addAll(List.of("--param", p)));
    return run("run-action", resource, more.toArray(String[]::new));
  }

  private String run(String verb, Path resource, String... more) {
    Path program = module.build("argocd", "7 minutes", List.of(GoModule.ARGO_CD)).resolve("argocd");
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "admin",
                "settings",
                "resource-overrides",
                verb,
                resource.toString()));
    command.addAll(Arrays.asList(more));
    command.addAll(List.of("--argocd-cm-path", configMap.toString()));
    return Executables.run("argocd " + verb, command, Map.of("ARGOCD_GPG_ENABLED", "false"));
  }
}
