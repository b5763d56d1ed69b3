package io.iasql.engine.guard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * When something may be begun.
 *
 * @param windows in any of them; none for always
 */
public record Schedule(List<Window> windows) {
  /** Whenever it comes to it. */
  public static final Schedule ALWAYS = new Schedule(List.of());

  public Schedule {
    windows = List.copyOf(windows);
  }

  /** Whether it may be begun now. */
  public boolean isOpen(Instant now) {
    return windows.isEmpty() || windows.stream().anyMatch(w -> w.isOpen(now));
  }

  /** When that will next be different from now, at the earliest. */
  public Optional<Instant> nextChange(Instant now) {
    return windows.stream()
        .flatMap(w -> Stream.of(w.nextOpening(now), w.closing(now)))
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }

  /**
   * Until when it may not be begun, in words: empty while it may.
   *
   * @param name the schedule's name, such as {@code spec.windows.commit}
   */
  public Optional<String> closed(String name, Instant now) {
    if (isOpen(now)) {
      return Optional.empty();
    }
    return Optional.of(
        "no window of "
            + name
            + " of the Environment is open, and "
            + windows.stream()
                .flatMap(w -> w.nextOpening(now).stream())
                .min(Instant::compareTo)
                .map(next -> "the next one opens at " + next)
                .orElse("none ever opens as they are written"));
  }
}
