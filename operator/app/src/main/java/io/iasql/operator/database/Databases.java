package io.iasql.operator.database;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Database;
import io.iasql.operator.OperatorConfig;
import io.iasql.operator.status.EventRecorder;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Gives each environment the kind of database that it asks for. */
@ApplicationScoped
public class Databases implements DatabaseProvisioner {
  private static final int PASSWORD_BYTES = 24;

  private final OperatorConfig.Database config;
  private final DatabaseProvisioner external = new ExternalDatabase();
  private final DatabaseProvisioner managed;
  private final EmbeddedServer server;
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "embedded-postgres"));
  private final DatabaseProvisioner embedded;

  Databases(KubernetesClient client, OperatorConfig config, EventRecorder events) {
    this.config = config.database();
    this.managed = new ManagedDatabase(client, this.config.managed(), events, Databases::password);
    this.server = new EmbeddedServer(this.config.embedded().folder(), Databases::password);
    this.embedded = new EmbeddedDatabase(server, starter);
  }

  @Override
  public DatabaseState provision(Environment environment, KubernetesObjects objects) {
    return provisioner(environment.getSpec().database()).provision(environment, objects);
  }

  private DatabaseProvisioner provisioner(Database wanted) {
    if (wanted == null) {
      return switch (config.provider()) {
        case MANAGED -> managed;
        case EMBEDDED -> embedded;
      };
    }
    return wanted.external() != null ? external : managed;
  }

  private static String password() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @PreDestroy
  void stop() throws IOException {
    starter.shutdown();
    server.close();
  }
}
