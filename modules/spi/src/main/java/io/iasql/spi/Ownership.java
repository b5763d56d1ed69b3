package io.iasql.spi;

/** Who decides over a resource. */
public enum Ownership {
  /** People: it may be changed, replaced and deleted. */
  OWN,
  /**
   * It comes and goes with the resource it refers to. It may be changed in place; a deletion is
   * allowed only together with its parent's and needs no call then.
   */
  WITH_PARENT,
  /** An account default or a service's own: a plan that changes or deletes it is refused. */
  PROTECTED
}
