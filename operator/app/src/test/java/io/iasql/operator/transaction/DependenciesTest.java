package io.iasql.operator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.operator.status.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transaction waits for. */
class DependenciesTest {
  private final Map<String, SqlTransaction> all = new HashMap<>();

  private SqlTransaction transaction(String name, String phase, String... dependsOn) {
    StringBuilder text =
        new StringBuilder("metadata: {name: " + name + "}\nspec:\n  sql: SELECT 1\n");
    if (dependsOn.length > 0) {
      text.append("  dependsOn:\n");
      for (String other : dependsOn) {
        text.append("  - {name: ").append(other).append("}\n");
      }
    }
    if (!phase.isEmpty()) {
      text.append("status: {phase: ").append(phase).append("}\n");
    }
    SqlTransaction one = Serialization.unmarshal(text.toString(), SqlTransaction.class);
    all.put(name, one);
    return one;
  }

  private Optional<Hold> of(SqlTransaction one) {
    return Dependencies.of(one, name -> Optional.ofNullable(all.get(name)));
  }

  @Test
  void shouldNotWaitForWhatHasBeenCommittedOrChangesNothing() {
    transaction("a", "Committed");
    transaction("b", "NoChanges");

    assertThat(of(transaction("c", "", "a", "b"))).isEmpty();
    assertThat(of(transaction("d", ""))).isEmpty();
  }

  @Test
  void shouldNameAllThatItWaitsFor() {
    transaction("a", "AwaitingApproval");
    transaction("b", "");
    transaction("c", "Committed");

    assertThat(of(transaction("d", "", "a", "b", "c", "e")))
        .contains(
            new Hold(
                Phase.PLANNING,
                Reason.WAITING_FOR_OTHERS,
                "It waits for SqlTransaction a (AwaitingApproval) and SqlTransaction b (Planning)"
                    + " and SqlTransaction e, which does not exist."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Failed", "Rejected", "RolledBack", "PartiallyApplied"})
  void shouldFailWithWhatWasNotCommitted(String phase) {
    transaction("a", phase);
    transaction("b", "Queued");

    Hold hold = of(transaction("c", "", "b", "a")).orElseThrow();

    assertThat(hold.phase()).isEqualTo(Phase.FAILED);
    assertThat(hold.reason()).isEqualTo(Reason.DEPENDENCY_FAILED);
    assertThat(hold.message()).contains("it depends on SqlTransaction a (" + phase + ")");
  }

  @Test
  void shouldNameTheCycle() {
    transaction("a", "", "b");
    transaction("b", "", "x", "c");
    transaction("c", "Failed", "a");
    transaction("x", "");

    assertThat(of(all.get("a")).orElseThrow().message()).contains("a -> b -> c -> a.");
    assertThat(of(all.get("c")).orElseThrow().message()).contains("c -> a -> b -> c.");
    assertThat(of(all.get("c")).orElseThrow().reason()).isEqualTo(Reason.DEPENDENCY_CYCLE);
  }

  @Test
  void shouldNameItselfAsTheCycle() {
    assertThat(of(transaction("a", "", "a")).orElseThrow().message()).contains("a -> a.");
  }

  @Test
  void shouldWaitForACycleThatItIsNoPartOf() {
    transaction("a", "", "b");
    transaction("b", "", "a");

    assertThat(of(transaction("c", "", "a")).orElseThrow().reason())
        .isEqualTo(Reason.WAITING_FOR_OTHERS);
  }
}
