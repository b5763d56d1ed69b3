package io.iasql.operator.environment;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentStatus;
import io.iasql.crds.EnvironmentStatus.SyncFailure;
import io.iasql.engine.guard.Guards;
import io.iasql.operator.database.DatabaseEndpoint;
import io.iasql.operator.status.ApiServer;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.Reason;
import io.javaoperatorsdk.operator.OperatorException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Says in a status what an environment is like. */
final class EnvironmentStatusFactory {
  private static final int MAX_DRIFT = 20;

  private final Clock clock;

  EnvironmentStatusFactory(Clock clock) {
    this.clock = clock;
  }

  /** The environment cannot be opened yet, or not without a person's help. */
  EnvironmentStatus waiting(
      Environment environment, Reason reason, String message, boolean stalled) {
    EnvironmentStatus before = environment.getStatus();
    return new EnvironmentStatus(
        environment.getMetadata().getGeneration(),
        before == null ? null : before.accountId(),
        before == null ? null : before.database(),
        before == null ? List.of() : before.modules(),
        before == null ? null : before.moduleCount(),
        before == null ? null : before.resourceCount(),
        before == null ? null : before.pendingTransactions(),
        before == null ? null : before.sync(),
        conditions(environment)
            .set(Conditions.READY, Condition.Status.FALSE, reason, message)
            .setIf(!stalled, Conditions.RECONCILING, reason, message)
            .setIf(stalled, Conditions.STALLED, reason, message)
            .toList());
  }

  /** The status after an error that nobody foresaw; what was known before stays. */
  EnvironmentStatus failed(Environment environment, Exception error) {
    Reason reason = Reason.INTERNAL_ERROR;
    if (root(error) instanceof KubernetesClientException refused) {
      reason = refused.getStatus() == null ? Reason.UNAVAILABLE : Reason.DATABASE_FAILED;
    }
    return waiting(environment, reason, text(error), false);
  }

  /** The same of an environment that is being deleted. */
  EnvironmentStatus notDeleted(Environment environment, Reason reason, Exception error) {
    return deleting(environment, reason, "The deletion waits: " + text(error), false);
  }

  private static String text(Exception error) {
    String said =
        root(error) instanceof KubernetesClientException refused
            ? "Kubernetes: " + ApiServer.said(refused)
            : error.toString();
    return said + ". It is tried again.";
  }

  /** The framework wraps what its own work throws. */
  private static Throwable root(Exception error) {
    return error instanceof OperatorException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  /** The environment is being deleted. */
  EnvironmentStatus deleting(
      Environment environment, Reason reason, String message, boolean stalled) {
    EnvironmentStatus before = waiting(environment, reason, message, stalled);
    return new EnvironmentStatus(
        before.observedGeneration(),
        before.accountId(),
        before.database(),
        before.modules(),
        before.moduleCount(),
        before.resourceCount(),
        before.pendingTransactions(),
        before.sync(),
        before.conditions().stream()
            // Waiting for a person is no work.
            .filter(c -> !c.type().equals(Conditions.RECONCILING))
            .toList());
  }

  /** The environment is open. */
  EnvironmentStatus open(
      Environment environment,
      String accountId,
      DatabaseEndpoint endpoint,
      LiveEnvironment.View view,
      int pending) {
    // What was mirrored once serves transactions as soon as what is away comes back.
    boolean ready = view.ready() && !view.isOutOfReach();
    boolean working = !ready && !view.stalled();
    Conditions conditions =
        conditions(environment)
            .set(
                Conditions.READY,
                ready ? Condition.Status.TRUE : Condition.Status.FALSE,
                view.reason(),
                view.message())
            .set(
                "Locked",
                locked(view) ? Condition.Status.TRUE : Condition.Status.FALSE,
                !view.openedBy().isEmpty()
                    ? Reason.TRANSACTION_OPEN
                    : view.busy() ? Reason.COMMIT_RUNNING : Reason.IDLE,
                !view.openedBy().isEmpty()
                    ? view.openedBy()
                        + " has a transaction open in psql; commits wait for iasql_commit() or"
                        + " iasql_rollback(), which anybody may call."
                    : view.busy() ? "A commit runs or waits." : "No commit runs.")
            .set(
                "Drifted",
                drifted(view) ? Condition.Status.TRUE : Condition.Status.FALSE,
                drifted(view) ? Reason.DRIFTED : Reason.NO_DRIFT,
                drift(view))
            .setIf(working, Conditions.RECONCILING, view.reason(), view.message())
            .setIf(view.stalled(), Conditions.STALLED, view.reason(), view.message());
    guarded(environment, view, conditions);
    return new EnvironmentStatus(
        environment.getMetadata().getGeneration(),
        accountId,
        new EnvironmentStatus.Database(
            endpoint.provider(),
            endpoint.host(),
            endpoint.port(),
            endpoint.database(),
            LoginSecrets.name(environment)),
        view.modules(),
        view.modules().size(),
        view.report() == null ? null : view.report().resources(),
        pending,
        sync(view),
        conditions.toList());
  }

  private static void guarded(
      Environment environment, LiveEnvironment.View view, Conditions conditions) {
    if (DeclaredGuards.of(environment).guards().equals(Guards.NONE)) {
      return;
    }
    boolean hold = view.guardProblems().isEmpty();
    conditions.set(
        Conditions.GUARDED,
        hold ? Condition.Status.TRUE : Condition.Status.FALSE,
        hold ? Reason.GUARDS_HOLD : Reason.GUARDS_BROKEN,
        hold
            ? "Every plan keeps to the guards of the spec."
            : String.join("; ", view.guardProblems()) + ". Mend that in the Environment.");
  }

  private static boolean locked(LiveEnvironment.View view) {
    return view.busy() || !view.openedBy().isEmpty();
  }

  private static boolean drifted(LiveEnvironment.View view) {
    return view.report() != null && !view.report().drift().isEmpty();
  }

  private static String drift(LiveEnvironment.View view) {
    if (!drifted(view)) {
      return "The newest sync found no difference that the rows do not follow.";
    }
    List<String> all = view.report().drift();
    return "AWS differs from the rows: "
        + String.join(", ", all.subList(0, Math.min(all.size(), MAX_DRIFT)))
        + (all.size() > MAX_DRIFT ? " and " + (all.size() - MAX_DRIFT) + " more" : "")
        + ". spec.driftPolicy says what becomes of it.";
  }

  private static EnvironmentStatus.Sync sync(LiveEnvironment.View view) {
    if (view.lastSync() == null) {
      return null;
    }
    return new EnvironmentStatus.Sync(
        view.lastSync().truncatedTo(ChronoUnit.SECONDS),
        view.syncRequestedAt().isEmpty() ? null : view.syncRequestedAt(),
        view.report().failures().stream()
            .limit(EnvironmentStatus.Sync.MAX_FAILURES)
            .map(EnvironmentStatusFactory::failure)
            .toList());
  }

  /** {@code queue in eu-west-1: AccessDenied…} as the engine words it. */
  private static SyncFailure failure(String text) {
    String[] parts = text.split(": ", 2);
    String[] place = parts[0].split(" in ", 2);
    return new SyncFailure(
        place[0], place.length > 1 ? place[1] : null, parts.length > 1 ? parts[1] : text);
  }

  private Conditions conditions(Environment environment) {
    return Conditions.following(
        Optional.ofNullable(environment.getStatus())
            .map(EnvironmentStatus::conditions)
            .orElse(List.of()),
        environment.getMetadata().getGeneration(),
        clock);
  }
}
