package io.iasql.operator.leadership;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.iasql.operator.OperatorConfig;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.Unremovable;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Lets one of several replicas work: the holder of a Lease. The others keep their caches warm and
 * reconcile nothing; one of them goes on within the Lease's duration after the holder's last sign,
 * and within seconds when the holder ended in an orderly way, because then it gives the Lease back.
 *
 * <p>This keeps replicas out of each other's way and nothing more. What must not happen twice is
 * guarded by each environment's lock in its database.
 *
 * <p>A holder that loses the Lease ends its process, in an orderly way: commits stop after the
 * steps under way, and whoever leads now goes on with them.
 */
@Singleton
@Unremovable
public class Leadership {
  private static final Logger LOG = Logger.getLogger(Leadership.class);

  /** Longer than an orderly end takes; what hangs then must not keep the pod. */
  private static final Duration LONGEST_END = Duration.ofSeconds(40);

  private static final int BEFORE_ALL = 1;
  private static final int AFTER_ALL = Integer.MAX_VALUE;

  private final OperatorConfig.LeaderElection config;
  private final LeaseStore lease;
  private final Runnable exit;
  private final Clock clock;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lease-watch");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicBoolean leading = new AtomicBoolean();
  private final AtomicBoolean ending = new AtomicBoolean();
  private volatile Instant renewed = Instant.MIN;

  @Inject
  Leadership(OperatorConfig config, KubernetesClient client, MeterRegistry meters, Clock clock) {
    this(
        config.leaderElection(),
        new LeaseStore(client, config.leaderElection()),
        clock,
        Leadership::exit);
    meters.gauge("iasql.leader", this, l -> l.isLeading() ? 1 : 0);
  }

  /**
   * @param exit ends the process, and returns at once
   */
  Leadership(OperatorConfig.LeaderElection config, LeaseStore lease, Clock clock, Runnable exit) {
    this.config = config;
    this.lease = lease;
    this.clock = clock;
    this.exit = exit;
  }

  /** For the framework; null means that there is no election. */
  @Produces
  @Dependent
  LeaderElectionConfiguration configuration() {
    if (!config.enabled()) {
      return null;
    }
    return new LeaderElectionConfiguration(
        config.lease(),
        lease.namespace(),
        config.duration(),
        config.renewDeadline(),
        config.retryPeriod(),
        config.identity(),
        new LeaderCallbacks(this::gained, this::lost, holder -> {}),
        // The framework's own way out is System.exit, which waits for ever where the process is
        // ending already.
        false);
  }

  /** Whether this process works: always, where there is no election. */
  public boolean isLeading() {
    return !config.enabled() || leading.get();
  }

  private void gained() {
    LOG.infof("lease %s: %s leads", config.lease(), config.identity());
    renewed = clock.instant();
    leading.set(true);
    long period = config.retryPeriod().toMillis();
    watch.scheduleWithFixedDelay(this::check, period, period, TimeUnit.MILLISECONDS);
  }

  /**
   * The framework looks at its deadline between two tries only, and one try may take minutes where
   * the API server is away; this keeps to the deadline whatever a try takes.
   */
  void check() {
    if (ending.get()) {
      return;
    }
    try {
      Optional<LeaseStore.Held> held = lease.read();
      if (held.isPresent() && !held.get().holder().equals(config.identity())) {
        lost();
        return;
      }
      held.ifPresent(h -> renewed = h.renewed());
    } catch (KubernetesClientException e) {
      LOG.debugf(e, "lease %s cannot be read", config.lease());
    }
    if (clock.instant().isAfter(renewed.plus(config.renewDeadline()))) {
      lost();
    }
  }

  private void lost() {
    if (ending.compareAndSet(false, true)) {
      leading.set(false);
      LOG.errorf(
          "lease %s: %s leads no longer and ends, so that it cannot get in another replica's way",
          config.lease(), config.identity());
      exit.run();
    }
  }

  private static void exit() {
    Thread limit =
        new Thread(
            () -> {
              try {
                Thread.sleep(LONGEST_END.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(1);
            },
            "end-limit");
    limit.setDaemon(true);
    limit.start();
    Quarkus.asyncExit(1);
  }

  void ending(@Observes @Priority(BEFORE_ALL) ShutdownEvent event) {
    ending.set(true);
  }

  /** When nothing works any more: the next one need not wait until the Lease runs out. */
  void ended(@Observes @Priority(AFTER_ALL) ShutdownEvent event) {
    watch.shutdownNow();
    if (config.enabled() && leading.getAndSet(false)) {
      try {
        lease.release();
        LOG.infof("lease %s: given back", config.lease());
      } catch (KubernetesClientException e) {
        LOG.warnf("lease %s runs out by itself: %s", config.lease(), e.getMessage());
      }
    }
  }
}
