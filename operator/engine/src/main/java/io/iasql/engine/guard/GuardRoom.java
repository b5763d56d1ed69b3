package io.iasql.engine.guard;

import java.util.concurrent.atomic.AtomicReference;

/** Where the guards of an environment stand; safe for use by several threads. */
public final class GuardRoom {
  private record Posted(long generation, Guards guards) {}

  private final AtomicReference<Posted> posted =
      new AtomicReference<>(new Posted(Long.MIN_VALUE, Guards.NONE));

  /** The guards now. */
  public Guards guards() {
    return posted.get().guards();
  }

  /**
   * Posts other guards, unless they are older than those that are there: several read the
   * declaration, and not all at the same time.
   *
   * @param generation the generation of the declaration that they are from
   * @return whether the guards are others now
   */
  public boolean post(long generation, Guards guards) {
    Posted now = new Posted(generation, guards);
    Posted before = posted.getAndUpdate(old -> old.generation() > generation ? old : now);
    return before.generation() <= generation && !before.guards().equals(guards);
  }
}
