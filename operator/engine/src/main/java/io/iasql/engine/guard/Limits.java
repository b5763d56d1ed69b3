package io.iasql.engine.guard;

import java.util.Optional;

/**
 * How much a plan may do and still be approved by the environment itself.
 *
 * @param maxDeletes the most resources that it may delete or replace; empty for any number
 * @param maxChanges the most resources that it may change in any way; empty for any number
 */
public record Limits(Optional<Integer> maxDeletes, Optional<Integer> maxChanges) {
  /** No limits. */
  public static final Limits NONE = new Limits(Optional.empty(), Optional.empty());

  /**
   * What a plan has too much of, in words, if it has.
   *
   * @param deletes how many resources it deletes or replaces
   * @param changes how many it changes in any way
   */
  public Optional<String> exceeded(int deletes, int changes) {
    return over(deletes, maxDeletes)
        .map(m -> "The plan deletes or replaces " + deletes + ", and " + limit("maxDeletes", m))
        .or(
            () ->
                over(changes, maxChanges)
                    .map(m -> "The plan changes " + changes + ", and " + limit("maxChanges", m)));
  }

  private static Optional<Integer> over(int count, Optional<Integer> most) {
    return most.filter(m -> count > m);
  }

  private static String limit(String name, int most) {
    return "spec.limits." + name + " of the Environment is " + most;
  }
}
