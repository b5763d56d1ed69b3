package io.iasql.operator.connection;

import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.AwsConnection;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The connections that take their keys from a Secret. */
final class SecretToConnectionsMapper implements SecondaryToPrimaryMapper<Secret> {
  private static final String INDEX = "secret";

  private final IndexerResourceCache<AwsConnection> connections;

  SecretToConnectionsMapper(IndexerResourceCache<AwsConnection> connections) {
    this.connections = connections;
    connections.addIndexer(
        INDEX,
        connection ->
            ConnectionSettings.secretNames(connection).stream()
                .map(name -> key(connection.getMetadata().getNamespace(), name))
                .toList());
  }

  @Override
  public Set<ResourceID> toPrimaryResourceIDs(Secret secret) {
    List<AwsConnection> users =
        connections.byIndex(
            INDEX, key(secret.getMetadata().getNamespace(), secret.getMetadata().getName()));
    return users.stream().map(ResourceID::fromResource).collect(Collectors.toUnmodifiableSet());
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }
}
