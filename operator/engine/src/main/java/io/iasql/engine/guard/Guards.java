package io.iasql.engine.guard;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * The guards that an environment is declared with.
 *
 * @param protect rows that no plan may delete or replace; a plan that would is none
 * @param limits how much a plan may do and still be approved by the environment itself
 */
public record Guards(List<ProtectRule> protect, Limits limits) {
  /** An environment without guards. */
  public static final Guards NONE = new Guards(List.of(), Limits.NONE);

  public Guards {
    protect = List.copyOf(protect);
  }

  /** Differs whenever the same SQL on the same rows may lead to another plan, or to none. */
  public String fingerprint() {
    return UUID.nameUUIDFromBytes(protect.toString().getBytes(StandardCharsets.UTF_8)).toString();
  }
}
