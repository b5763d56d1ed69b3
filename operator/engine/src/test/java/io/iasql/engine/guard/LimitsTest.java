package io.iasql.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How much a plan may do by itself. */
class LimitsTest {

  @Test
  void saysWhatIsTooMuch() {
    Limits limits = new Limits(Optional.of(2), Optional.of(5));

    assertThat(limits.exceeded(2, 5)).isEmpty();
    assertThat(limits.exceeded(3, 3))
        .contains(
            "The plan deletes or replaces 3, and spec.limits.maxDeletes of the Environment is 2");
    assertThat(limits.exceeded(0, 6))
        .contains("The plan changes 6, and spec.limits.maxChanges of the Environment is 5");
  }

  @Test
  void takesAnyNumberWithoutALimit() {
    assertThat(Limits.NONE.exceeded(1_000, 1_000)).isEmpty();
    assertThat(new Limits(Optional.of(0), Optional.empty()).exceeded(0, 1_000)).isEmpty();
    assertThat(new Limits(Optional.of(0), Optional.empty()).exceeded(1, 1)).isPresent();
  }
}
