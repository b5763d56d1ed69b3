package io.iasql.engine.guard;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * When plans are made and commits begin.
 *
 * @param plan when plans are made
 * @param commit when commits begin; one that has begun ends
 */
public record Windows(Schedule plan, Schedule commit) {
  /** At any time. */
  public static final Windows ALWAYS = new Windows(Schedule.ALWAYS, Schedule.ALWAYS);

  /** Why no plan is made now, if none is. */
  public Optional<String> planClosed(Instant now) {
    return plan.closed("spec.windows.plan", now);
  }

  /** Why no commit begins now, if none does. */
  public Optional<String> commitClosed(Instant now) {
    return commit.closed("spec.windows.commit", now);
  }

  /** When a window next opens or closes. */
  public Optional<Instant> nextChange(Instant now) {
    return Stream.of(plan.nextChange(now), commit.nextChange(now))
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }
}
