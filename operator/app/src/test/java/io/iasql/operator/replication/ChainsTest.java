package io.iasql.operator.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChainsTest {
  private static Replication replication(String from, String to, int age, boolean follows) {
    Replication replication = new Replication();
    replication.setMetadata(
        new ObjectMetaBuilder()
            .withName(from + "-" + to)
            .withCreationTimestamp("2026-11-01T10:00:%02dZ".formatted(age))
            .build());
    replication.setSpec(TestReplications.spec(from, to, follows));
    return replication;
  }

  private static final Replication FIRST = replication("dev", "staging", 1, true);
  private static final Replication SECOND = replication("staging", "prod", 2, true);
  private static final Replication THIRD = replication("prod", "dev", 3, true);
  private static final List<Replication> ALL = List.of(THIRD, FIRST, SECOND);

  @Test
  void shouldRefuseTheYoungestOfARing() {
    assertThat(Chains.ring(THIRD, ALL)).contains("prod → dev → staging → prod");
    assertThat(Chains.ring(FIRST, ALL)).isEmpty();
    assertThat(Chains.ring(SECOND, ALL)).isEmpty();
  }

  @Test
  void shouldTakeChainsAndSeveralWaysToOneEnvironment() {
    Replication beside = replication("dev", "prod", 4, true);

    assertThat(Chains.ring(beside, List.of(FIRST, SECOND, beside))).isEmpty();
    assertThat(Chains.ring(replication("qa", "dev", 5, true), ALL)).isEmpty();
  }

  @Test
  void shouldNotCountWhatIsOver() {
    Replication once = replication("staging", "prod", 2, false);
    Replication back = replication("prod", "staging", 3, false);
    assertThat(Chains.ring(back, List.of(once, back))).isPresent();

    once.setStatus(TestReplications.status(ReplicationStatus.Phase.COMMITTED));
    assertThat(Chains.ring(back, List.of(once, back))).isEmpty();
  }

  @Test
  void shouldNameTheEnvironmentsBeforeTheSource() {
    Replication beside = replication("qa", "staging", 4, true);

    assertThat(Chains.upstream(SECOND, List.of(FIRST, SECOND, beside)))
        .containsExactly("dev", "qa");
    assertThat(Chains.upstream(replication("prod", "dr", 5, true), List.of(FIRST, SECOND)))
        .containsExactly("staging", "dev");
    assertThat(Chains.upstream(FIRST, List.of(FIRST, SECOND))).isEmpty();
    // A ring that the policy was not there to refuse.
    assertThat(Chains.upstream(FIRST, ALL)).containsExactly("prod", "staging");
  }
}
