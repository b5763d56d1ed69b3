package io.iasql.crds;

import io.iasql.crds.SqlTransactionStatus.Action;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.crds.SqlTransactionStatus.Summary;
import java.time.Instant;
import java.util.List;

/** What more than one test looks at. */
final class Samples {
  private Samples() {}

  static SqlTransactionStatus awaitingApproval() {
    return new SqlTransactionStatus(
        7L,
        Phase.AWAITING_APPROVAL,
        new Plan(
            "plan-staging-4f2a9c01d7e3",
            new Summary(2, 0, 0, 0),
            "+2 ~0 ±0 -0",
            List.of(
                new Change(
                    Action.CREATE,
                    "bucket",
                    "acme-assets",
                    null,
                    List.of(new ColumnChange("policy", null, "")),
                    null,
                    null),
                new Change(
                    Action.CREATE,
                    "public_access_block",
                    "acme-assets",
                    null,
                    List.of(),
                    null,
                    null)),
            false,
            null,
            null),
        null,
        null,
        null,
        "Waiting for approval.",
        List.of(
            new Condition(
                "Ready",
                Condition.Status.FALSE,
                7L,
                Instant.parse("2026-11-01T10:00:00Z"),
                "AwaitingApproval",
                "")));
  }
}
