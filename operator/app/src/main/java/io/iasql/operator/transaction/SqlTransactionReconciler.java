package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.operator.environment.Environments;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.EventRecorder;
import io.iasql.operator.status.Reason;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Shows how far each SqlTransaction is, and passes approvals on. */
@ControllerConfiguration(name = "sqltransaction")
public class SqlTransactionReconciler
    implements Reconciler<SqlTransaction>, Cleaner<SqlTransaction> {
  private static final Duration SOON = Duration.ofSeconds(2);
  private static final Duration SAFETY_NET = Duration.ofSeconds(30);
  private static final String BY_ENVIRONMENT = "environment";

  private final Transactions transactions;
  private final Environments environments;
  private final EventRecorder events;
  private final SqlTransactionStatusFactory statuses;
  private final SimpleInboundEventSource<SqlTransaction> moves =
      new SimpleInboundEventSource<>("transaction-moves");

  SqlTransactionReconciler(
      Transactions transactions, Environments environments, EventRecorder events, Clock clock) {
    this.transactions = transactions;
    this.environments = environments;
    this.events = events;
    this.statuses = new SqlTransactionStatusFactory(clock);
    transactions.onMove(moves::propagateEvent);
  }

  @Override
  public List<EventSource<?, SqlTransaction>> prepareEventSources(
      EventSourceContext<SqlTransaction> context) {
    context.getPrimaryCache().addIndexer(BY_ENVIRONMENT, t -> List.of(key(environmentOf(t))));
    return List.of(
        moves,
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Environment.class, SqlTransaction.class)
                .withName("environments")
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(
                    environment ->
                        context
                            .getPrimaryCache()
                            .byIndex(BY_ENVIRONMENT, key(ResourceID.fromResource(environment)))
                            .stream()
                            .filter(t -> !Phases.isFinal(t))
                            .map(ResourceID::fromResource)
                            .collect(Collectors.toSet()))
                .<SqlTransaction>withPrimaryToSecondaryMapper(t -> Set.of(environmentOf(t)))
                .build(),
            context));
  }

  private static String key(ResourceID id) {
    return id.getNamespace().orElse("") + "/" + id.getName();
  }

  private static ResourceID environmentOf(SqlTransaction transaction) {
    return new ResourceID(
        transaction.getSpec().environmentRef().name(), transaction.getMetadata().getNamespace());
  }

  @Override
  public UpdateControl<SqlTransaction> reconcile(
      SqlTransaction transaction, Context<SqlTransaction> context) {
    String uid = transaction.getMetadata().getUid();
    if (Phases.isFinal(transaction)) {
      transactions.forget(uid);
      return UpdateControl.noUpdate();
    }
    Optional<Environment> environment = context.getSecondaryResource(Environment.class);
    ResourceID id = environmentOf(transaction);
    if (environment.isEmpty() || environments.ready(id).isEmpty()) {
      return patch(
          transaction,
          statuses.waiting(
              transaction,
              Reason.ENVIRONMENT_NOT_READY,
              environment.isEmpty()
                  ? "Environment " + id.getName() + " does not exist: create it in this namespace."
                  : "Environment " + id.getName() + " is not ready; its status says why."));
    }
    if (Boolean.TRUE.equals(transaction.getSpec().reject()) && !Phases.isCommitting(transaction)) {
      return reject(transaction, id);
    }
    Request request = Request.of(transaction, environment.get());
    return transactions
        .look(request)
        .map(snapshot -> show(transaction, context, snapshot))
        .orElseGet(() -> planning(transaction));
  }

  private UpdateControl<SqlTransaction> reject(SqlTransaction transaction, ResourceID id) {
    if (!transactions.withdraw(transaction.getMetadata().getUid(), id)) {
      return UpdateControl.<SqlTransaction>noUpdate().rescheduleAfter(SOON);
    }
    return patch(
        transaction,
        statuses.of(
            transaction,
            Snapshot.of(
                Phase.REJECTED,
                Reason.REJECTED,
                "Rejected by spec.reject; nothing was changed.",
                Optional.empty())));
  }

  /** A transaction that shows nothing yet is being planned; one that does keeps showing it. */
  private UpdateControl<SqlTransaction> planning(SqlTransaction transaction) {
    boolean shown =
        transaction.getStatus() != null
            && transaction.getStatus().phase() != null
            && transaction.getStatus().phase() != Phase.FAILED;
    return shown
        ? UpdateControl.<SqlTransaction>noUpdate().rescheduleAfter(SAFETY_NET)
        : patch(
            transaction, statuses.waiting(transaction, Reason.PLANNING, "The plan is being made."));
  }

  private UpdateControl<SqlTransaction> show(
      SqlTransaction transaction, Context<SqlTransaction> context, Snapshot snapshot) {
    SqlTransactionStatus status = statuses.of(transaction, snapshot);
    boolean newPlan =
        status.plan() != null
            && status.plan().configMap() != null
            && (transaction.getStatus() == null
                || transaction.getStatus().plan() == null
                || !status.plan().id().equals(transaction.getStatus().plan().id()));
    if (newPlan) {
      transactions.writeWholePlan(context.getClient(), transaction, environmentOf(transaction));
    }
    return patch(transaction, status);
  }

  @Override
  public DeleteControl cleanup(SqlTransaction transaction, Context<SqlTransaction> context) {
    String uid = transaction.getMetadata().getUid();
    boolean gone = context.getSecondaryResource(Environment.class).isEmpty();
    boolean neverBegun = transaction.getStatus() == null || transaction.getStatus().plan() == null;
    if (Phases.isFinal(transaction)
        || gone
        || neverBegun
        || transactions.withdraw(uid, environmentOf(transaction))) {
      transactions.forget(uid);
      return DeleteControl.defaultDelete();
    }
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(SOON);
  }

  private UpdateControl<SqlTransaction> patch(
      SqlTransaction transaction, SqlTransactionStatus status) {
    if (status.equals(transaction.getStatus())) {
      return UpdateControl.<SqlTransaction>noUpdate().rescheduleAfter(SAFETY_NET);
    }
    tell(transaction, status);
    SqlTransaction fresh = new SqlTransaction();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(transaction.getMetadata().getNamespace())
            .withName(transaction.getMetadata().getName())
            .build());
    fresh.setStatus(status);
    return UpdateControl.patchStatus(fresh).rescheduleAfter(SAFETY_NET);
  }

  /** An event for each change of the Ready condition's reason. */
  private void tell(SqlTransaction transaction, SqlTransactionStatus status) {
    Optional<String> before =
        Optional.ofNullable(transaction.getStatus())
            .flatMap(s -> Conditions.find(s.conditions(), Conditions.READY))
            .map(Condition::reason);
    Condition now = Conditions.find(status.conditions(), Conditions.READY).orElseThrow();
    if (before.equals(Optional.of(now.reason()))) {
      return;
    }
    Reason reason = Reason.of(now.reason());
    if (Conditions.find(status.conditions(), Conditions.STALLED).isPresent()
        || reason == Reason.PLAN_SUPERSEDED
        || reason == Reason.APPROVAL_MISMATCH) {
      events.warning(transaction, reason, now.message());
    } else {
      events.normal(transaction, reason, now.message());
    }
  }
}
