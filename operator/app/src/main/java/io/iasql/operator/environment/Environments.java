package io.iasql.operator.environment;

import io.iasql.crds.Environment;
import io.iasql.engine.Engine;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.EngineSettings;
import io.iasql.engine.catalog.Modules;
import io.iasql.operator.OperatorConfig;
import io.iasql.operator.connection.AwsAccounts;
import io.iasql.operator.database.DatabaseEndpoint;
import io.iasql.operator.environment.LiveEnvironment.Wanted;
import io.iasql.operator.work.Jobs;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The environments that are open now, each with its engine. */
@ApplicationScoped
public class Environments {

  /** Hears of environments; called on worker threads, must return at once. */
  public interface Listener {
    /** Something about the environment itself is different. */
    void environmentMoved(ResourceID environment);

    /** A commit of it has another state or progress. */
    void transactionMoved(ResourceID environment, String transaction);

    /** Its rows moved: plans that wait may be stale. */
    void rowsMoved(ResourceID environment);
  }

  private final AwsAccounts accounts;
  private final Jobs jobs;
  private final Modules modules;
  private final OperatorConfig config;
  private final Clock clock;
  private final Map<ResourceID, LiveEnvironment> live = new ConcurrentHashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  Environments(
      AwsAccounts accounts, Jobs jobs, Modules modules, OperatorConfig config, Clock clock) {
    this.accounts = accounts;
    this.jobs = jobs;
    this.modules = modules;
    this.config = config;
    this.clock = clock;
  }

  /** Has a listener told of what moves. */
  public void onMove(Listener listener) {
    listeners.add(listener);
  }

  /** The engine of an environment that can take transactions now. */
  public Optional<Engine> ready(ResourceID id) {
    return Optional.ofNullable(live.get(id))
        .filter(e -> e.view().ready())
        .map(LiveEnvironment::engine);
  }

  /** Opens the environment if need be and brings it forward in the background. */
  LiveEnvironment ensure(Environment environment, DatabaseEndpoint endpoint) {
    ResourceID id = ResourceID.fromResource(environment);
    Wanted wanted = wanted(environment);
    LiveEnvironment one =
        live.compute(
            id,
            (key, known) -> {
              if (known != null && known.database().endpoint().equals(endpoint)) {
                known.want(wanted);
                return known;
              }
              if (known != null) {
                jobs.calls().execute(known::close);
              }
              return open(environment, id, endpoint, wanted);
            });
    if (one.hasWork()) {
      jobs.run(id, () -> work(id, one));
    }
    return one;
  }

  private void work(ResourceID id, LiveEnvironment one) {
    if (live.get(id) == one) {
      one.work();
      listeners.forEach(l -> l.environmentMoved(id));
    }
  }

  private static Wanted wanted(Environment environment) {
    return new Wanted(
        new TreeSet<>(environment.getSpec().modules()),
        interval(environment.getSpec().sync().interval()),
        Optional.ofNullable(environment.getMetadata().getAnnotations())
            .map(a -> a.get(Environment.SYNC_REQUESTED_AT))
            .orElse(""));
  }

  /** {@code 1h30m} as the schema allows it: ISO 8601 but for the prefix. */
  static Duration interval(String text) {
    return Duration.parse("PT" + text);
  }

  private LiveEnvironment open(
      Environment environment, ResourceID id, DatabaseEndpoint endpoint, Wanted wanted) {
    PooledDatabase database = new PooledDatabase(endpoint);
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
    return new LiveEnvironment(id, database, engine, wanted, clock);
  }

  private EngineListener listener(ResourceID id) {
    return new EngineListener() {
      @Override
      public void transactionMoved(String transaction) {
        listeners.forEach(l -> l.transactionMoved(id, transaction));
      }

      @Override
      public void tablesMoved(Set<String> tables) {
        listeners.forEach(l -> l.rowsMoved(id));
      }
    };
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

  @PreDestroy
  void stop() {
    live.values().forEach(LiveEnvironment::close);
    live.clear();
  }
}
