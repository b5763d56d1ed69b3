package io.iasql.operator.environment;

import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.engine.Engine;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.EngineSettings;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.engine.sync.DriftPolicy;
import io.iasql.engine.sync.SyncReport;
import io.iasql.operator.OperatorConfig;
import io.iasql.operator.connection.AwsAccounts;
import io.iasql.operator.database.DatabaseEndpoint;
import io.iasql.operator.environment.LiveEnvironment.Wanted;
import io.iasql.operator.work.Jobs;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.postgresql.ds.PGSimpleDataSource;

/** The environments that are open now, each with its engine. */
@ApplicationScoped
public class Environments {
  private static final Logger LOG = Logger.getLogger(Environments.class);

  /** Less than the grace that Kubernetes gives a pod. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration LOOK_AROUND = Duration.ofSeconds(10);

  /** Hears of environments; called on worker threads, must return at once. */
  public interface Listener {
    /** Something about the environment itself is different. */
    void environmentMoved(ResourceID environment);

    /** A commit of it has another state or progress. */
    void transactionMoved(ResourceID environment, String transaction);

    /** Its rows moved: plans that wait may be stale. */
    void rowsMoved(ResourceID environment);

    /** People wrote something in its database that waits to become a SqlTransaction. */
    default void proposed(ResourceID environment) {}

    /** Another number of its transactions waits or works. */
    default void pendingMoved(ResourceID environment) {}
  }

  private final AwsAccounts accounts;
  private final Jobs jobs;
  private final Modules modules;
  private final OperatorConfig config;
  private final Clock clock;
  private final EngineMeters meters;
  private final Map<ResourceID, LiveEnvironment> live = new ConcurrentHashMap<>();
  private final Map<ResourceID, Set<String>> pending = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean stopping;

  Environments(
      AwsAccounts accounts,
      Jobs jobs,
      Modules modules,
      OperatorConfig config,
      MeterRegistry registry,
      Clock clock) {
    this.accounts = accounts;
    this.jobs = jobs;
    this.modules = modules;
    this.config = config;
    this.clock = clock;
    this.meters = new EngineMeters(registry, live.values(), clock);
  }

  /**
   * Closes environments that are gone for this operator without its cleaning up: their labels make
   * them another operator's, or somebody took their finalizer away.
   *
   * @param isThere whether the environment is among those to work on
   */
  void keepOnly(Predicate<ResourceID> isThere) {
    jobs.timer()
        .scheduleWithFixedDelay(
            () -> live.keySet().stream().filter(isThere.negate()).forEach(this::leave),
            LOOK_AROUND.toMillis(),
            LOOK_AROUND.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void leave(ResourceID id) {
    LOG.infof("environment %s is no longer this operator's", id);
    forget(id);
  }

  /** Has a listener told of what moves. */
  public void onMove(Listener listener) {
    listeners.add(listener);
  }

  /** The engine of an environment that can take transactions now. */
  public Optional<Engine> ready(ResourceID id) {
    return Optional.ofNullable(live.get(id))
        .filter(e -> !stopping && e.view().ready())
        .map(LiveEnvironment::engine);
  }

  /** The same, once the environment has been asked for these modules and has read them. */
  public Optional<Engine> ready(ResourceID id, Set<String> modules) {
    return Optional.ofNullable(live.get(id))
        .filter(e -> e.isAskedFor(modules))
        .flatMap(e -> ready(id));
  }

  /** The engine of an environment whose database has its schema, whether or not AWS answers. */
  public Optional<Engine> open(ResourceID id) {
    return Optional.ofNullable(live.get(id))
        .filter(e -> !stopping && e.isInstalled())
        .map(LiveEnvironment::engine);
  }

  /** Takes note of a transaction that has not ended, or that has. */
  public void pending(ResourceID environment, String transaction, boolean is) {
    boolean[] changed = {false};
    pending.compute(
        environment,
        (id, known) -> {
          Set<String> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          changed[0] = is ? all.add(transaction) : all.remove(transaction);
          return all.isEmpty() ? null : all;
        });
    if (changed[0]) {
      listeners.forEach(l -> l.pendingMoved(environment));
    }
  }

  /** How many of its transactions have not ended. */
  int pending(ResourceID environment) {
    return pending.getOrDefault(environment, Set.of()).size();
  }

  /**
   * Opens the environment if need be and brings it forward in the background.
   *
   * @param users who may log in; empty to leave that as it is
   */
  LiveEnvironment ensure(
      Environment environment, DatabaseEndpoint endpoint, Optional<List<DatabaseUser>> users) {
    ResourceID id = ResourceID.fromResource(environment);
    Wanted wanted = wanted(environment, users);
    LiveEnvironment one =
        live.compute(
            id,
            (key, known) -> {
              if (known != null && known.endpoint().equals(endpoint)) {
                known.want(wanted);
                return known;
              }
              if (known != null) {
                jobs.calls().execute(known::close);
              }
              return open(environment, id, endpoint, wanted);
            });
    if (one.hasWork()) {
      jobs.run(id, id, () -> work(id, one));
    }
    return one;
  }

  private void work(ResourceID id, LiveEnvironment one) {
    if (stopping || live.get(id) != one || !one.hasWork()) {
      return;
    }
    MDC.put("environment", id.getName());
    try {
      if (one.work()) {
        listeners.forEach(l -> l.environmentMoved(id));
        // What an operator before this one has not come to.
        listeners.forEach(l -> l.proposed(id));
      }
    } finally {
      MDC.remove("environment");
    }
  }

  private static Wanted wanted(Environment environment, Optional<List<DatabaseUser>> users) {
    return new Wanted(
        new TreeSet<>(environment.getSpec().modules()),
        environment.getSpec().approval() == Approval.AUTOMATIC,
        Optional.ofNullable(environment.getSpec().driftPolicy())
            .map(policy -> DriftPolicy.valueOf(policy.name()))
            .orElse(DriftPolicy.ACCEPT),
        interval(environment.getSpec().sync().interval()),
        Optional.ofNullable(environment.getMetadata().getAnnotations())
            .map(a -> a.get(Environment.SYNC_REQUESTED_AT))
            .orElse(""),
        users,
        DeclaredGuards.of(environment));
  }

  /** {@code 1h30m} as the schemas allow it: ISO 8601 but for the prefix. */
  public static Duration interval(String text) {
    return Duration.parse("PT" + text);
  }

  private LiveEnvironment open(
      Environment environment, ResourceID id, DatabaseEndpoint endpoint, Wanted wanted) {
    PGSimpleDataSource source = endpoint.dataSource();
    source.setApplicationName("iasql-operator");
    PooledDatabase database = new PooledDatabase(source);
    ResourceID connection =
        new ResourceID(
            environment.getSpec().awsConnectionRef().name(),
            environment.getMetadata().getNamespace());
    EngineSettings defaults = EngineSettings.defaults();
    EngineContext context =
        new EngineContext(
            id.getName(),
            database,
            modules,
            () -> accounts.scope(connection),
            jobs.calls(),
            clock,
            new EngineSettings(
                config.commit().sqlTimeout(),
                config.commit().parallelism(),
                defaults.transientLimit()));
    Engine engine = new Engine(context, listener(id), jobs.timer());
    return new LiveEnvironment(id, endpoint, database, engine, wanted, clock);
  }

  private EngineListener listener(ResourceID id) {
    return new EngineListener() {
      @Override
      public void transactionMoved(String transaction) {
        lookAtCommits(id);
        listeners.forEach(l -> l.transactionMoved(id, transaction));
      }

      @Override
      public void tablesMoved(Set<String> tables) {
        listeners.forEach(l -> l.rowsMoved(id));
      }

      @Override
      public void opened() {
        lookAtCommits(id);
      }

      @Override
      public void windowMoved() {
        lookAtCommits(id);
        listeners.forEach(l -> l.rowsMoved(id));
      }

      @Override
      public void proposed() {
        listeners.forEach(l -> l.proposed(id));
      }

      @Override
      public void planned(Duration took) {
        meters.planned(took);
      }

      @Override
      public void committed(Duration took) {
        meters.committed(took);
      }

      @Override
      public void synced(SyncReport report) {
        meters.synced(report);
      }
    };
  }

  private void lookAtCommits(ResourceID id) {
    LiveEnvironment one = live.get(id);
    if (one != null) {
      one.expectCommits();
      jobs.run(id, id, () -> work(id, one));
    }
  }

  /** The environment, if it is open. */
  Optional<LiveEnvironment> find(ResourceID id) {
    return Optional.ofNullable(live.get(id));
  }

  /** Closes an environment in the background: steps of a commit under way end first. */
  void forget(ResourceID id) {
    LiveEnvironment one = live.remove(id);
    if (one != null) {
      jobs.calls().execute(one::close);
    }
  }

  /**
   * Ends all engines while databases and workers are still there: before any bean is destroyed.
   * Commits stop after the steps under way and are resumed by the next operator.
   */
  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    List<CompletableFuture<Void>> ends =
        live.values().stream()
            .map(one -> CompletableFuture.runAsync(one::close, jobs.calls()))
            .toList();
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warnf(e, "not all environments ended in an orderly way; their commits will be resumed");
    }
  }
}
