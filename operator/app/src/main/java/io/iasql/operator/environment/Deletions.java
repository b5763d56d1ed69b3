package io.iasql.operator.environment;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.DeletionPolicy;
import io.iasql.crds.EnvironmentStatus;
import io.iasql.crds.LocalReference;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.engine.Engine;
import io.iasql.engine.store.UnavailableException;
import io.iasql.operator.Shard;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.Reason;
import io.iasql.operator.transaction.Phases;
import io.iasql.operator.work.Jobs;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Deletes what an Environment has in its account before the Environment goes, where its policy is
 * to: by a SqlTransaction that a person must approve.
 */
@ApplicationScoped
public class Deletions {
  /** Names the Environment, by its uid, that a SqlTransaction is for the deletion of. */
  private static final String DELETES = "iasql.io/deletes-environment";

  private static final int MAX_SQL = SqlTransactionSpec.MAX_SQL;

  /**
   * What a deletion waits for.
   *
   * @param message for people
   * @param stalled whether a person must mend something
   * @param settled whether nothing goes on without a person
   */
  record Waiting(String message, boolean stalled, boolean settled) {}

  /** What came of making the SqlTransaction: nothing to delete, or why it could not be made. */
  private record Attempt(boolean nothingToDelete, String trouble) {}

  private final KubernetesClient client;
  private final Environments environments;
  private final Shard shard;
  private final Jobs jobs;
  private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();
  private volatile Consumer<ResourceID> wake = id -> {};

  Deletions(KubernetesClient client, Environments environments, Shard shard, Jobs jobs) {
    this.client = client;
    this.environments = environments;
    this.shard = shard;
    this.jobs = jobs;
  }

  /** Has somebody told of an environment whose deletion went on. */
  void onMove(Consumer<ResourceID> listener) {
    wake = listener;
  }

  /** Whether a SqlTransaction is, by its name, the deletion of an Environment. */
  public static boolean isDeletion(SqlTransaction transaction, Environment environment) {
    return transaction.getMetadata().getName().equals(name(environment));
  }

  private static String name(Environment environment) {
    return environment.getMetadata().getName() + "-deletion";
  }

  /** Whether what is in the account goes with the Environment. */
  static boolean isWanted(Environment environment) {
    return environment.getSpec().deletionPolicy() == DeletionPolicy.DELETE
        // What was never read is nobody's to delete.
        && environment.getStatus() != null
        && environment.getStatus().sync() != null;
  }

  /** What the deletion waits for; empty when the Environment may go. */
  Optional<Waiting> look(Environment environment) {
    Optional<SqlTransaction> found = find(environment);
    if (found.isEmpty()) {
      return wasMade(environment) ? Optional.empty() : make(environment);
    }
    SqlTransaction transaction = found.get();
    if (!isOf(transaction, environment)) {
      if (isOperators(transaction) && Phases.isFinal(transaction)) {
        // Of an Environment of this name that is long gone.
        client.resource(transaction).delete();
        return make(environment);
      }
      return waiting(
          "SqlTransaction %s is there and not the operator's: delete it, or %s."
              .formatted(name(environment), retain(environment)),
          true);
    }
    return transaction.isMarkedForDeletion()
        ? Optional.empty()
        : progress(environment, transaction);
  }

  private static Optional<Waiting> progress(Environment environment, SqlTransaction transaction) {
    SqlTransactionStatus status = transaction.getStatus();
    String name = transaction.getMetadata().getName();
    if (status == null || status.phase() == null) {
      return waiting("The deletion waits for the plan of SqlTransaction " + name + ".", false);
    }
    return switch (status.phase()) {
      case COMMITTED, NO_CHANGES, REJECTED -> Optional.empty();
      case AWAITING_APPROVAL ->
          awaiting(
              "The deletion waits for a person to approve SqlTransaction %s: set its spec.approvePlan to %s. To leave the account alone, set its spec.reject, or %s."
                  .formatted(
                      name,
                      status.plan() == null ? "its plan" : status.plan().id(),
                      retain(environment)));
      case FAILED, PARTIALLY_APPLIED, ROLLED_BACK ->
          waiting(
              "The deletion waits, because SqlTransaction %s has failed: %s To try again, change its spec.sql; to leave the account alone, delete it, or %s."
                  .formatted(name, sentence(status.message()), retain(environment)),
              true);
      default ->
          waiting(
              "The deletion waits for SqlTransaction %s: %s"
                  .formatted(name, sentence(status.message())),
              false);
    };
  }

  private static String sentence(String message) {
    String text = message == null ? "" : message.strip();
    return text.isEmpty() || text.endsWith(".") ? text : text + ".";
  }

  private static Optional<Waiting> waiting(String message, boolean stalled) {
    return Optional.of(new Waiting(message, stalled, stalled));
  }

  private static Optional<Waiting> awaiting(String message) {
    return Optional.of(new Waiting(message, false, true));
  }

  /** How to leave the account alone. */
  static String retain(Environment environment) {
    return "run: kubectl patch environment %s -n %s --type=merge -p '{\"spec\":{\"deletionPolicy\":\"Retain\"}}'"
        .formatted(environment.getMetadata().getName(), environment.getMetadata().getNamespace());
  }

  /** Only after it was made does a status say that it waits for approval. */
  static boolean wasMade(Environment environment) {
    return Optional.ofNullable(environment.getStatus())
        .map(EnvironmentStatus::conditions)
        .flatMap(all -> Conditions.find(all, Conditions.READY))
        .filter(ready -> ready.reason().equals(Reason.DELETION_AWAITS_APPROVAL.toString()))
        .isPresent();
  }

  /** Whether the SqlTransaction is there, so that it is missed from now on. */
  boolean isMade(Environment environment) {
    return find(environment).filter(one -> isOf(one, environment)).isPresent();
  }

  private Optional<SqlTransaction> find(Environment environment) {
    return Optional.ofNullable(
        client
            .resources(SqlTransaction.class)
            .inNamespace(environment.getMetadata().getNamespace())
            .withName(name(environment))
            .get());
  }

  private static boolean isOf(SqlTransaction transaction, Environment environment) {
    return environment.getMetadata().getUid().equals(deletes(transaction));
  }

  private static boolean isOperators(SqlTransaction transaction) {
    return deletes(transaction) != null;
  }

  private static String deletes(SqlTransaction transaction) {
    Map<String, String> annotations = transaction.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(DELETES);
  }

  private Optional<Waiting> make(Environment environment) {
    ResourceID id = ResourceID.fromResource(environment);
    Attempt attempt = attempts.get(environment.getMetadata().getUid());
    if (attempt != null && attempt.nothingToDelete()) {
      return Optional.empty();
    }
    Optional<Engine> engine = environments.ready(id);
    if (engine.isEmpty()) {
      return waiting(
          "The deletion waits until the environment can be opened. To leave the account alone, "
              + retain(environment)
              + ".",
          false);
    }
    jobs.run(id, id + "/deletion", () -> make(id, environment, engine.get()));
    return waiting(
        attempt == null
            ? "SqlTransaction " + name(environment) + " is being made."
            : attempt.trouble()
                + " It is tried again. To leave the account alone, "
                + retain(environment)
                + ".",
        attempt != null);
  }

  private void make(ResourceID id, Environment environment, Engine engine) {
    String uid = environment.getMetadata().getUid();
    Attempt before = attempts.get(uid);
    Attempt now = attempt(environment, engine);
    if (now == null) {
      attempts.remove(uid);
    } else {
      attempts.put(uid, now);
    }
    if (now == null || !now.equals(before)) {
      wake.accept(id);
    }
  }

  /** Makes it; null when it is made. */
  private Attempt attempt(Environment environment, Engine engine) {
    String name = name(environment);
    try {
      String sql = engine.deletionOfAll();
      if (sql.isEmpty()) {
        return new Attempt(true, "");
      }
      String text = comment(environment) + sql;
      if (text.length() > MAX_SQL) {
        return new Attempt(
            false,
            "SqlTransaction "
                + name
                + " cannot be made, because its SQL would be too long: delete some resources first.");
      }
      client.resource(transaction(environment, text)).create();
      return null;
    } catch (UnavailableException | KubernetesClientException e) {
      return new Attempt(
          false, "SqlTransaction " + name + " cannot be made: " + sentence(e.getMessage()));
    }
  }

  /** The uid tells it from the deletion of an earlier Environment on the same database. */
  private static String comment(Environment environment) {
    return "-- All that Environment %s (%s) has in account %s. What comes with the account and what spec.protect names stays.\n"
        .formatted(
            environment.getMetadata().getName(),
            environment.getMetadata().getUid(),
            environment.getStatus().accountId());
  }

  private SqlTransaction transaction(Environment environment, String sql) {
    SqlTransaction transaction = new SqlTransaction();
    transaction.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(environment.getMetadata().getNamespace())
            .withName(name(environment))
            .withLabels(shard.labels(environment))
            .withAnnotations(
                Map.of(
                    DELETES,
                    environment.getMetadata().getUid(),
                    SqlTransaction.WRITTEN_BY,
                    "operator"))
            .build());
    transaction.setSpec(
        new SqlTransactionSpec(
            new LocalReference(environment.getMetadata().getName()),
            "Deletes all that Environment "
                + environment.getMetadata().getName()
                + " has in its account, because it is being deleted",
            sql,
            null,
            null,
            null,
            SqlTransactionSpec.OnFailure.ROLLBACK));
    return transaction;
  }

  /** The Environment goes: what waits for approval has nothing to wait for any more. */
  void end(Environment environment) {
    attempts.remove(environment.getMetadata().getUid());
    if (wasMade(environment)) {
      find(environment)
          .filter(one -> isOf(one, environment) && !Phases.isFinal(one))
          .ifPresent(one -> client.resource(one).delete());
    }
  }
}
