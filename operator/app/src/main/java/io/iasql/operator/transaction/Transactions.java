package io.iasql.operator.transaction;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.engine.Engine;
import io.iasql.engine.store.UnavailableException;
import io.iasql.operator.environment.Environments;
import io.iasql.operator.status.ApiServer;
import io.iasql.operator.status.Reason;
import io.iasql.operator.work.Jobs;
import io.iasql.spi.CloudException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * The transactions that are not final, each with the newest {@link Snapshot}. A reconciler asks
 * {@link #look}, which answers at once; the engine is asked in the background, one job at a time
 * for each transaction, and when its answer differs the transaction is woken.
 */
@ApplicationScoped
class Transactions {
  private static final Logger LOG = Logger.getLogger(Transactions.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);
  private static final int MAX_DOUBLINGS = 6;

  /** Past the end of a plan, not just before it. */
  private static final Duration MOMENT = Duration.ofMillis(10);

  /** Wake-ups may get lost; what is on its way is asked about at least this often. */
  private static final Duration SAFETY_NET = Duration.ofSeconds(25);

  /**
   * An open transaction.
   *
   * @param asked when the engine was last asked
   * @param stale whether the request or the environment moved since
   * @param tries how often in a row something was out of reach
   * @param wholePlan the plan that its ConfigMap holds, if it has one
   */
  private record Known(
      Request request,
      Optional<Snapshot> snapshot,
      Instant asked,
      boolean stale,
      int tries,
      String wholePlan) {

    Known with(Request now) {
      return new Known(now, snapshot, asked, true, tries, wholePlan);
    }

    Phase phase() {
      return snapshot.map(Snapshot::phase).orElse(Phase.PLANNING);
    }

    boolean hasPlan() {
      return snapshot.flatMap(Snapshot::plan).isPresent();
    }
  }

  /** What came of taking a transaction out of the queue. */
  enum Withdrawal {
    /** It is not known yet. */
    PENDING,
    /** It is out: nothing will happen any more. */
    OUT,
    /** It has begun and must be waited for. */
    COMMITTING
  }

  private record Leaving(ResourceID resource, ResourceID environment, Withdrawal result) {}

  private final Environments environments;
  private final Jobs jobs;
  private final KubernetesClient client;
  private final MeterRegistry meters;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();
  private final Map<String, Leaving> leaving = new ConcurrentHashMap<>();
  private final List<Consumer<ResourceID>> listeners = new CopyOnWriteArrayList<>();

  Transactions(
      Environments environments,
      Jobs jobs,
      KubernetesClient client,
      MeterRegistry meters,
      Clock clock) {
    this.environments = environments;
    this.jobs = jobs;
    this.client = client;
    this.meters = meters;
    this.clock = clock;
    meters.gaugeMapSize("iasql.transactions.open", List.of(), known);
    for (Phase phase :
        List.of(Phase.PLANNING, Phase.AWAITING_APPROVAL, Phase.QUEUED, Phase.COMMITTING)) {
      meters.gauge(
          "iasql.transactions",
          Tags.of("phase", phase.name().toLowerCase(Locale.ROOT)),
          known,
          all -> all.values().stream().filter(one -> one.phase() == phase).count());
    }
    environments.onMove(
        new Environments.Listener() {
          @Override
          public void environmentMoved(ResourceID environment) {
            moved(environment, one -> one.stale() || !one.hasPlan());
          }

          @Override
          public void transactionMoved(ResourceID environment, String transaction) {
            refresh(transaction);
          }

          @Override
          public void rowsMoved(ResourceID environment) {
            moved(environment, one -> true);
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
    leaving.remove(request.uid());
    Known now =
        known.compute(
            request.uid(),
            (uid, old) -> {
              if (old == null) {
                return new Known(request, Optional.empty(), Instant.MIN, true, 0, "");
              }
              return old.request().equals(request) ? old : old.with(request);
            });
    environments.pending(request.environment(), request.uid(), isPending(now));
    if (now.stale() || isDue(now)) {
      refresh(request.uid());
    }
    return now.stale() ? Optional.empty() : now.snapshot();
  }

  private boolean isDue(Known one) {
    boolean moving = one.snapshot().map(Transactions::isMoving).orElse(true);
    return moving && one.asked().plus(SAFETY_NET).isBefore(clock.instant());
  }

  /** Who waits for a window is woken when that opens. */
  private static boolean isMoving(Snapshot snapshot) {
    return snapshot.again()
        || snapshot.phase() == Phase.COMMITTING
        || (snapshot.phase() == Phase.QUEUED && snapshot.reason() != Reason.OUTSIDE_WINDOW);
  }

  private static boolean isPending(Known one) {
    return one.snapshot().map(Transactions::waitsOrWorks).orElse(true);
  }

  private static boolean waitsOrWorks(Snapshot snapshot) {
    return snapshot.phase() != Phase.FAILED
        && snapshot.phase() != Phase.PLANNED
        && !isFinal(snapshot);
  }

  /** Forgets a transaction that is final or gone. */
  void forget(String uid, ResourceID environment) {
    known.remove(uid);
    leaving.remove(uid);
    environments.pending(environment, uid, false);
  }

  /**
   * Takes a transaction out of the queue, in the background; wakes it when it is known what came of
   * it. Nothing is submitted for it any more until somebody {@link #look}s again.
   */
  Withdrawal withdraw(ResourceID resource, String uid, ResourceID environment) {
    Leaving now =
        leaving.computeIfAbsent(uid, id -> new Leaving(resource, environment, Withdrawal.PENDING));
    if (now.result() != Withdrawal.OUT) {
      jobs.run(environment, uid, () -> work(uid));
    }
    return now.result();
  }

  private void moved(ResourceID environment, Predicate<Known> which) {
    for (Known one : known.values()) {
      boolean open = one.snapshot().map(s -> !isFinal(s)).orElse(true);
      if (open && one.request().environment().equals(environment) && which.test(one)) {
        refresh(one.request().uid());
      }
    }
  }

  private static boolean isFinal(Snapshot snapshot) {
    return switch (snapshot.phase()) {
      case COMMITTED, NO_CHANGES, REJECTED, PARTIALLY_APPLIED, ROLLED_BACK -> true;
      default -> false;
    };
  }

  private void refresh(String uid) {
    Known one = known.get(uid);
    if (one != null) {
      jobs.run(one.request().environment(), uid, () -> work(uid));
    }
  }

  /** The one job of a transaction: so nothing is submitted while it is being withdrawn. */
  private void work(String uid) {
    Leaving left = leaving.get(uid);
    if (left != null) {
      leave(uid, left);
      return;
    }
    Known one = known.get(uid);
    if (one == null) {
      return;
    }
    Request request = one.request();
    Optional<Engine> ready = environments.ready(request.environment(), request.modules());
    Optional<Engine> engine = ready.or(() -> environments.open(request.environment()));
    if (engine.isEmpty()) {
      return;
    }
    MDC.put("environment", request.environment().getName());
    MDC.put("transaction", request.ledgerName());
    try {
      Optional<Snapshot> now =
          snapshot(engine.get(), one, ready.isPresent()).filter(s -> isSure(s, request));
      now.flatMap(Snapshot::plan).ifPresent(p -> MDC.put("plan", p.id()));
      now.ifPresentOrElse(s -> publish(one, s), () -> postpone(request.uid()));
    } finally {
      MDC.remove("environment");
      MDC.remove("transaction");
      MDC.remove("plan");
    }
  }

  /** What found nothing to change may have looked into tables that came just then. */
  private boolean isSure(Snapshot snapshot, Request request) {
    return snapshot.phase() != Phase.NO_CHANGES
        || environments.ready(request.environment(), request.modules()).isPresent();
  }

  /** Has it asked about again when its environment is ready. */
  private void postpone(String uid) {
    known.computeIfPresent(uid, (id, current) -> current.with(current.request()));
  }

  /** Drops what is stored of a transaction that was never submitted, in the background. */
  void discard(String uid, ResourceID environment) {
    jobs.run(
        environment,
        uid + "/discard",
        () -> environments.open(environment).ifPresent(engine -> engine.withdraw(uid)));
  }

  private void leave(String uid, Leaving left) {
    Optional<Engine> engine = environments.open(left.environment());
    if (left.result() == Withdrawal.OUT || engine.isEmpty()) {
      return;
    }
    Withdrawal result;
    try {
      result = engine.get().withdraw(uid) ? Withdrawal.OUT : Withdrawal.COMMITTING;
    } catch (UnavailableException e) {
      LOG.warnf("transaction %s cannot be withdrawn yet: %s", left.resource(), e.getMessage());
      return;
    }
    boolean news =
        result != left.result()
            && leaving.replace(uid, left, new Leaving(left.resource(), left.environment(), result));
    if (news) {
      listeners.forEach(l -> l.accept(left.resource()));
    }
  }

  private Optional<Snapshot> snapshot(Engine engine, Known one, boolean mayPlan) {
    try {
      Optional<Snapshot> now = Advance.of(engine, one.request(), clock, mayPlan);
      now.filter(Transactions::isTooLong).ifPresent(s -> writeWholePlan(engine, one, s));
      return now;
    } catch (UnavailableException e) {
      return again(one, Reason.UNAVAILABLE, e.getMessage());
    } catch (CloudException e) {
      return again(one, Reason.UNAVAILABLE, "AWS: " + e.failure());
    } catch (PlanConfigMap.TakenException e) {
      return again(one, Reason.PLAN_NOT_SHOWN, e.getMessage());
    } catch (KubernetesClientException e) {
      return again(
          one,
          Reason.PLAN_NOT_SHOWN,
          "The whole plan cannot be written into its ConfigMap: " + ApiServer.said(e));
    } catch (RuntimeException e) {
      LOG.errorf(e, "transaction %s", one.request().resource());
      return again(one, Reason.INTERNAL_ERROR, e.toString());
    }
  }

  private static Optional<Snapshot> again(Known one, Reason reason, String message) {
    Snapshot before =
        one.snapshot().orElseGet(() -> Snapshot.of(Phase.PLANNING, Reason.PLANNING, ""));
    return Optional.of(before.retried(reason, message + ". It is tried again."));
  }

  private static boolean isTooLong(Snapshot snapshot) {
    return snapshot
        .plan()
        .map(p -> p.lines().size() > SqlTransactionStatus.Plan.MAX_CHANGES)
        .orElse(false);
  }

  /** Before the status names the ConfigMap, so that it is there when somebody looks for it. */
  private void writeWholePlan(Engine engine, Known one, Snapshot now) {
    String id = now.plan().orElseThrow().id();
    if (!one.wholePlan().equals(id)) {
      engine
          .storedPlan(one.request().uid(), Integer.MAX_VALUE)
          .ifPresent(whole -> PlanConfigMap.write(client, one.request(), whole));
    }
  }

  private void publish(Known one, Snapshot now) {
    Request request = one.request();
    int tries = now.again() ? one.tries() + 1 : 0;
    String wholePlan =
        isTooLong(now) && !now.again() ? now.plan().orElseThrow().id() : one.wholePlan();
    Known after =
        known.computeIfPresent(
            request.uid(),
            (uid, current) ->
                current.request().equals(request)
                    ? new Known(request, Optional.of(now), clock.instant(), false, tries, wholePlan)
                    : current);
    if (after == null) {
      return;
    }
    if (now.again()) {
      jobs.later(retryAfter(tries), () -> retry(after));
    }
    if (!now.expires().equals(one.snapshot().flatMap(Snapshot::expires))) {
      now.expires()
          .ifPresent(
              at ->
                  jobs.later(
                      Duration.between(clock.instant(), at).plus(MOMENT),
                      () -> refresh(request.uid())));
    }
    if (one.stale() || !one.snapshot().equals(Optional.of(now))) {
      tell(one, now);
    }
  }

  /** Only the newest of several retries goes on, so that they do not multiply. */
  private void retry(Known then) {
    Known now = known.get(then.request().uid());
    if (now != null && now.tries() == then.tries()) {
      refresh(then.request().uid());
    }
  }

  static Duration retryAfter(int tries) {
    Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(tries - 1, MAX_DOUBLINGS));
    return wait.compareTo(LONGEST_RETRY) < 0 ? wait : LONGEST_RETRY;
  }

  private void tell(Known one, Snapshot now) {
    if (one.snapshot().map(s -> s.phase() != now.phase()).orElse(true)) {
      LOG.infof(
          "transaction %s: %s %s", one.request().resource().getName(), now.phase(), now.reason());
      meters
          .counter("iasql.transactions.phase", "phase", now.phase().name().toLowerCase(Locale.ROOT))
          .increment();
    }
    listeners.forEach(l -> l.accept(one.request().resource()));
  }
}
