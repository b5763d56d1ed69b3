package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import io.iasql.operator.Shard;
import io.iasql.operator.status.Conditions;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What else a SqlTransaction depends on in the cluster, and what wakes it when that changes. */
final class TransactionSources {
  private static final String ENVIRONMENTS = "environments";

  private TransactionSources() {}

  static List<EventSource<?, SqlTransaction>> of(
      EventSourceContext<SqlTransaction> context, Shard shard, SecretToTransactionsMapper users) {
    return List.of(
        environments(context, shard),
        configMaps(context),
        secrets(context, users),
        ReplicatedFrom.source(context));
  }

  private static EventSource<?, SqlTransaction> environments(
      EventSourceContext<SqlTransaction> context, Shard shard) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Environment.class, SqlTransaction.class)
            .withName(ENVIRONMENTS)
            .withNamespacesInheritedFromController()
            .withLabelSelector(shard.selector().orElse(null))
            .withSecondaryToPrimaryMapper(
                new EnvironmentToTransactionsMapper(context.getPrimaryCache()))
            .withOnUpdateFilter(
                (now, before) -> isReady(now) != isReady(before) || isNewSpec(now, before))
            .<SqlTransaction>withPrimaryToSecondaryMapper(
                t -> ids(t, List.of(t.getSpec().environmentRef().name())))
            .build(),
        context);
  }

  private static EventSource<?, SqlTransaction> configMaps(
      EventSourceContext<SqlTransaction> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(ConfigMap.class, SqlTransaction.class)
            .withName("config-maps")
            .withNamespacesInheritedFromController()
            // The plans that this operator writes, and what every namespace has.
            .withLabelSelector("app.kubernetes.io/managed-by!=iasql-operator")
            .withFieldSelector(
                new FieldSelectorBuilder()
                    .withoutField("metadata.name", "kube-root-ca.crt")
                    .build())
            .withSecondaryToPrimaryMapper(
                new ConfigMapToTransactionsMapper(context.getPrimaryCache()))
            .<SqlTransaction>withPrimaryToSecondaryMapper(t -> ids(t, Inputs.configMapNames(t)))
            .build(),
        context);
  }

  private static EventSource<?, SqlTransaction> secrets(
      EventSourceContext<SqlTransaction> context, SecretToTransactionsMapper users) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Secret.class, SqlTransaction.class)
            .withName("secrets")
            .withNamespacesInheritedFromController()
            // Releases of Helm are the bulk of a cluster's Secrets.
            .withFieldSelector(
                new FieldSelectorBuilder()
                    .withoutField("type", "helm.sh/release.v1")
                    .withoutField("type", "kubernetes.io/service-account-token")
                    .build())
            .withSecondaryToPrimaryMapper(users)
            .<SqlTransaction>withPrimaryToSecondaryMapper(t -> ids(t, Inputs.secretNames(t)))
            .build(),
        context);
  }

  private static Set<ResourceID> ids(SqlTransaction transaction, Collection<String> names) {
    return names.stream()
        .map(name -> new ResourceID(name, transaction.getMetadata().getNamespace()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The environment of a transaction, if it is this operator's. */
  static Optional<Environment> environment(Context<SqlTransaction> context) {
    return context.getSecondaryResource(Environment.class, ENVIRONMENTS);
  }

  static boolean isReady(Environment environment) {
    return environment.getStatus() != null
        && Conditions.find(environment.getStatus().conditions(), Conditions.READY)
            .map(Condition::isTrue)
            .orElse(false);
  }

  private static boolean isNewSpec(Environment now, Environment before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration());
  }

  /** An object that the transaction refers to; asked for where the cache lags behind. */
  static <T extends HasMetadata> Optional<T> find(
      Context<SqlTransaction> context, Class<T> type, String name) {
    return context
        .getSecondaryResourcesAsStream(type)
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst()
        .or(
            () ->
                Optional.ofNullable(
                    context
                        .getClient()
                        .resources(type)
                        .inNamespace(context.getPrimaryResource().getMetadata().getNamespace())
                        .withName(name)
                        .get()));
  }
}
