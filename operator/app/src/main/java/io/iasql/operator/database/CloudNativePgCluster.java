package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.CloudNativePg;
import io.iasql.crds.EnvironmentSpec.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The {@code Cluster} of one environment, as it should be, and the names that follow from it. */
final class CloudNativePgCluster {
  /** Said here, because a cluster without CloudNativePG cannot be asked for it. */
  static final ResourceDefinitionContext KIND =
      new ResourceDefinitionContext.Builder()
          .withGroup("postgresql.cnpg.io")
          .withVersion("v1")
          .withKind("Cluster")
          .withPlural("clusters")
          .withNamespaced(true)
          .build();

  private static final String DATABASE = "iasql";
  private static final String OWNER = "iasql";

  /**
   * Run by a superuser in the new database. The engine's roles and its way back to itself are what
   * an owner of a database alone may not make.
   */
  private static final List<String> AS_SUPERUSER =
      List.of(
          "ALTER ROLE " + OWNER + " CREATEROLE",
          "CREATE SCHEMA iasql AUTHORIZATION " + OWNER,
          "CREATE EXTENSION dblink SCHEMA iasql",
          "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA iasql FROM PUBLIC",
          "GRANT EXECUTE ON FUNCTION iasql.dblink_connect(text, text), iasql.dblink_disconnect(text),"
              + " iasql.dblink(text, text), iasql.dblink_exec(text, text),"
              + " iasql.dblink_get_connections() TO "
              + OWNER,
          "GRANT USAGE ON FOREIGN DATA WRAPPER dblink_fdw TO " + OWNER);

  private final Environment environment;
  private final CloudNativePg spec;

  CloudNativePgCluster(Environment environment) {
    this.environment = environment;
    this.spec = environment.getSpec().database().cloudNativePg();
  }

  String name() {
    return "iasql-" + environment.getMetadata().getName();
  }

  /** The login of the database's owner. */
  String secretName() {
    return name() + "-app";
  }

  /** The Service of whichever instance is the primary; its certificate has this name. */
  String dnsName() {
    return name() + "-rw." + environment.getMetadata().getNamespace() + ".svc";
  }

  GenericKubernetesResource resource() {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(KIND.getGroup() + "/" + KIND.getVersion())
        .withKind(KIND.getKind())
        .withNewMetadata()
        .withNamespace(environment.getMetadata().getNamespace())
        .withName(name())
        .withLabels(
            new TreeMap<>(
                Map.of(
                    "app.kubernetes.io/managed-by",
                    ManagedDatabaseObjects.OPERATOR,
                    "iasql.io/environment",
                    environment.getMetadata().getName())))
        .endMetadata()
        .addToAdditionalProperties("spec", cluster())
        .build();
  }

  private Map<String, Object> cluster() {
    Map<String, Object> cluster = new LinkedHashMap<>();
    cluster.put("instances", spec.instances());
    if (spec.imageName() != null) {
      cluster.put("imageName", spec.imageName());
    }
    cluster.put(
        "bootstrap",
        Map.of(
            "initdb",
            sorted(
                Map.of(
                    "database",
                    DATABASE,
                    "owner",
                    OWNER,
                    "postInitApplicationSQL",
                    AS_SUPERUSER))));
    Map<String, Object> storage = new LinkedHashMap<>();
    storage.put("size", spec.storage());
    if (spec.storageClassName() != null) {
      storage.put("storageClass", spec.storageClassName());
    }
    cluster.put("storage", storage);
    if (!spec.parameters().isEmpty()) {
      cluster.put("postgresql", Map.of("parameters", sorted(spec.parameters())));
    }
    if (spec.resources() != null) {
      cluster.put("resources", resources(spec.resources()));
    }
    return cluster;
  }

  private static Map<String, Object> resources(Resources wanted) {
    Map<String, Object> resources = new LinkedHashMap<>();
    resources.put("requests", sorted(wanted.requests()));
    resources.put("limits", sorted(wanted.limits()));
    return resources;
  }

  /** The same Cluster has the same JSON in every process. */
  private static <V> Map<String, V> sorted(Map<String, V> map) {
    return new TreeMap<>(map);
  }
}
