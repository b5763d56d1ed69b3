package io.iasql.operator.transaction;

import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.engine.OnFailure;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.PlanStore;
import io.iasql.operator.environment.DeclaredGuards;
import io.iasql.operator.environment.Deletions;
import io.iasql.operator.environment.Environments;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a SqlTransaction asks for now.
 *
 * @param resource the resource
 * @param uid its uid: a resource made again is another one
 * @param environment its environment
 * @param modules the modules that the environment declares
 * @param draft what it does to the rows; empty while that cannot be said, and then it is held
 * @param hold why nothing may begin now, if so
 * @param approvePlan the plan id written as approval, or an empty string
 * @param approvedBy who wrote it, or an empty string
 * @param planOnly whether plans are only shown
 * @param planTtl how long a plan waits for its approval; empty for as long as it takes
 * @param automatic whether the environment approves every plan; of its own deletion it never does,
 *     nor of what is marked as a proposal
 * @param rejected whether somebody said no
 * @param onFailure what happens when an action fails
 * @param guards what the environment is guarded against
 */
record Request(
    ResourceID resource,
    String uid,
    ResourceID environment,
    Set<String> modules,
    Optional<Draft> draft,
    Optional<Hold> hold,
    String approvePlan,
    String approvedBy,
    boolean planOnly,
    Optional<Duration> planTtl,
    boolean automatic,
    boolean rejected,
    OnFailure onFailure,
    DeclaredGuards guards) {

  static Request of(
      SqlTransaction transaction,
      Environment environment,
      Optional<Draft> draft,
      Optional<Hold> hold) {
    SqlTransactionSpec spec = transaction.getSpec();
    return new Request(
        ResourceID.fromResource(transaction),
        transaction.getMetadata().getUid(),
        ResourceID.fromResource(environment),
        Set.copyOf(environment.getSpec().modules()),
        draft,
        hold,
        Optional.ofNullable(spec.approvePlan()).orElse(""),
        Optional.ofNullable(spec.approvedBy()).orElse(""),
        Boolean.TRUE.equals(spec.planOnly()),
        Optional.ofNullable(spec.planTTL()).map(Environments::interval),
        isAutomatic(transaction, environment),
        Boolean.TRUE.equals(spec.reject()),
        spec.onFailure() == SqlTransactionSpec.OnFailure.STOP ? OnFailure.STOP : OnFailure.ROLLBACK,
        DeclaredGuards.of(environment));
  }

  private static boolean isAutomatic(SqlTransaction transaction, Environment environment) {
    return environment.getSpec().approval() == EnvironmentSpec.Approval.AUTOMATIC
        && !Deletions.isDeletion(transaction, environment)
        && !waitsForApproval(transaction);
  }

  private static boolean waitsForApproval(SqlTransaction transaction) {
    return transaction.getMetadata().getAnnotations() != null
        && "Manual".equals(transaction.getMetadata().getAnnotations().get(SqlTransaction.APPROVAL));
  }

  /** Whether the engine may have got it already, as far as can be told without asking. */
  static boolean mayBeSubmitted(SqlTransaction transaction, Environment environment) {
    String approved = transaction.getSpec().approvePlan();
    return Phases.isCommitting(transaction)
        || isAutomatic(transaction, environment)
        || (approved != null && !approved.isEmpty());
  }

  /** The name by which the environment's ledger knows it. */
  String ledgerName() {
    return Keys.of(resource.getNamespace().orElse(""), resource.getName());
  }

  /**
   * Whether this plan is approved: by its exact id, or by the environment.
   *
   * @param tooMuch whether it is more than the environment may approve by itself
   */
  boolean approves(String planId, boolean tooMuch) {
    return !rejected && !planOnly && (approvePlan.equals(planId) || (automatic && !tooMuch));
  }

  /**
   * Whether a submission is as it would be submitted now.
   *
   * @param plan the transaction's plan
   * @param tooMuch whether that is more than the environment may approve by itself
   */
  boolean upholds(TransactionView submitted, PlanStore.Stored plan, boolean tooMuch) {
    return submitted.planId().equals(plan.planId())
        && submitted.onFailure() == onFailure
        && approves(plan.id(), tooMuch);
  }

  /** Who approved this plan. */
  String approver(String planId) {
    return automatic && !approvePlan.equals(planId) ? "automatic" : approvedBy;
  }
}
