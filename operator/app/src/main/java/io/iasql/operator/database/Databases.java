package io.iasql.operator.database;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Database;
import io.iasql.operator.OperatorConfig;
import io.iasql.operator.status.EventRecorder;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Gives each environment the kind of database that it asks for. */
@ApplicationScoped
public class Databases implements DatabaseProvisioner {
  private final OperatorConfig.Database config;
  private final DatabaseProvisioner external = new ExternalDatabase();
  private final DatabaseProvisioner managed;
  private final DatabaseProvisioner cloudNativePg;
  private final EmbeddedServer server;
  private final ExecutorService starter =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "embedded-postgres"));
  private final DatabaseProvisioner embedded;

  Databases(KubernetesClient client, OperatorConfig config, EventRecorder events, Clock clock) {
    this.config = config.database();
    this.managed =
        new ManagedDatabase(client, this.config.managed(), events, Passwords::random, clock);
    this.cloudNativePg = new CloudNativePgDatabase(client);
    this.server = new EmbeddedServer(this.config.embedded().folder(), Passwords::random);
    this.embedded = new EmbeddedDatabase(server, starter);
  }

  @Override
  public DatabaseState provision(Environment environment, KubernetesObjects objects) {
    return provisioner(environment.getSpec().database()).provision(environment, objects);
  }

  private DatabaseProvisioner provisioner(Database wanted) {
    if (wanted != null && wanted.external() != null) {
      return external;
    }
    if (wanted != null && wanted.cloudNativePg() != null) {
      return cloudNativePg;
    }
    if (wanted != null && wanted.managed() != null) {
      return managed;
    }
    return switch (config.provider()) {
      case MANAGED -> managed;
      case EMBEDDED -> embedded;
    };
  }

  @PreDestroy
  void stop() throws IOException {
    starter.shutdown();
    server.close();
  }
}
