package io.iasql.operator;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.iasql.crds.CustomResources;
import io.iasql.peers.KubernetesPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;

/** The API server of these tests, with the custom resources defined. */
public final class TestCluster {
  private static KubernetesClient client;

  private TestCluster() {}

  /** An administrator's client, shared by the tests of this JVM. */
  public static synchronized KubernetesClient client() {
    if (client == null) {
      try {
        client =
            new KubernetesClientBuilder()
                .withConfig(
                    Config.fromKubeconfig(Files.readString(KubernetesPeer.shared().kubeconfig())))
                .build();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      CustomResources.definitions().forEach(TestCluster::define);
    }
    return client;
  }

  /** A namespace that nobody else uses. */
  public static String newNamespace() {
    String name = "iasql-app-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    client()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    return name;
  }

  private static void define(String yaml) {
    CustomResourceDefinition definition =
        (CustomResourceDefinition) client.resource(yaml).forceConflicts().serverSideApply();
    client
        .resource(definition)
        .waitUntilCondition(
            crd ->
                crd != null
                    && crd.getStatus() != null
                    && crd.getStatus().getConditions() != null
                    && crd.getStatus().getConditions().stream()
                        .anyMatch(
                            c -> c.getType().equals("Established") && c.getStatus().equals("True")),
            30,
            TimeUnit.SECONDS);
  }
}
