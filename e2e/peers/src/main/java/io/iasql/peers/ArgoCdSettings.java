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

  private ArgoCdSettings(Path configMap) {
    this.configMap = configMap;
  }

  /** What is missing for it on this machine, with the remedy. */
  public static Optional<String> missing() {
    return ArgoCdPrograms.missing();
  }

  /** The settings of a file with a whole ConfigMap. */
  public static ArgoCdSettings of(Path configMap) {
    return new ArgoCdSettings(configMap);
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

  /**
   * Whether whoever has this name or is of this group may do something to Applications, by a
   * ConfigMap {@code argocd-rbac-cm}.
   *
   * @param action such as {@code action/GROUP/KIND/ACTION}
   * @param application its project, a slash, and its name
   */
  public boolean may(String subject, String action, String application) {
    try {
      cli(
          "rbac can",
          List.of(
              "admin",
              "settings",
              "rbac",
              "can",
              subject,
              action,
              "applications",
              application,
              "--policy-file=" + configMap,
              // It insists on a cluster, and does not ask it.
              "--server=https://127.0.0.1:1",
              "--token=none"));
      return true;
    } catch (PeerException e) {
      if (e.getMessage().endsWith(": No")) {
        return false;
      }
      throw e;
    }
  }

  private String run(String verb, Path resource, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("admin", "settings", "resource-overrides", verb, resource.toString()));
    arguments.addAll(Arrays.asList(more));
    arguments.addAll(List.of("--argocd-cm-path", configMap.toString()));
    return cli(verb, arguments);
  }

  private static String cli(String verb, List<String> arguments) {
    return Executables.run(
        "argocd " + verb,
        ArgoCdPrograms.build(CacheFolder.ofUser(), Narrator.toStandardError())
            .command("cli", arguments.toArray(String[]::new)),
        Map.of("ARGOCD_GPG_ENABLED", "false"));
  }
}
