package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.Environment;
import io.iasql.crds.LocalReference;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.engine.Engine;
import io.iasql.engine.Proposal;
import io.iasql.engine.store.UnavailableException;
import io.iasql.operator.Shard;
import io.iasql.operator.environment.Environments;
import io.iasql.operator.work.Jobs;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Makes a SqlTransaction of what people wrote in a database whose plans wait for approval, so that
 * reviewers find it where they find all others.
 */
@ApplicationScoped
public class Proposals implements Environments.Listener {
  private static final Logger LOG = Logger.getLogger(Proposals.class);
  private static final Duration RETRY = Duration.ofSeconds(10);
  private static final int MAX_DESCRIPTION = 1024;
  private static final int SHORT_ID = 8;

  private final KubernetesClient client;
  private final Environments environments;
  private final Shard shard;
  private final Jobs jobs;

  Proposals(KubernetesClient client, Environments environments, Shard shard, Jobs jobs) {
    this.shard = shard;
    this.client = client;
    this.environments = environments;
    this.jobs = jobs;
  }

  void start(@Observes StartupEvent event) {
    environments.onMove(this);
  }

  @Override
  public void environmentMoved(ResourceID environment) {
    // Proposals have an event of their own.
  }

  @Override
  public void transactionMoved(ResourceID environment, String transaction) {
    // Proposals have an event of their own.
  }

  @Override
  public void rowsMoved(ResourceID environment) {
    // Proposals have an event of their own.
  }

  @Override
  public void proposed(ResourceID environment) {
    jobs.run(environment, "proposals of " + environment, () -> create(environment));
  }

  private void create(ResourceID environment) {
    environments.open(environment).ifPresent(engine -> create(environment, engine));
  }

  private void create(ResourceID environment, Engine engine) {
    try {
      for (Proposal proposal : engine.proposals()) {
        SqlTransaction transaction = transaction(environment, labels(environment), proposal);
        try {
          client.resource(transaction).create();
        } catch (KubernetesClientException e) {
          // Made before, by one that was stopped before it could say so.
          if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
            throw e;
          }
        }
        engine.taken(proposal);
        LOG.infof(
            "environment %s: what %s wrote is SqlTransaction %s",
            environment.getName(), proposal.author(), transaction.getMetadata().getName());
      }
    } catch (UnavailableException | KubernetesClientException e) {
      LOG.warnf("environment %s: proposals wait: %s", environment, e.getMessage());
      jobs.later(RETRY, () -> proposed(environment));
    }
  }

  /** Those by which it is this operator's, like its environment. */
  private Map<String, String> labels(ResourceID id) {
    if (shard.selector().isEmpty()) {
      return Map.of();
    }
    Environment environment =
        client
            .resources(Environment.class)
            .inNamespace(id.getNamespace().orElseThrow())
            .withName(id.getName())
            .get();
    return environment == null ? Map.of() : shard.labels(environment);
  }

  static SqlTransaction transaction(
      ResourceID environment, Map<String, String> labels, Proposal proposal) {
    SqlTransaction transaction = new SqlTransaction();
    transaction.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(environment.getNamespace().orElseThrow())
            .withName("psql-" + proposal.id().substring(0, SHORT_ID))
            .withLabels(labels)
            .withAnnotations(Map.of(SqlTransaction.WRITTEN_BY, proposal.author()))
            .build());
    String description = proposal.description();
    transaction.setSpec(
        new SqlTransactionSpec(
            new LocalReference(environment.getName()),
            description.length() <= MAX_DESCRIPTION
                ? description
                : description.substring(0, MAX_DESCRIPTION),
            proposal.sql(),
            null,
            null,
            null,
            SqlTransactionSpec.OnFailure.ROLLBACK));
    return transaction;
  }
}
