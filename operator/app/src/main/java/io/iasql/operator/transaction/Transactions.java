package io.iasql.operator.transaction;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.iasql.crds.SqlTransaction;
import io.iasql.engine.Engine;
import io.iasql.engine.store.UnavailableException;
import io.iasql.operator.environment.Environments;
import io.iasql.operator.status.Reason;
import io.iasql.operator.work.Jobs;
import io.iasql.spi.CloudException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * The transactions that are not final, each with the newest {@link Snapshot}. A reconciler asks
 * {@link #look}, which answers at once; the engine is asked in the background, and when its answer
 * differs the transaction is woken.
 */
@ApplicationScoped
class Transactions {
  private static final Logger LOG = Logger.getLogger(Transactions.class);

  private record Known(Request request, Optional<Snapshot> snapshot, boolean moved) {}

  private final Environments environments;
  private final Jobs jobs;
  private final MeterRegistry meters;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final Map<String, Boolean> withdrawn = new ConcurrentHashMap<>();
  private final List<Consumer<ResourceID>> listeners = new CopyOnWriteArrayList<>();

  Transactions(Environments environments, Jobs jobs, MeterRegistry meters) {
    this.environments = environments;
    this.jobs = jobs;
    this.meters = meters;
    meters.gaugeMapSize("iasql.transactions.open", List.of(), known);
    environments.onMove(
        new Environments.Listener() {
          @Override
          public void environmentMoved(ResourceID environment) {
            moved(environment, false);
          }

          @Override
          public void transactionMoved(ResourceID environment, String transaction) {
            refresh(transaction);
          }

          @Override
          public void rowsMoved(ResourceID environment) {
            moved(environment, true);
          }
        });
  }

  /** Has a listener told of each transaction with something new to say. */
  void onMove(Consumer<ResourceID> listener) {
    listeners.add(listener);
  }

  /**
   * What is known of a transaction; asks the engine when the request is new or an answer is due.
   */
  Optional<Snapshot> look(Request request) {
    Known now =
        known.compute(
            request.uid(),
            (uid, old) ->
                old != null && old.request().equals(request)
                    ? old
                    : new Known(request, old == null ? Optional.empty() : old.snapshot(), true));
    if (now.moved() || now.snapshot().map(Snapshot::again).orElse(true)) {
      refresh(request.uid());
    }
    return now.moved() ? Optional.empty() : now.snapshot();
  }

  /** Forgets a transaction that is final or gone. */
  void forget(String uid) {
    known.remove(uid);
  }

  /**
   * Takes a transaction out of the queue, in the background.
   *
   * @return whether it is out, as far as is known
   */
  boolean withdraw(String uid, ResourceID environment) {
    Optional<Engine> engine = environments.ready(environment);
    if (engine.isEmpty()) {
      return false;
    }
    if (withdrawn.remove(uid, true)) {
      known.remove(uid);
      return true;
    }
    jobs.run(
        "withdraw/" + uid,
        () -> {
          withdrawn.put(uid, engine.get().withdraw(uid));
          Optional.ofNullable(known.get(uid))
              .ifPresent(k -> listeners.forEach(l -> l.accept(k.request().resource())));
        });
    return false;
  }

  /** Puts a plan that is too long for the status into a ConfigMap, in the background. */
  void writeWholePlan(KubernetesClient client, SqlTransaction transaction, ResourceID environment) {
    String uid = transaction.getMetadata().getUid();
    environments
        .ready(environment)
        .ifPresent(
            engine ->
                jobs.run(
                    "plan/" + uid,
                    () ->
                        engine
                            .storedPlan(uid, Integer.MAX_VALUE)
                            .ifPresent(plan -> PlanConfigMap.write(client, transaction, plan))));
  }

  private void moved(ResourceID environment, boolean rows) {
    for (Known one : known.values()) {
      boolean waits = one.snapshot().map(s -> !isFinal(s)).orElse(true);
      if (one.request().environment().equals(environment) && waits && (rows || !hasPlan(one))) {
        refresh(one.request().uid());
      }
    }
  }

  private static boolean hasPlan(Known one) {
    return one.snapshot().flatMap(Snapshot::plan).isPresent();
  }

  private static boolean isFinal(Snapshot snapshot) {
    return switch (snapshot.phase()) {
      case COMMITTED, NO_CHANGES, REJECTED, PARTIALLY_APPLIED, ROLLED_BACK -> true;
      default -> false;
    };
  }

  private void refresh(String uid) {
    if (known.containsKey(uid)) {
      jobs.run(uid, () -> advance(uid));
    }
  }

  private void advance(String uid) {
    Known one = known.get(uid);
    if (one == null) {
      return;
    }
    Request request = one.request();
    Optional<Engine> engine = environments.ready(request.environment());
    if (engine.isEmpty()) {
      return;
    }
    MDC.put("environment", request.environment().getName());
    MDC.put("transaction", request.resource().getName());
    try {
      Snapshot now = snapshot(engine.get(), one);
      now.plan().ifPresent(p -> MDC.put("plan", p.id()));
      publish(one, now);
    } finally {
      MDC.remove("environment");
      MDC.remove("transaction");
      MDC.remove("plan");
    }
  }

  private static Snapshot snapshot(Engine engine, Known one) {
    try {
      return Advance.of(engine, one.request());
    } catch (UnavailableException e) {
      return before(one).retried(Reason.UNAVAILABLE, e.getMessage() + ". It is tried again.");
    } catch (CloudException e) {
      return before(one)
          .retried(Reason.UNAVAILABLE, "AWS: " + e.failure() + ". It is tried again.");
    } catch (RuntimeException e) {
      LOG.errorf(e, "transaction %s", one.request().resource());
      return before(one).retried(Reason.INTERNAL_ERROR, String.valueOf(e.getMessage()));
    }
  }

  private static Snapshot before(Known one) {
    return one.snapshot()
        .orElseGet(
            () ->
                Snapshot.of(
                    io.iasql.crds.SqlTransactionStatus.Phase.PLANNING,
                    Reason.PLANNING,
                    "",
                    Optional.empty()));
  }

  private void publish(Known one, Snapshot now) {
    Known after =
        known.computeIfPresent(
            one.request().uid(),
            (uid, current) ->
                current.request().equals(one.request())
                    ? new Known(current.request(), Optional.of(now), false)
                    : current);
    boolean news = !one.snapshot().equals(Optional.of(now)) || one.moved();
    if (after != null && news) {
      if (one.snapshot().map(s -> s.phase() != now.phase()).orElse(true)) {
        LOG.infof(
            "transaction %s: %s %s", one.request().resource().getName(), now.phase(), now.reason());
        meters
            .counter(
                "iasql.transactions.phase", "phase", now.phase().name().toLowerCase(Locale.ROOT))
            .increment();
      }
      listeners.forEach(l -> l.accept(one.request().resource()));
    }
  }
}
