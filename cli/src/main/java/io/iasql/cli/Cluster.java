package io.iasql.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One namespace of a cluster, and what the commands ask of it. */
record Cluster(KubernetesClient client, String namespace) implements AutoCloseable {
  private static final String DEFAULT_NAMESPACE = "default";

  static Cluster of(Config config, Optional<String> namespace) {
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    return new Cluster(
        client,
        namespace.or(() -> Optional.ofNullable(config.getNamespace())).orElse(DEFAULT_NAMESPACE));
  }

  /**
   * The transaction of this name.
   *
   * @throws PluginException when there is none
   */
  SqlTransaction transaction(String name) {
    return found(SqlTransaction.class, name);
  }

  /**
   * The environment of this name.
   *
   * @throws PluginException when there is none
   */
  Environment environment(String name) {
    return found(Environment.class, name);
  }

  /** The transactions of an environment, the oldest first. */
  List<SqlTransaction> transactionsOf(Environment environment) {
    return client
        .resources(SqlTransaction.class)
        .inNamespace(namespace)
        .withField("spec.environmentRef.name", environment.getMetadata().getName())
        .list()
        .getItems()
        .stream()
        .sorted(
            Comparator.comparing((SqlTransaction t) -> t.getMetadata().getCreationTimestamp())
                .thenComparing(t -> t.getMetadata().getName()))
        .toList();
  }

  /**
   * A Secret that the operator made.
   *
   * @throws PluginException when it is not there
   */
  Secret secret(String name) {
    return found(Secret.class, name);
  }

  private <T extends HasMetadata> T found(Class<T> type, String name) {
    T found = client.resources(type).inNamespace(namespace).withName(name).get();
    if (found == null) {
      throw new PluginException(
          "There is no %s %s in namespace %s: `kubectl get %s -n %s` lists them."
              .formatted(
                  HasMetadata.getKind(type),
                  name,
                  namespace,
                  HasMetadata.getPlural(type),
                  namespace));
    }
    return found;
  }

  /** The user whom the API server takes this client for, impersonation included. */
  String whoAmI() {
    return client
        .resource(new SelfSubjectReview())
        .create()
        .getStatus()
        .getUserInfo()
        .getUsername();
  }

  @Override
  public void close() {
    client.close();
  }
}
