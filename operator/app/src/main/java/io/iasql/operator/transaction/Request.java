package io.iasql.operator.transaction;

import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.engine.OnFailure;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
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
 * @param automatic whether the environment approves every plan
 * @param rejected whether somebody said no
 * @param onFailure what happens when an action fails
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
    OnFailure onFailure) {

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
            && !waitsForApproval(transaction),
        Boolean.TRUE.equals(spec.reject()),
        spec.onFailure() == SqlTransactionSpec.OnFailure.STOP
            ? OnFailure.STOP
            : OnFailure.ROLLBACK);
  }

  private static boolean waitsForApproval(SqlTransaction transaction) {
    return transaction.getMetadata().getAnnotations() != null
        && "Manual".equals(transaction.getMetadata().getAnnotations().get(SqlTransaction.APPROVAL));
  }

  /** The name by which the environment's ledger knows it. */
  String ledgerName() {
    return resource.getNamespace().orElse("") + "/" + resource.getName();
  }

  /** Whether this plan is approved: by its exact id, or by the environment. */
  boolean approves(String planId) {
    return !rejected && (automatic || approvePlan.equals(planId));
  }

  /** Whether the engine may have got it already, as far as can be told without asking. */
  boolean mayBeSubmitted() {
    return automatic || !approvePlan.isEmpty();
  }
}
