package io.iasql.operator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.SqlTransactionStatus.Action;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.crds.SqlTransactionStatus.Summary;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The review in a status. */
class ReviewTest {
  private static Plan plan(List<Change> changes, boolean truncated) {
    return new Plan(
        "plan-prod-0123456789ab",
        new Summary(0, changes.size(), 0, 0),
        "+0 ~" + changes.size() + " ±0 -0",
        changes,
        truncated,
        truncated ? "jobs-plan" : null);
  }

  private static final Change CHANGE =
      new Change(
          Action.UPDATE,
          "queue",
          null,
          "jobs|eu-west-1",
          List.of(new ColumnChange("visibility_timeout", "30", "60")),
          null,
          List.of());

  @Test
  void namesThePlanAndShowsOldAndNewValues() {
    assertThat(
            Review.of(
                "jobs",
                "Slower workers",
                "Compared with `jobs` of `staging`: **Same**.",
                plan(List.of(CHANGE), false),
                List.of("its former secret does not come back"),
                "UPDATE queue SET …;\n"))
        .isEqualTo(
            """
            # jobs

            Slower workers

            Compared with `jobs` of `staging`: **Same**.

            Plan `plan-prod-0123456789ab`: +0 ~1 ±0 -0

            - its former secret does not come back

            ## IaSQL Preview

            | action | table_name | id | description | changes |
            | --- | --- | --- | --- | --- |
            | update | queue |  | jobs\\|eu-west-1 | visibility_timeout: 30 → 60 |

            ## SQL changes

            ```sql
            UPDATE queue SET …;
            ```\
            """);
  }

  @Test
  void withoutChangesThereIsNoTable() {
    assertThat(Review.of("jobs", null, "", plan(List.of(), false), List.of(), "SELECT 1"))
        .isEqualTo("# jobs\n\nPlan `plan-prod-0123456789ab`: +0 ~0 ±0 -0");
  }

  @Test
  void saysWhereTheRestOfALongPlanIsAndCutsLongSql() {
    assertThat(
            Review.of("jobs", null, "", plan(List.of(CHANGE), true), List.of(), "x".repeat(9_000)))
        .contains("\n\nMore changes are in ConfigMap `jobs-plan`.\n\n## SQL changes")
        .endsWith("x".repeat(8_000) + "\n-- …\n```");
  }
}
