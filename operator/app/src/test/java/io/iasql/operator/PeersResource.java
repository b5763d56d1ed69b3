package io.iasql.operator;

import io.iasql.peers.KubernetesPeer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** Has the operator of a Quarkus test work in the cluster of these tests. */
public final class PeersResource implements QuarkusTestResourceLifecycleManager {

  @Override
  public Map<String, String> start() {
    String kubeconfig = KubernetesPeer.shared().kubeconfig().toString();
    // The client reads the one; other class loaders of this JVM find the same cluster by the other.
    System.setProperty("kubeconfig", kubeconfig);
    System.setProperty(KubernetesPeer.KUBECONFIG_PROPERTY, kubeconfig);
    TestCluster.client();
    return Map.of("quarkus.http.test-port", "0");
  }

  @Override
  public void stop() {
    // The peer ends with the JVM.
  }
}
