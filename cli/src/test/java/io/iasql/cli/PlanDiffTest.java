package io.iasql.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.crds.SqlTransactionStatus.Plan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class PlanDiffTest {
  private static final Plan PLAN = Samples.plan(Samples.PLAN);

  private static String golden(String file) throws IOException {
    try (InputStream in = PlanDiffTest.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String shown(Palette palette, WholePlan whole) {
    SqlTransaction transaction = Samples.transaction("infra", "add-assets-bucket");
    transaction.setStatus(Samples.status(1, Phase.AWAITING_APPROVAL, PLAN, null));
    return String.join("\n", new PlanDiff(palette).lines(transaction, whole)) + "\n";
  }

  @Test
  void shouldShowEachRowWithWhatItLosesAndGets() throws IOException {
    assertThat(shown(Palette.PLAIN, new WholePlan(PLAN, PLAN.changes(), 0)))
        .isEqualTo(golden("plan.txt"));
  }

  @Test
  void shouldColourTheSame() throws IOException {
    String coloured = shown(Palette.COLOURED, new WholePlan(PLAN, PLAN.changes(), 0));

    assertThat(coloured).isEqualTo(golden("plan-coloured.txt"));
    assertThat(coloured.replaceAll("\033\\[\\d+m", "")).isEqualTo(golden("plan.txt"));
  }

  @Test
  void shouldSayWhatIsNowhereElse() {
    assertThat(shown(Palette.PLAIN, new WholePlan(PLAN, PLAN.changes(), 12)))
        .endsWith(
            "and 12 more changes, in the environment's database alone: see table iasql.plan_change\n");
  }

  @Test
  void shouldReadWhatTheOperatorGzips() throws IOException {
    String lines =
        """
        {"action":"create","table":"queue","id":"","description":"a|eu-west-1","columns":[\
        {"name":"name","before":null,"after":"a","known_after_commit":false},\
        {"name":"url","before":null,"after":null,"known_after_commit":true},\
        {"name":"policy","before":{"a":1},"after":"hash:%s","known_after_commit":false},\
        {"name":"tags","before":null,"after":"hash:tag","known_after_commit":false}],"note":""}
        {"action":"delete","table":"queue","id":"3","description":"b","columns":[],"note":"why","new":1}
        """
            .formatted("12ab".repeat(16));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(lines.getBytes(StandardCharsets.UTF_8));
    }

    assertThat(
            String.join(
                "\n",
                new PlanDiff(Palette.PLAIN)
                    .lines(
                        Samples.transaction("infra", "x"),
                        new WholePlan(PLAN, WholePlan.changes(bytes.toByteArray()), 0))))
        .endsWith(
            String.join(
                "\n",
                List.of(
                    "+ queue a eu-west-1",
                    "    + name    a",
                    "    + url     (known after commit)",
                    "    - policy  {\"a\":1}",
                    "    + policy  (write-only)",
                    "    + tags    hash:tag",
                    "- queue b",
                    "    ! why")));
  }
}
