package io.iasql.operator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.ReplicationStatus.Comparison;
import io.iasql.crds.ReplicationStatus.Difference;
import io.iasql.crds.ReplicationStatus.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicatedFromTest {

  @Test
  void shouldSayThatNothingDiffers() {
    assertThat(
            ReplicatedFrom.text(
                "site", "staging", new Comparison(Verdict.SAME, "1", false, List.of(), false)))
        .isEqualTo("Compared with `site` of `staging`: **Same**.");
  }

  @Test
  void shouldListWhatDiffersAndWhy() {
    List<Difference> differences =
        List.of(
            new Difference("queue", "jobs", "visibility_timeout", "30", "120", "overrides[0]"),
            new Difference("bucket", "a|b", null, "create a", "(nothing\nis done)", null));

    assertThat(
            ReplicatedFrom.text(
                "site",
                "staging",
                new Comparison(Verdict.DIFFERENT, "1", true, differences, false)))
        .isEqualTo(
            """
            Compared with `site` of `staging`: **Different**: nothing asked for 1 of what differs. The SQL was edited since it was made.

            | table | row | column | there | here | because of |
            | --- | --- | --- | --- | --- | --- |
            | queue | jobs | visibility_timeout | 30 | 120 | overrides[0] |
            | bucket | a\\|b |  | create a | (nothing is done) | **?** |"""
                .stripIndent());
  }
}
