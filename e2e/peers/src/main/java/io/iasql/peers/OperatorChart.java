package io.iasql.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The Helm chart of this checkout, read by the Helm of the PATH or by one that is built on the
 * first call. No cluster is asked, but by {@link #helm}.
 */
public final class OperatorChart {
  private final Path folder;
  private final CacheFolder cache;
  private final GoModule module;

  private OperatorChart(Path folder, CacheFolder cache, GoModule module) {
    this.folder = folder;
    this.cache = cache;
    this.module = module;
  }

  /**
   * The chart of the checkout that this JVM works in.
   *
   * @throws PeerException when it works in none
   */
  public static OperatorChart ofThisCheckout() {
    CacheFolder cache = CacheFolder.ofUser();
    Path folder =
        OperatorPeer.checkout()
            .orElseThrow(() -> new PeerException("This JVM works in no checkout: no chart"))
            .resolve("helm/iasql-operator");
    return new OperatorChart(
        folder, cache, new GoModule(GoModule.Source.HELM, cache, Narrator.toStandardError()));
  }

  /** The chart's folder. */
  public Path folder() {
    return folder;
  }

  /**
   * {@code helm lint}, warnings included.
   *
   * @throws PeerException when it finds something, with what it found
   */
  public String lint(String... flags) {
    return run(List.of("lint", folder.toString(), "--strict"), flags);
  }

  /**
   * {@code helm template}: the YAML of what an installation would apply, the definitions of the
   * custom resources left out.
   *
   * @throws PeerException when the values are refused, with the reason
   */
  public String template(String release, String namespace, String... flags) {
    return run(List.of("template", release, folder.toString(), "--namespace", namespace), flags);
  }

  /**
   * Any command of Helm, on a cluster: {@code install}, {@code upgrade}, {@code uninstall}.
   *
   * @param kubeconfig the cluster, and as whom
   * @throws PeerException when it fails, with what it printed
   */
  public String helm(Path kubeconfig, String... arguments) {
    return run(List.of(arguments), "--kubeconfig", kubeconfig.toString());
  }

  private String run(List<String> verb, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(executable().toString());
    command.addAll(verb);
    command.addAll(Arrays.asList(flags));
    String home = cache.folder("helm").toString();
    return Executables.run(
        "helm " + verb.get(0) + " " + String.join(" ", flags),
        command,
        Map.of("HELM_CACHE_HOME", home, "HELM_CONFIG_HOME", home, "HELM_DATA_HOME", home));
  }

  private Path executable() {
    return Executables.onPath("helm")
        .orElseGet(
            () -> {
              if (GoModule.missing().isPresent()) {
                throw new PeerException(
                    "No Helm on the PATH: install it, or " + GoModule.missing().get());
              }
              return module.build("helm", "2 minutes", List.of(GoModule.HELM)).resolve("helm");
            });
  }
}
