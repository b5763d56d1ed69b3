package io.iasql.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.Condition;
import io.iasql.crds.Condition.Status;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final Instant EARLIER = Instant.parse("2026-11-01T10:00:00Z");
  private static final Instant NOW = Instant.parse("2026-11-01T11:00:00.123Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  @Test
  void keepsTheTransitionTimeWhileTheStatusIsTheSame() {
    List<Condition> after =
        Conditions.following(List.of(ready(Status.FALSE)), 2, CLOCK)
            .set(Conditions.READY, Status.FALSE, Reason.WRONG_ACCOUNT, "other words")
            .toList();

    assertThat(after)
        .containsExactly(
            new Condition("Ready", Status.FALSE, 2L, EARLIER, "WrongAccount", "other words"));
  }

  @Test
  void movesTheTransitionTimeInWholeSecondsWhenTheStatusFlips() {
    List<Condition> after =
        Conditions.following(List.of(ready(Status.FALSE)), 2, CLOCK)
            .set(Conditions.READY, Status.TRUE, Reason.ACCOUNT_CONFIRMED, "")
            .toList();

    assertThat(after)
        .extracting(Condition::lastTransitionTime)
        .containsExactly(Instant.parse("2026-11-01T11:00:00Z"));
  }

  @Test
  void dropsWhatIsNotSetAndOrdersTheRest() {
    List<Condition> after =
        Conditions.following(List.of(ready(Status.FALSE)), 2, CLOCK)
            .setIf(true, Conditions.STALLED, Reason.WRONG_ACCOUNT, "")
            .setIf(false, Conditions.RECONCILING, Reason.VERIFYING, "")
            .set("Drifted", Status.FALSE, Reason.VERIFYING, "")
            .set(Conditions.READY, Status.FALSE, Reason.WRONG_ACCOUNT, "")
            .toList();

    assertThat(after).extracting(Condition::type).containsExactly("Ready", "Drifted", "Stalled");
  }

  @Test
  void cutsALongMessage() {
    List<Condition> after =
        Conditions.following(List.of(), 1, CLOCK)
            .set(Conditions.READY, Status.FALSE, Reason.WRONG_ACCOUNT, "x".repeat(10_000))
            .toList();

    assertThat(after.get(0).message()).hasSize(Conditions.MAX_MESSAGE).endsWith("x…");
  }

  @Test
  void reasonsAreCamelCase() {
    assertThat(Reason.WRONG_ACCOUNT).hasToString("WrongAccount");
    assertThat(Reason.THROTTLED).hasToString("Throttled");
  }

  private static Condition ready(Status status) {
    return new Condition("Ready", status, 1L, EARLIER, "Verifying", "");
  }
}
