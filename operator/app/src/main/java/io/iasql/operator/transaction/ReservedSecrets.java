package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import io.iasql.operator.connection.ConnectionSettings;
import io.iasql.operator.database.DatabaseSecrets;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Secrets that open AWS or a database: no transaction gets them as parameters, or who may write
 * one had the rights of all of them.
 */
final class ReservedSecrets {
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String OPERATOR = "iasql-operator";

  private final InformerEventSource<AwsConnection, SqlTransaction> connections;
  private final InformerEventSource<Environment, SqlTransaction> environments;

  /**
   * Connections and environments of other operators count, too: their Secrets are in the same
   * namespace.
   */
  ReservedSecrets(EventSourceContext<SqlTransaction> context, SecretToTransactionsMapper users) {
    this.connections =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(AwsConnection.class, SqlTransaction.class)
                .withName("reserving-connections")
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(
                    c -> users(users, c, ConnectionSettings.secretNames(c)))
                .withOnUpdateFilter(ReservedSecrets::isNewSpec)
                .build(),
            context);
    this.environments =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Environment.class, SqlTransaction.class)
                .withName("reserving-environments")
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(
                    e -> users(users, e, DatabaseSecrets.external(e).stream().toList()))
                .withOnUpdateFilter(ReservedSecrets::isNewSpec)
                .build(),
            context);
  }

  private static Set<ResourceID> users(
      SecretToTransactionsMapper users, HasMetadata object, Collection<String> secrets) {
    return secrets.stream()
        .flatMap(name -> users.of(object.getMetadata().getNamespace(), name).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isNewSpec(HasMetadata now, HasMetadata before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration());
  }

  List<EventSource<?, SqlTransaction>> sources() {
    return List.of(connections, environments);
  }

  /** What a Secret is for, in words; empty for one that may be parameters. */
  Optional<String> use(Secret secret) {
    String namespace = secret.getMetadata().getNamespace();
    return use(
        secret, connections.list(namespace, c -> true), environments.list(namespace, e -> true));
  }

  static Optional<String> use(
      Secret secret, Stream<AwsConnection> connections, Stream<Environment> environments) {
    Map<String, String> labels = secret.getMetadata().getLabels();
    if (labels != null && OPERATOR.equals(labels.get(MANAGED_BY))) {
      return Optional.of("made by the operator for itself or for logins");
    }
    String name = secret.getMetadata().getName();
    return Stream.concat(
            connections
                .filter(c -> ConnectionSettings.secretNames(c).contains(name))
                .map(c -> "the credentials of AwsConnection " + c.getMetadata().getName()),
            environments
                .filter(e -> DatabaseSecrets.isOf(secret, e))
                .map(e -> "the database login of Environment " + e.getMetadata().getName()))
        .sorted()
        .findFirst();
  }
}
