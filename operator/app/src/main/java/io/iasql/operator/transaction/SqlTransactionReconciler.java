package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.plan.Draft;
import io.iasql.operator.Shard;
import io.iasql.operator.environment.Environments;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.EventRecorder;
import io.iasql.operator.status.Reason;
import io.iasql.operator.status.StatusWriter;
import io.iasql.operator.transaction.Inputs.MissingInputException;
import io.iasql.operator.transaction.Inputs.ReservedInputException;
import io.iasql.operator.transaction.Transactions.Withdrawal;
import io.iasql.operator.work.FiveASecond;
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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows how far each SqlTransaction is, and passes approvals on. */
@ControllerConfiguration(
    name = "sqltransaction",
    // Others wait for a change of its status.
    generationAwareEventProcessing = false,
    rateLimiter = FiveASecond.class)
public class SqlTransactionReconciler
    implements Reconciler<SqlTransaction>, Cleaner<SqlTransaction> {
  private static final Duration SOON = Duration.ofSeconds(2);
  private static final Duration SAFETY_NET = Duration.ofSeconds(30);

  private final Transactions transactions;
  private final Environments environments;
  private final EventRecorder events;
  private final Shard shard;
  private final SqlTransactionStatusFactory statuses;
  private final SimpleInboundEventSource<SqlTransaction> moves =
      new SimpleInboundEventSource<>("transaction-moves");
  private Dependants dependants;
  private ReservedSecrets reserved;

  SqlTransactionReconciler(
      Transactions transactions,
      Environments environments,
      EventRecorder events,
      Shard shard,
      Clock clock) {
    this.transactions = transactions;
    this.environments = environments;
    this.events = events;
    this.shard = shard;
    this.statuses = new SqlTransactionStatusFactory(clock);
    transactions.onMove(moves::propagateEvent);
  }

  @Override
  public List<EventSource<?, SqlTransaction>> prepareEventSources(
      EventSourceContext<SqlTransaction> context) {
    dependants = new Dependants(context.getPrimaryCache());
    SecretToTransactionsMapper users = new SecretToTransactionsMapper(context.getPrimaryCache());
    reserved = new ReservedSecrets(context, users);
    List<EventSource<?, SqlTransaction>> sources =
        new ArrayList<>(TransactionSources.of(context, shard, users));
    sources.addAll(reserved.sources());
    sources.add(moves);
    return sources;
  }

  private static ResourceID environmentOf(SqlTransaction transaction) {
    return new ResourceID(
        transaction.getSpec().environmentRef().name(), transaction.getMetadata().getNamespace());
  }

  @Override
  public UpdateControl<SqlTransaction> reconcile(
      SqlTransaction transaction, Context<SqlTransaction> context) {
    String uid = transaction.getMetadata().getUid();
    ResourceID id = environmentOf(transaction);
    dependants.toBeWoken(transaction).forEach(moves::propagateEvent);
    if (Phases.isFinal(transaction)) {
      transactions.forget(uid, id);
      SqlTransactionStatus over = statuses.over(transaction);
      return over.equals(transaction.getStatus())
          ? UpdateControl.noUpdate()
          : patch(transaction, over, context);
    }
    Optional<Environment> environment = TransactionSources.environment(context);
    if (Boolean.TRUE.equals(transaction.getSpec().reject())) {
      Withdrawal withdrawal = withdraw(transaction, environment);
      if (withdrawal == Withdrawal.OUT) {
        transactions.forget(uid, id);
        return patch(transaction, statuses.rejected(transaction), context);
      }
      if (withdrawal == Withdrawal.PENDING) {
        return UpdateControl.<SqlTransaction>noUpdate().rescheduleAfter(SOON);
      }
      // It has begun: that somebody said no comes too late.
    }
    if (environment.isEmpty()) {
      return patch(
          transaction,
          statuses.waiting(
              transaction,
              Reason.ENVIRONMENT_NOT_READY,
              "Environment " + id.getName() + shard.missing() + ": create it in this namespace."),
          context);
    }
    Request request = request(transaction, environment.get(), context);
    Optional<Snapshot> snapshot = transactions.look(request);
    if (snapshot.isPresent()) {
      return patch(
          transaction,
          statuses.of(transaction, snapshot.get(), ReplicatedFrom.review(transaction, context)),
          context);
    }
    if (request.hold().isPresent() && !Request.mayBeSubmitted(transaction, environment.get())) {
      return patch(transaction, statuses.held(transaction, request.hold().get()), context);
    }
    if (environments.ready(id).isEmpty() && !TransactionSources.isReady(environment.get())) {
      return patch(
          transaction,
          statuses.waiting(
              transaction,
              Reason.ENVIRONMENT_NOT_READY,
              "Environment " + id.getName() + " is not ready; its status says why."),
          context);
    }
    return planning(transaction, context);
  }

  private Request request(
      SqlTransaction transaction, Environment environment, Context<SqlTransaction> context) {
    Optional<Hold> hold = hold(transaction, context);
    try {
      Draft draft =
          Inputs.of(
              transaction.getMetadata().getNamespace(),
              transaction.getSpec(),
              name -> TransactionSources.find(context, ConfigMap.class, name),
              name -> TransactionSources.find(context, Secret.class, name),
              reserved::use);
      return Request.of(transaction, environment, Optional.of(draft), hold);
    } catch (MissingInputException e) {
      Hold missing = new Hold(Phase.PLANNING, Reason.INPUT_MISSING, e.getMessage());
      return Request.of(
          transaction, environment, Optional.empty(), hold.or(() -> Optional.of(missing)));
    } catch (ReservedInputException e) {
      Hold refused = new Hold(Phase.FAILED, Reason.INVALID_TRANSACTION, e.getMessage());
      return Request.of(
          transaction, environment, Optional.empty(), hold.or(() -> Optional.of(refused)));
    }
  }

  private static Optional<Hold> hold(SqlTransaction transaction, Context<SqlTransaction> context) {
    if (Boolean.TRUE.equals(transaction.getSpec().suspend())) {
      return Optional.of(
          new Hold(
              Phase.PLANNING,
              Reason.SUSPENDED,
              "Suspended: nothing is planned or committed until spec.suspend is false."));
    }
    String namespace = transaction.getMetadata().getNamespace();
    return Dependencies.of(
        transaction, name -> context.getPrimaryCache().get(new ResourceID(name, namespace)));
  }

  /** A transaction that shows nothing yet is being planned; one that does keeps showing it. */
  private UpdateControl<SqlTransaction> planning(
      SqlTransaction transaction, Context<SqlTransaction> context) {
    SqlTransactionStatus status = transaction.getStatus();
    boolean shown =
        status != null
            && status.phase() != null
            && (status.phase() != Phase.FAILED
                || transaction.getMetadata().getGeneration().equals(status.observedGeneration()));
    return shown
        ? UpdateControl.<SqlTransaction>noUpdate().rescheduleAfter(SAFETY_NET)
        : patch(
            transaction,
            statuses.waiting(transaction, Reason.PLANNING, "The plan is being made."),
            context);
  }

  @Override
  public DeleteControl cleanup(SqlTransaction transaction, Context<SqlTransaction> context) {
    Optional<Environment> environment = TransactionSources.environment(context);
    if (Phases.isFinal(transaction) || withdraw(transaction, environment) == Withdrawal.OUT) {
      transactions.forget(transaction.getMetadata().getUid(), environmentOf(transaction));
      dependants.leftBehind(transaction).forEach(moves::propagateEvent);
      return DeleteControl.defaultDelete();
    }
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(SOON);
  }

  /**
   * Sees to it that nothing can happen any more. What was never approved was never submitted, and
   * what is without an environment has nobody to commit it; the rest is taken out of the queue,
   * which takes the database.
   */
  private Withdrawal withdraw(SqlTransaction transaction, Optional<Environment> environment) {
    if (environment.isEmpty()) {
      return Withdrawal.OUT;
    }
    String uid = transaction.getMetadata().getUid();
    ResourceID id = environmentOf(transaction);
    if (!Request.mayBeSubmitted(transaction, environment.get())) {
      transactions.discard(uid, id);
      return Withdrawal.OUT;
    }
    return transactions.withdraw(ResourceID.fromResource(transaction), uid, id);
  }

  /** Tells of what is new in the status, and writes it. */
  private UpdateControl<SqlTransaction> patch(
      SqlTransaction transaction, SqlTransactionStatus status, Context<SqlTransaction> context) {
    tell(transaction, status);
    StatusWriter.write(transaction, SqlTransaction::new, status, context);
    return UpdateControl.<SqlTransaction>noUpdate().rescheduleAfter(SAFETY_NET);
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
        || reason == Reason.PLAN_EXPIRED
        || reason == Reason.APPROVAL_MISMATCH) {
      events.warning(transaction, reason, now.message());
    } else {
      events.normal(transaction, reason, now.message());
    }
  }
}
