package io.iasql.operator.database;

import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.Environment;
import io.iasql.operator.database.DatabaseState.Blocked;
import io.iasql.operator.database.DatabaseState.Ready;
import io.iasql.operator.status.Reason;
import java.util.List;
import java.util.Optional;

/** A database that somebody else runs, described by a Secret. */
final class ExternalDatabase implements DatabaseProvisioner {
  private static final String PROVIDER = "external";
  private static final String DEFAULT_PORT = "5432";
  private static final String DEFAULT_SSL_MODE = "prefer";
  private static final int MAX_PORT = 65535;

  @Override
  public DatabaseState provision(Environment environment, KubernetesObjects objects) {
    String namespace = environment.getMetadata().getNamespace();
    String name = environment.getSpec().database().external().secretRef().name();
    Optional<Secret> secret = objects.find(Secret.class, namespace, name);
    if (secret.isEmpty()) {
      return blocked(
          "Secret %s is not in namespace %s: create it with keys host, port, database, username and"
              + " password.",
          name, namespace);
    }
    ServiceBinding binding = ServiceBinding.of(secret.get());
    List<String> missing = binding.missing();
    if (!missing.isEmpty()) {
      return blocked("Secret %s has no value for %s: add it.", name, String.join(" and ", missing));
    }
    String port = binding.port().orElse(DEFAULT_PORT);
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MAX_PORT) {
      return blocked("Secret %s has port %s, which is no port: correct it.", name, port);
    }
    return new Ready(
        new DatabaseEndpoint(
            PROVIDER,
            binding.host().orElseThrow(),
            Integer.parseInt(port),
            binding.database().orElseThrow(),
            binding.username().orElseThrow(),
            binding.password().orElseThrow(),
            binding.sslMode().orElse(DEFAULT_SSL_MODE),
            binding.certificates().map(CertificateFiles::file)));
  }

  private static Blocked blocked(String message, Object... arguments) {
    return new Blocked(Reason.DATABASE_SECRET_MISSING, message.formatted(arguments));
  }
}
