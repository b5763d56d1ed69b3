package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Database;
import io.iasql.crds.LocalReference;
import java.util.Optional;

/** The Secrets that others have made and that open the database of an environment. */
public final class DatabaseSecrets {
  private DatabaseSecrets() {}

  /** The Secret that describes an external database. */
  public static Optional<String> external(Environment environment) {
    return Optional.ofNullable(environment.getSpec().database())
        .map(Database::external)
        .map(external -> external.secretRef())
        .map(LocalReference::name);
  }

  /** Whether a Secret of the environment's namespace is one of these. */
  public static boolean isOf(Secret secret, Environment environment) {
    return external(environment).filter(secret.getMetadata().getName()::equals).isPresent()
        || isOfCluster(secret, environment);
  }

  /** CloudNativePG makes several: for the owner, for its own users, for certificates. */
  private static boolean isOfCluster(Secret secret, Environment environment) {
    Database database = environment.getSpec().database();
    if (database == null || database.cloudNativePg() == null) {
      return false;
    }
    String cluster = new CloudNativePgCluster(environment).name();
    return secret.getMetadata().getOwnerReferences().stream()
        .anyMatch(
            owner ->
                owner.getKind().equals(CloudNativePgCluster.KIND.getKind())
                    && owner.getName().equals(cluster));
  }
}
