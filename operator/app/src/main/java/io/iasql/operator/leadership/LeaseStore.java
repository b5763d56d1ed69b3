package io.iasql.operator.leadership;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.iasql.operator.OperatorConfig;
import java.time.Instant;
import java.util.Optional;

/** The Lease as the API server has it; every call ends within the time between two renewals. */
class LeaseStore {
  private final KubernetesClient client;
  private final OperatorConfig.LeaderElection config;
  private final RequestConfig prompt;

  /** Who has it, and when that was last confirmed. */
  record Held(String holder, Instant renewed) {}

  LeaseStore(KubernetesClient client, OperatorConfig.LeaderElection config) {
    this.client = client;
    this.config = config;
    this.prompt =
        new RequestConfigBuilder()
            .withRequestTimeout(Math.toIntExact(config.retryPeriod().toMillis()))
            .withRequestRetryBackoffLimit(0)
            .build();
  }

  String namespace() {
    return config.namespace().orElseGet(() -> client.getNamespace());
  }

  /**
   * Empty when there is none, or when nobody has it.
   *
   * @throws io.fabric8.kubernetes.client.KubernetesClientException when the API server cannot be
   *     asked
   */
  Optional<Held> read() {
    return Optional.ofNullable(get())
        .map(Lease::getSpec)
        .filter(spec -> spec.getHolderIdentity() != null && spec.getRenewTime() != null)
        .map(spec -> new Held(spec.getHolderIdentity(), spec.getRenewTime().toInstant()));
  }

  /** Gives it back, if this process still has it; a change in between is a conflict. */
  void release() {
    Lease now = get();
    if (now == null || !config.identity().equals(now.getSpec().getHolderIdentity())) {
      return;
    }
    Lease free =
        new LeaseBuilder()
            .withNewMetadata()
            .withNamespace(namespace())
            .withName(config.lease())
            .withResourceVersion(now.getMetadata().getResourceVersion())
            .endMetadata()
            .withNewSpec()
            .withHolderIdentity("")
            .endSpec()
            .build();
    client
        .adapt(NamespacedKubernetesClient.class)
        .withRequestConfig(prompt)
        .call(c -> c.resource(free).patch(PatchContext.of(PatchType.JSON_MERGE)));
  }

  private Lease get() {
    return client
        .adapt(NamespacedKubernetesClient.class)
        .withRequestConfig(prompt)
        .call(c -> c.leases().inNamespace(namespace()).withName(config.lease()).get());
  }
}
