package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.Condition;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What machines go by, the same in every phase: see kstatus. */
final class Kstatus {
  private static final Set<Phase> GOOD =
      EnumSet.of(Phase.COMMITTED, Phase.NO_CHANGES, Phase.PLANNED);
  private static final Set<Phase> STALLED =
      EnumSet.of(Phase.FAILED, Phase.PARTIALLY_APPLIED, Phase.ROLLED_BACK);
  private static final Set<Phase> WORKING =
      EnumSet.of(Phase.PLANNING, Phase.QUEUED, Phase.COMMITTING);

  private Kstatus() {}

  static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
  }

  static Condition ready(SqlTransactionStatus status) {
    return find(status.conditions(), "Ready").orElseThrow();
  }

  static void check(SqlTransactionStatus status) {
    Phase phase = status.phase();
    assertThat(ready(status).isTrue()).as("Ready in %s", phase).isEqualTo(GOOD.contains(phase));
    assertThat(find(status.conditions(), "Stalled").isPresent())
        .as("Stalled in %s", phase)
        .isEqualTo(STALLED.contains(phase));
    if (WORKING.contains(phase) && !ready(status).reason().equals("Suspended")) {
      assertThat(find(status.conditions(), "Reconciling"))
          .as("Reconciling in %s", phase)
          .isPresent();
    }
    if (GOOD.contains(phase) || STALLED.contains(phase)) {
      assertThat(find(status.conditions(), "Reconciling")).as("Reconciling in %s", phase).isEmpty();
    }
    assertThat(status.conditions())
        .filteredOn(c -> c.type().equals("Reconciling") || c.type().equals("Stalled"))
        .allMatch(Condition::isTrue);
    assertThat(status.observedGeneration()).isPositive();
    assertThat(status.message()).isNotBlank();
  }
}
