package io.iasql.operator.replication;

import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import io.iasql.operator.Shard;
import io.iasql.operator.environment.Environments;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.EventRecorder;
import io.iasql.operator.status.Reason;
import io.iasql.operator.status.StatusWriter;
import io.iasql.operator.work.FiveASecond;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Shows how far each Replication is. */
@ControllerConfiguration(name = "replication", rateLimiter = FiveASecond.class)
public class ReplicationReconciler implements Reconciler<Replication> {
  private static final Duration SAFETY_NET = Duration.ofSeconds(60);
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private final Replications replications;
  private final Environments environments;
  private final EventRecorder events;
  private final Shard shard;
  private final ReplicationStatusFactory statuses;
  private final Clock clock;
  private final SimpleInboundEventSource<Replication> moves =
      new SimpleInboundEventSource<>("replication-moves");
  private Neighbours neighbours;

  ReplicationReconciler(
      Replications replications,
      Environments environments,
      EventRecorder events,
      Shard shard,
      Clock clock) {
    this.replications = replications;
    this.environments = environments;
    this.events = events;
    this.shard = shard;
    this.statuses = new ReplicationStatusFactory(clock);
    this.clock = clock;
    replications.onMove(moves::propagateEvent);
  }

  @Override
  public List<EventSource<?, Replication>> prepareEventSources(
      EventSourceContext<Replication> context) {
    neighbours = new Neighbours(context.getPrimaryCache());
    replications.keepOnly(neighbours::isThere);
    return List.of(
        moves,
        ReplicationSources.environments(context, neighbours, shard),
        ReplicationSources.transactions(context, neighbours, shard));
  }

  @Override
  public UpdateControl<Replication> reconcile(
      Replication replication, Context<Replication> context) {
    if (Neighbours.isOver(replication)) {
      replications.forget(replication.getMetadata().getUid());
      return UpdateControl.noUpdate();
    }
    Collection<Replication> others = neighbours.of(replication);
    Optional<String> ring = Chains.ring(replication, others);
    List<String> upstream = Chains.upstream(replication, others);
    neighbours.toTellOf(replication).forEach(moves::propagateEvent);
    Set<ResourceID> there =
        context.getSecondaryResources(Environment.class).stream()
            .map(ResourceID::fromResource)
            .collect(Collectors.toSet());
    ReplicationRequest request =
        ReplicationRequest.of(replication, there, shard.labels(replication), ring.orElse(""));
    Optional<ReplicationSnapshot> snapshot = replications.look(request);
    for (ResourceID id : request.needed()) {
      if (environments.ready(id).isEmpty()) {
        String message =
            there.contains(id)
                ? "Environment " + id.getName() + " is not ready; its status says why."
                : "Environment " + id.getName() + " does not exist: create it in this namespace.";
        return patch(
            replication,
            statuses.waiting(replication, upstream, Reason.ENVIRONMENT_NOT_READY, message),
            SAFETY_NET,
            context);
      }
    }
    return snapshot
        .map(s -> patch(replication, statuses.of(replication, upstream, s), next(s), context))
        .orElseGet(() -> UpdateControl.<Replication>noUpdate().rescheduleAfter(SAFETY_NET));
  }

  private Duration next(ReplicationSnapshot snapshot) {
    if (snapshot.lookAgain() == null) {
      return SAFETY_NET;
    }
    Duration wait = Duration.between(clock.instant(), snapshot.lookAgain());
    return wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait;
  }

  private UpdateControl<Replication> patch(
      Replication replication,
      ReplicationStatus status,
      Duration next,
      Context<Replication> context) {
    tell(replication, status);
    StatusWriter.write(replication, Replication::new, status, context);
    return UpdateControl.<Replication>noUpdate().rescheduleAfter(next);
  }

  /** An event for each change of the Ready condition's reason. */
  private void tell(Replication replication, ReplicationStatus status) {
    Optional<String> before =
        Optional.ofNullable(replication.getStatus())
            .flatMap(s -> Conditions.find(s.conditions(), Conditions.READY))
            .map(Condition::reason);
    Condition now = Conditions.find(status.conditions(), Conditions.READY).orElseThrow();
    if (before.equals(Optional.of(now.reason()))) {
      return;
    }
    if (Conditions.find(status.conditions(), Conditions.STALLED).isPresent()) {
      events.warning(replication, Reason.of(now.reason()), now.message());
    } else {
      events.normal(replication, Reason.of(now.reason()), now.message());
    }
  }
}
