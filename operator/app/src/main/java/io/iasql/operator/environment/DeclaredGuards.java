package io.iasql.operator.environment;

import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec;
import io.iasql.engine.Engine;
import io.iasql.engine.guard.Assertion;
import io.iasql.engine.guard.Guards;
import io.iasql.engine.guard.Limits;
import io.iasql.engine.guard.ProtectRule;
import io.iasql.engine.guard.Schedule;
import io.iasql.engine.guard.Window;
import io.iasql.engine.guard.Windows;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The guards of an Environment as it declares them.
 *
 * @param generation the generation of the Environment that they are from
 * @param guards the guards
 */
public record DeclaredGuards(long generation, Guards guards) {

  /** The guards that an Environment declares now. */
  public static DeclaredGuards of(Environment environment) {
    EnvironmentSpec spec = environment.getSpec();
    return new DeclaredGuards(
        environment.getMetadata().getGeneration(),
        new Guards(
            spec.protect().stream().map(DeclaredGuards::rule).toList(),
            assertions(spec.assertions()),
            Optional.ofNullable(spec.limits()).map(DeclaredGuards::limits).orElse(Limits.NONE),
            Optional.ofNullable(spec.windows())
                .map(DeclaredGuards::windows)
                .orElse(Windows.ALWAYS)));
  }

  /** Assertions as the engine takes them. */
  public static List<Assertion> assertions(List<io.iasql.crds.Assertion> declared) {
    return declared.stream()
        .map(
            one ->
                new Assertion(one.name(), one.sql(), Optional.ofNullable(one.message()).orElse("")))
        .toList();
  }

  private static Windows windows(EnvironmentSpec.Windows windows) {
    return new Windows(schedule(windows.plan()), schedule(windows.commit()));
  }

  private static Schedule schedule(List<EnvironmentSpec.Window> windows) {
    return new Schedule(
        windows.stream()
            .map(
                one ->
                    new Window(one.cron(), Environments.interval(one.duration()), one.timeZone()))
            .toList());
  }

  private static Limits limits(EnvironmentSpec.Limits limits) {
    return new Limits(
        Optional.ofNullable(limits.maxDeletes()), Optional.ofNullable(limits.maxChanges()));
  }

  private static ProtectRule rule(EnvironmentSpec.Protect protect) {
    return new ProtectRule(protect.table(), Optional.ofNullable(protect.where()).orElse(Map.of()));
  }

  /** Has an engine keep to them, unless it knows newer ones. */
  public void post(Engine engine) {
    engine.guard(generation, guards);
  }
}
