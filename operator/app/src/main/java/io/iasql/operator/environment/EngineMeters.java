package io.iasql.operator.environment;

import io.iasql.engine.sync.SyncReport;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Predicate;

/** What Prometheus is told of all environments together: a series for each would be too many. */
final class EngineMeters {
  private final Timer plans;
  private final Timer commits;
  private final Timer wholeSyncs;
  private final Timer partialSyncs;

  /**
   * @param live the open environments, as they are at each look
   */
  EngineMeters(MeterRegistry registry, Collection<LiveEnvironment> live, Clock clock) {
    plans = timer(registry, "iasql.plan.duration", "From SQL to a plan that somebody sees");
    commits = timer(registry, "iasql.commit.duration", "From a commit's begin to its end");
    wholeSyncs = sync(registry, "whole");
    partialSyncs = sync(registry, "partial");
    environments(
        registry, "iasql.environments.open", "Environments with a database", live, v -> true);
    environments(
        registry,
        "iasql.environments.ready",
        "Environments that take transactions",
        live,
        view -> view.ready() && !view.isOutOfReach());
    environments(
        registry,
        "iasql.environments.drifted",
        "Environments whose account differs from their rows",
        live,
        view -> view.report() != null && !view.report().drift().isEmpty());
    Gauge.builder("iasql.sync.age", live, all -> oldest(all, clock.instant()))
        .description("Time since the account was read, of the environment that waits longest")
        .baseUnit("seconds")
        .register(registry);
  }

  private static Timer timer(MeterRegistry registry, String name, String description) {
    return Timer.builder(name)
        .description(description)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(10))
        .maximumExpectedValue(Duration.ofMinutes(30))
        .register(registry);
  }

  private static Timer sync(MeterRegistry registry, String outcome) {
    return Timer.builder("iasql.sync.duration")
        .description("Reading an account into its rows")
        .tag("outcome", outcome)
        .register(registry);
  }

  private static void environments(
      MeterRegistry registry,
      String name,
      String description,
      Collection<LiveEnvironment> live,
      Predicate<LiveEnvironment.View> which) {
    Gauge.builder(name, live, all -> all.stream().map(LiveEnvironment::view).filter(which).count())
        .description(description)
        .register(registry);
  }

  private static double oldest(Collection<LiveEnvironment> live, Instant now) {
    return live.stream()
        .map(one -> one.view().lastSync())
        .filter(Objects::nonNull)
        .mapToDouble(at -> Duration.between(at, now).toMillis() / 1000.0)
        .max()
        .orElse(0);
  }

  void planned(Duration took) {
    plans.record(took);
  }

  void committed(Duration took) {
    commits.record(took);
  }

  void synced(SyncReport report) {
    (report.failures().isEmpty() ? wholeSyncs : partialSyncs).record(report.took());
  }
}
