package io.iasql.engine.guard;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * The guards that an environment is declared with.
 *
 * @param protect rows that no plan may delete or replace; a plan that would is none
 * @param assertions queries over the planned state that must return no row
 * @param limits how much a plan may do and still be approved by the environment itself
 * @param windows when plans are made and commits begin
 */
public record Guards(
    List<ProtectRule> protect, List<Assertion> assertions, Limits limits, Windows windows) {
  /** An environment without guards. */
  public static final Guards NONE = new Guards(List.of(), List.of(), Limits.NONE, Windows.ALWAYS);

  public Guards {
    protect = List.copyOf(protect);
    assertions = List.copyOf(assertions);
  }

  /** Guards without windows. */
  public Guards(List<ProtectRule> protect, List<Assertion> assertions, Limits limits) {
    this(protect, assertions, limits, Windows.ALWAYS);
  }

  /** Differs whenever the same SQL on the same rows may lead to another plan, or to none. */
  public String fingerprint() {
    String text = protect + " " + assertions;
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
  }
}
