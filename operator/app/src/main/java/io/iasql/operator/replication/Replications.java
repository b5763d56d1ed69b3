package io.iasql.operator.replication;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.ReplicationStatus.Phase;
import io.iasql.engine.Engine;
import io.iasql.engine.store.UnavailableException;
import io.iasql.operator.environment.Environments;
import io.iasql.operator.replication.MadeTransactions.ReplicationGoneException;
import io.iasql.operator.status.Reason;
import io.iasql.operator.work.Jobs;
import io.iasql.spi.CloudException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * The replications that are open, each with the newest {@link ReplicationSnapshot}. A reconciler
 * asks {@link #look}, which answers at once; the work is done in the background, one job at a time
 * for each replication, and when something is new the replication is woken.
 */
@ApplicationScoped
class Replications {
  private static final Logger LOG = Logger.getLogger(Replications.class);
  private static final Duration RETRY = Duration.ofSeconds(5);

  /** An open replication, and whether what is known of it is about what it asks for now. */
  private record Known(
      ReplicationRequest request, Optional<ReplicationSnapshot> snapshot, boolean stale) {}

  private final Environments environments;
  private final Jobs jobs;
  private final KubernetesClient client;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final List<Consumer<ResourceID>> listeners = new CopyOnWriteArrayList<>();
  private volatile Predicate<ReplicationRequest> isThere = request -> true;

  Replications(Environments environments, Jobs jobs, KubernetesClient client, Clock clock) {
    this.environments = environments;
    this.jobs = jobs;
    this.client = client;
    this.clock = clock;
    environments.onMove(
        new Environments.Listener() {
          @Override
          public void environmentMoved(ResourceID environment) {
            moved(environment);
          }

          @Override
          public void transactionMoved(ResourceID environment, String transaction) {
            moved(environment);
          }

          @Override
          public void rowsMoved(ResourceID environment) {
            moved(environment);
          }
        });
  }

  /** Has a listener told of each replication with something new to say. */
  void onMove(Consumer<ResourceID> listener) {
    listeners.add(listener);
  }

  /**
   * Drops the work for replications that were deleted, or that their labels make another
   * operator's.
   *
   * @param isThere whether the replication that asked is among those to work on
   */
  void keepOnly(Predicate<ReplicationRequest> isThere) {
    this.isThere = isThere;
  }

  /** What is known of a replication; looks at it anew in the background. */
  Optional<ReplicationSnapshot> look(ReplicationRequest request) {
    Known now =
        known.compute(
            request.uid(),
            (uid, old) ->
                old == null
                    ? new Known(request, Optional.empty(), true)
                    : new Known(
                        request, old.snapshot(), old.stale() || !asksTheSame(old, request)));
    refresh(now);
    return now.stale() ? Optional.empty() : now.snapshot();
  }

  /** How far it is belongs to the answer, not to the question. */
  private static boolean asksTheSame(Known old, ReplicationRequest now) {
    return old.request().spec().equals(now.spec())
        && old.request().sourceThere() == now.sourceThere()
        && old.request().cycle().equals(now.cycle());
  }

  /** Forgets a replication that has ended. */
  void forget(String uid) {
    known.remove(uid);
  }

  private void moved(ResourceID environment) {
    known.values().removeIf(one -> !isThere.test(one.request()));
    known.values().stream()
        .filter(
            one ->
                one.request().source().equals(environment)
                    || one.request().target().equals(environment))
        .forEach(this::refresh);
  }

  private void refresh(Known one) {
    String uid = one.request().uid();
    jobs.run(one.request().target(), "replication " + uid, () -> work(uid));
  }

  private void work(String uid) {
    Known one = known.get(uid);
    if (one == null) {
      return;
    }
    if (!isThere.test(one.request())) {
      forget(uid);
      return;
    }
    Optional<Engine> target = environments.ready(one.request().target());
    Optional<Engine> source = environments.ready(one.request().source());
    if (target.isEmpty() || (source.isEmpty() && one.request().sourceThere())) {
      return;
    }
    ReplicationSnapshot now;
    try {
      now = snapshot(one, source, target.get());
    } catch (ReplicationGoneException e) {
      forget(uid);
      return;
    }
    Known after =
        known.computeIfPresent(
            uid,
            (id, current) ->
                new Known(
                    current.request(), Optional.of(now), !asksTheSame(one, current.request())));
    if (after == null) {
      return;
    }
    if (now.again()) {
      jobs.later(RETRY, () -> refresh(after));
    }
    if (one.stale() || !one.snapshot().equals(Optional.of(now))) {
      LOG.infof(
          "replication %s: %s %s", one.request().resource().getName(), now.phase(), now.reason());
      listeners.forEach(l -> l.accept(one.request().resource()));
    }
  }

  private ReplicationSnapshot snapshot(Known one, Optional<Engine> source, Engine target) {
    ReplicationRequest request = one.request();
    try {
      return new Carrying(
              request,
              source.map(Engine::replicas),
              target.replicas(),
              new MadeTransactions(client, request.namespace(), () -> isThere.test(request)),
              clock,
              one.snapshot().flatMap(ReplicationSnapshot::compared))
          .run();
    } catch (UnavailableException e) {
      return before(one).retried(Reason.UNAVAILABLE, e.getMessage() + ". It is tried again.");
    } catch (CloudException e) {
      return before(one)
          .retried(Reason.UNAVAILABLE, "AWS: " + e.failure() + ". It is tried again.");
    } catch (KubernetesClientException e) {
      return before(one).retried(Reason.UNAVAILABLE, e.getMessage() + ". It is tried again.");
    } catch (ReplicationGoneException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.errorf(e, "replication %s", request.resource());
      return before(one).retried(Reason.INTERNAL_ERROR, e + ". It is tried again.");
    }
  }

  private static ReplicationSnapshot before(Known one) {
    return one.snapshot()
        .orElseGet(
            () ->
                new ReplicationSnapshot(
                    Phase.WAITING,
                    Reason.PLANNING,
                    "",
                    false,
                    true,
                    Optional.of(one.request().lastTransaction()).filter(t -> !t.isEmpty()),
                    Optional.empty(),
                    List.of(),
                    List.of(),
                    List.of(),
                    one.request().position(),
                    null,
                    false));
  }
}
