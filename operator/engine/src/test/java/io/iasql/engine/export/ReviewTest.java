package io.iasql.engine.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.catalog.Json;
import io.iasql.engine.plan.PlanStore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a reviewer reads. */
class ReviewTest {
  private static final Review.Line LINE =
      new Review.Line(
          "update",
          "queue",
          "7",
          "jobs|eu-west-1",
          List.of(
              new Review.Column("visibility_timeout", Optional.of("30"), Optional.of("60")),
              new Review.Column("policy", Optional.of("{\n}"), Optional.empty()),
              new Review.Column("name", Optional.empty(), Optional.of("a\\|b"))),
          "differs from AWS",
          List.of("alarm late"));

  @Test
  void hasTitleBlocksPlanAndAllStatements() {
    Review review =
        new Review(
            "Add jobs",
            List.of("Why we need it"),
            List.of(LINE),
            "",
            List.of("UPDATE queue SET visibility_timeout = 60;", "DELETE FROM memo;"));

    assertThat(review.markdown())
        .isEqualTo(
            """
            # Add jobs

            Why we need it

            ## IaSQL Preview

            | action | table_name | id | description | changes |
            | --- | --- | --- | --- | --- |
            | update | queue | 7 | jobs\\|eu-west-1 | visibility_timeout: 30 → 60, policy: { } → (none), name: a\\\\|b; differs from AWS; refers to it: alarm late |

            ## SQL changes

            ```sql
            UPDATE queue SET visibility_timeout = 60;

            DELETE FROM memo;
            ```\
            """);
  }

  @Test
  void anEmptyPlanIsTitleAndDescription() {
    assertThat(
            new Review("New Review", List.of("Review description"), List.of(), "", List.of("x;"))
                .markdown())
        .isEqualTo("# New Review\n\nReview description");
  }

  @Test
  void ofAPreviewItHasThePreviewsColumns() {
    PlanStore.Line line =
        new PlanStore.Line(
            "create", "log_group", "7", "shop-logs|eu-west-1", Json.object(), "", List.of());

    assertThat(
            Review.of("Add shop logs", "Why we need it", List.of(line), List.of("x;")).markdown())
        .isEqualTo(
            """
            # Add shop logs

            Why we need it

            ## IaSQL Preview

            | action | table_name | id | description |
            | --- | --- | --- | --- |
            | create | log_group | 7 | shop-logs\\|eu-west-1 |

            ## SQL changes

            ```sql
            x;
            ```\
            """);
  }

  @Test
  void whatFollowsTheTableStandsBetweenItAndTheSql() {
    assertThat(new Review("t", List.of(), List.of(LINE), "More elsewhere.", List.of()).markdown())
        .contains("alarm late |\n\nMore elsewhere.\n\n## SQL changes");
  }

  @Test
  void longValuesAreCut() {
    Review.Line line =
        new Review.Line(
            "create",
            "bucket",
            "",
            "b",
            List.of(new Review.Column("name", Optional.empty(), Optional.of("x".repeat(500)))),
            "",
            List.of());

    assertThat(new Review("t", List.of(), List.of(line), "", List.of()).markdown())
        .contains("name: " + "x".repeat(119) + "… |");
  }

  @Test
  void sqlCannotLeaveItsFence() {
    Review review = new Review("t", List.of(), List.of(LINE), "", List.of("SELECT '\n```\n# x';"));

    assertThat(review.markdown()).contains("````sql\nSELECT '\n```\n# x';\n````");
  }
}
