package io.iasql.cli;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.iasql.crds.Condition;
import io.iasql.crds.LocalReference;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec;
import io.iasql.crds.SqlTransactionSpec.OnFailure;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Action;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.crds.SqlTransactionStatus.Summary;
import java.time.Instant;
import java.util.List;

/** Transactions as the operator shows them. */
final class Samples {
  static final String PLAN = "plan-staging-4f2a9c01d7e3";
  static final Instant THEN = Instant.parse("2026-03-04T05:06:07Z");

  private Samples() {}

  /** One change of each kind, and what somebody might write to be overlooked. */
  static Plan plan(String id) {
    return new Plan(
        id,
        new Summary(1, 1, 1, 1),
        "+1 ~1 ±1 -1",
        List.of(
            new Change(
                Action.CREATE,
                "bucket",
                null,
                "acme-assets|eu-west-1",
                List.of(
                    new ColumnChange("name", null, "acme-assets"),
                    new ColumnChange("region", null, "eu-west-1"),
                    new ColumnChange("created_at", null, "(known after commit)")),
                null,
                List.of()),
            new Change(
                Action.UPDATE,
                "queue",
                "7",
                "jobs|eu-west-1",
                List.of(
                    new ColumnChange("visibility_timeout", "30", "120"),
                    new ColumnChange("tags", null, "{\"team\":\"media\"}"),
                    new ColumnChange("policy", "{\n}", null)),
                "It was changed in AWS meanwhile.",
                List.of()),
            new Change(
                Action.REPLACE,
                "queue",
                "8",
                "mail|eu-west-1",
                List.of(new ColumnChange("name", "mail", "post\u001b[2K\rnothing\u202e")),
                null,
                List.of()),
            new Change(
                Action.DELETE,
                "queue",
                "9",
                "old|eu-west-1",
                List.of(),
                null,
                List.of("alarm backlog"))),
        false,
        null);
  }

  static SqlTransaction transaction(String namespace, String name) {
    SqlTransaction transaction = new SqlTransaction();
    transaction.setMetadata(
        new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
    transaction.setSpec(
        new SqlTransactionSpec(
            new LocalReference("staging"),
            "Bucket for the static site",
            "INSERT INTO bucket (name) VALUES ('acme-assets')",
            null,
            null,
            null,
            OnFailure.ROLLBACK));
    return transaction;
  }

  static SqlTransactionStatus status(long generation, Phase phase, Plan plan, String approvedBy) {
    boolean ready = phase == Phase.COMMITTED;
    return new SqlTransactionStatus(
        generation,
        phase,
        plan,
        null,
        approvedBy,
        null,
        phase == Phase.AWAITING_APPROVAL
            ? "Review the plan; to approve it, set spec.approvePlan to " + plan.id() + "."
            : "AWS and the rows are as planned.",
        List.of(condition("Ready", ready), condition("Applied", ready)));
  }

  private static Condition condition(String type, boolean holds) {
    return new Condition(
        type,
        holds ? Condition.Status.TRUE : Condition.Status.FALSE,
        1L,
        THEN,
        holds ? "Committed" : "AwaitingApproval",
        "As the phase says.");
  }
}
