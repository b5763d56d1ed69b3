package io.iasql.engine.plan;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/** A step before it has a number: what it does and the steps that come first. */
final class StepNode {
  final Steps.Kind kind;
  final Plan.Action action;
  final Set<String> columns = new TreeSet<>();
  final Set<StepNode> after = new LinkedHashSet<>();

  StepNode(Steps.Kind kind, Plan.Action action) {
    this.kind = kind;
    this.action = action;
  }
}
