package io.iasql.cli;

import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which cluster, which namespace and as whom: kubectl's own flags. */
final class ClusterOptions {
  private static final int CONNECT_MILLIS = 10_000;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "The namespace. Default: that of the context.")
  private String namespace;

  @Option(
      names = "--context",
      paramLabel = "NAME",
      description = "The context of the kubeconfig. Default: the current one.")
  private String context;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The kubeconfig. Default: $KUBECONFIG, or ~/.kube/config.")
  private Path kubeconfig;

  @Option(names = "--as", paramLabel = "USER", description = "The user to impersonate.")
  private String as;

  @Option(
      names = "--as-group",
      paramLabel = "GROUP",
      description = "A group to impersonate; may be given several times.")
  private List<String> groups = List.of();

  /**
   * The cluster that the flags name. Nothing is sent yet.
   *
   * @throws PluginException when there is no such file or context
   */
  Cluster open() {
    if (kubeconfig != null) {
      if (!Files.isReadable(kubeconfig)) {
        throw new PluginException("There is no kubeconfig " + kubeconfig + " to be read.");
      }
      // The one way by which the client takes a file and still looks for its contexts itself.
      System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, kubeconfig.toString());
    }
    Config config = Config.autoConfigure(context);
    boolean found =
        context == null
            || Optional.ofNullable(config.getCurrentContext())
                .map(current -> current.getName().equals(context))
                .orElse(false);
    if (!found) {
      throw new PluginException(
          "There is no context " + context + ": `kubectl config get-contexts` lists them.");
    }
    if (as != null) {
      config.setImpersonateUsername(as);
      config.setImpersonateGroups(groups.toArray(String[]::new));
    }
    // Somebody waits at the terminal: what is out of reach is said at once.
    config.setRequestRetryBackoffLimit(0);
    config.setConnectionTimeout(CONNECT_MILLIS);
    return Cluster.of(config, Optional.ofNullable(namespace));
  }
}
