package io.iasql.scenarios;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.crds.CustomResources;
import io.iasql.peers.KubernetesPeer;
import io.iasql.peers.OperatorChart;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What the chart renders, applied without a pod: the operator is a process of the tests. */
final class Release {
  static final String NAMESPACE = "iasql-system";
  static final String ACCOUNT = "iasql-operator";
  static final String OPERATOR = "system:serviceaccount:" + NAMESPACE + ":" + ACCOUNT;

  private Release() {}

  /** Applies the definitions of the custom resources, and waits until they are served. */
  static void define(KubernetesPeer kubernetes, KubernetesClient client) {
    for (String definition : CustomResources.definitions()) {
      client.resource(definition).forceConflicts().serverSideApply();
    }
    kubernetes.awaitServed(
        CustomResources.TYPES.stream()
            .map(HasMetadata::getFullResourceName)
            .toArray(String[]::new));
  }

  /** The objects of a release whose operator is {@link #OPERATOR}. */
  static List<HasMetadata> render(KubernetesClient client, String name, String... values) {
    return parse(
        client,
        OperatorChart.ofThisCheckout()
            .template(name, NAMESPACE, flags("serviceAccount.name=" + ACCOUNT, values)));
  }

  /** Each value as {@code helm --set}. */
  private static String[] flags(String first, String... values) {
    List<String> flags = new ArrayList<>(List.of("--set", first));
    for (String value : values) {
      flags.addAll(List.of("--set", value));
    }
    return flags.toArray(String[]::new);
  }

  static List<HasMetadata> parse(KubernetesClient client, String yaml) {
    return client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items();
  }

  /** Applies the objects of these kinds. */
  static void apply(KubernetesClient client, List<HasMetadata> objects, Set<String> kinds) {
    objects.stream()
        .filter(object -> kinds.contains(object.getKind()))
        .forEach(object -> client.resource(object).forceConflicts().serverSideApply());
  }

  /** A kubeconfig of the operator, who may do what the chart lets it do, and nothing else. */
  static Path operatorKubeconfig(KubernetesPeer peer) {
    return peer.kubeconfigFor(
        OPERATOR, "system:serviceaccounts", "system:serviceaccounts:" + NAMESPACE);
  }
}
