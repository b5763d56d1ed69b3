package io.iasql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.SqlTransactionStatus.Action;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.crds.SqlTransactionStatus.Summary;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTableTest {

  @Test
  void shouldShowEachColumnOfEachChange() {
    Plan plan =
        new Plan(
            "plan-staging-4f2a9c01d7e3",
            new Summary(0, 1, 1, 1),
            "+0 ~1 ±1 -1",
            List.of(
                new Change(
                    Action.UPDATE,
                    "vpc",
                    "7",
                    "vpc-1|eu-west-1",
                    List.of(
                        new ColumnChange("tags", "{\"a\":\"1\"}", "{\n  \"a\": \"2\"}"),
                        new ColumnChange("enable_dns_support", "false", "true")),
                    null,
                    null),
                new Change(
                    Action.REPLACE,
                    "subnet",
                    "8",
                    "subnet-1|eu-west-1",
                    List.of(
                        new ColumnChange(
                            "vpc",
                            "{\"region\":\"eu-west-1\",\"vpc_id\":\"vpc-1\"}",
                            "{\"vpc_id\":\"vpc-2\",\"region\":\"eu-west-1\"}")),
                    "AWS cannot move it",
                    null),
                new Change(Action.DELETE, "queue", "9", "jobs|eu-west-1", List.of(), null, null)),
            false,
            null);

    assertThat(PlanTable.lines(plan))
        .containsExactly(
            "ACTION     TABLE   RESOURCE            COLUMN              OLD        NEW",
            "~ update   vpc     vpc-1 eu-west-1     tags                {\"a\":\"1\"}  { \"a\": \"2\"}",
            "                                       enable_dns_support  false      true",
            "± replace  subnet  subnet-1 eu-west-1  vpc                 vpc-1      vpc-2",
            "- delete   queue   jobs eu-west-1",
            "Notes:",
            "  subnet subnet-1 eu-west-1: AWS cannot move it");
  }
}
