package io.iasql.operator.transaction;

import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.engine.OnFailure;
import io.iasql.engine.guard.Assertion;
import io.iasql.engine.plan.Draft;
import io.iasql.operator.environment.DeclaredGuards;
import io.iasql.operator.environment.Deletions;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.List;
import java.util.Optional;

/**
 * What a SqlTransaction asks for now.
 *
 * @param resource the resource
 * @param uid its uid: a resource made again is another one
 * @param environment its environment
 * @param sql the SQL
 * @param approvePlan the plan id written as approval, or an empty string
 * @param approvedBy who wrote it, or an empty string
 * @param automatic whether the environment approves every plan; of its own deletion it never does
 * @param rejected whether somebody said no
 * @param onFailure what happens when an action fails
 * @param assertions queries over the planned state that must return no row
 * @param guards what the environment is guarded against
 */
record Request(
    ResourceID resource,
    String uid,
    ResourceID environment,
    String sql,
    String approvePlan,
    String approvedBy,
    boolean automatic,
    boolean rejected,
    OnFailure onFailure,
    List<Assertion> assertions,
    DeclaredGuards guards) {

  static Request of(SqlTransaction transaction, Environment environment) {
    SqlTransactionSpec spec = transaction.getSpec();
    return new Request(
        ResourceID.fromResource(transaction),
        transaction.getMetadata().getUid(),
        ResourceID.fromResource(environment),
        spec.sql(),
        Optional.ofNullable(spec.approvePlan()).orElse(""),
        Optional.ofNullable(spec.approvedBy()).orElse(""),
        environment.getSpec().approval() == EnvironmentSpec.Approval.AUTOMATIC
            && !Deletions.isDeletion(transaction, environment),
        Boolean.TRUE.equals(spec.reject()),
        spec.onFailure() == SqlTransactionSpec.OnFailure.STOP ? OnFailure.STOP : OnFailure.ROLLBACK,
        DeclaredGuards.assertions(spec.assertions()),
        DeclaredGuards.of(environment));
  }

  /** What it does to the rows. */
  Draft.Statements draft() {
    return new Draft.Statements(sql, assertions);
  }

  /** The name by which the environment's ledger knows it. */
  String ledgerName() {
    return resource.getNamespace().orElse("") + "/" + resource.getName();
  }

  /**
   * Whether this plan is approved: by its exact id, or by the environment.
   *
   * @param tooMuch whether it is more than the environment may approve by itself
   */
  boolean approves(String planId, boolean tooMuch) {
    return !rejected && (approvePlan.equals(planId) || (automatic && !tooMuch));
  }

  /** Who approved this plan. */
  String approver(String planId) {
    return automatic && !approvePlan.equals(planId) ? "automatic" : approvedBy;
  }

  /** Whether the engine may have got it already, as far as can be told without asking. */
  boolean mayBeSubmitted() {
    return automatic || !approvePlan.isEmpty();
  }
}
