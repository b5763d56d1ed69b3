package io.iasql.operator.environment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentStatus;
import io.iasql.crds.SqlTransaction;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.operator.Shard;
import io.iasql.operator.database.DatabaseProvisioner;
import io.iasql.operator.database.DatabaseState;
import io.iasql.operator.database.Databases;
import io.iasql.operator.database.KubernetesObjects;
import io.iasql.operator.database.Passwords;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.EventRecorder;
import io.iasql.operator.status.Reason;
import io.iasql.operator.status.StatusWriter;
import io.iasql.operator.transaction.Phases;
import io.iasql.operator.work.FiveASecond;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.Mappers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Gives each Environment its database and its engine, and says what it is like. */
@ControllerConfiguration(
    name = "environment",
    // Annotations do not count as a generation; the filter takes them in.
    generationAwareEventProcessing = false,
    informer = @Informer(onUpdateFilter = EnvironmentChanges.class),
    rateLimiter = FiveASecond.class)
public class EnvironmentReconciler implements Reconciler<Environment>, Cleaner<Environment> {
  private static final Logger LOG = Logger.getLogger(EnvironmentReconciler.class);
  private static final Duration SOON = Duration.ofSeconds(2);
  private static final Duration SAFETY_NET = Duration.ofSeconds(30);

  /** Nothing tells of a Secret of somebody else's that is gone. */
  private static final Duration TAKEN_AGAIN = Duration.ofSeconds(5);

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
  private static final String BY_CONNECTION = "connection";

  private final Environments environments;
  private final DatabaseProvisioner databases;
  private final LoginSecrets logins;
  private final Deletions deletions;
  private final EventRecorder events;
  private final Shard shard;
  private final EnvironmentStatusFactory statuses;
  private final SimpleInboundEventSource<Environment> moves =
      new SimpleInboundEventSource<>("environment-moves");

  EnvironmentReconciler(
      Environments environments,
      Databases databases,
      KubernetesClient client,
      Deletions deletions,
      EventRecorder events,
      Shard shard,
      Clock clock) {
    this.environments = environments;
    this.databases = databases;
    this.logins = new LoginSecrets(client, Passwords::random);
    this.deletions = deletions;
    this.events = events;
    this.shard = shard;
    this.statuses = new EnvironmentStatusFactory(clock);
    environments.onMove(new WakeUp(moves::propagateEvent));
    deletions.onMove(moves::propagateEvent);
  }

  @Override
  public List<EventSource<?, Environment>> prepareEventSources(
      EventSourceContext<Environment> context) {
    context
        .getPrimaryCache()
        .addIndexer(
            BY_CONNECTION,
            e ->
                List.of(
                    e.getMetadata().getNamespace() + "/" + e.getSpec().awsConnectionRef().name()));
    environments.keepOnly(id -> context.getPrimaryCache().get(id).isPresent());
    return List.of(
        moves,
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Secret.class, Environment.class)
                .withName("logins")
                .withNamespacesInheritedFromController()
                .withLabelSelector(LoginSecrets.LABEL)
                .withSecondaryToPrimaryMapper(Mappers.fromOwnerReferences(Environment.class))
                .build(),
            context),
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(AwsConnection.class, Environment.class)
                .withName("connections")
                .withNamespacesInheritedFromController()
                .withLabelSelector(shard.selector().orElse(null))
                .withSecondaryToPrimaryMapper(
                    connection ->
                        context
                            .getPrimaryCache()
                            .byIndex(
                                BY_CONNECTION,
                                connection.getMetadata().getNamespace()
                                    + "/"
                                    + connection.getMetadata().getName())
                            .stream()
                            .map(ResourceID::fromResource)
                            .collect(Collectors.toSet()))
                .withOnUpdateFilter((now, before) -> isReady(now) != isReady(before))
                .<Environment>withPrimaryToSecondaryMapper(
                    e ->
                        Set.of(
                            new ResourceID(
                                e.getSpec().awsConnectionRef().name(),
                                e.getMetadata().getNamespace())))
                .build(),
            context));
  }

  @Override
  public UpdateControl<Environment> reconcile(
      Environment environment, Context<Environment> context) {
    Optional<AwsConnection> connection = context.getSecondaryResource(AwsConnection.class);
    if (connection.isEmpty() || !isReady(connection.get())) {
      String name = environment.getSpec().awsConnectionRef().name();
      return patch(
          environment,
          statuses.waiting(
              environment,
              Reason.CONNECTION_NOT_READY,
              connection.isEmpty()
                  ? "AwsConnection " + name + shard.missing() + ": create it in this namespace."
                  : "AwsConnection " + name + " is not ready; its status says why.",
              false),
          SAFETY_NET,
          context);
    }
    DatabaseState state = databases.provision(environment, objects(context));
    if (state instanceof DatabaseState.Waiting waiting) {
      return patch(
          environment,
          statuses.waiting(environment, waiting.reason(), waiting.message(), false),
          waiting.askAgainAfter(),
          context);
    }
    if (state instanceof DatabaseState.Blocked blocked) {
      return patch(
          environment,
          statuses.waiting(environment, blocked.reason(), blocked.message(), true),
          SAFETY_NET,
          context);
    }
    DatabaseState.Ready ready = (DatabaseState.Ready) state;
    List<DatabaseUser> users;
    try {
      users =
          logins.ensure(environment, ready.endpoint(), context.getSecondaryResources(Secret.class));
    } catch (LoginSecrets.TakenException e) {
      return patch(
          environment,
          statuses.waiting(environment, Reason.LOGIN_REFUSED, e.getMessage(), true),
          TAKEN_AGAIN,
          context);
    }
    LiveEnvironment live = environments.ensure(environment, ready.endpoint(), Optional.of(users));
    EnvironmentStatus status =
        statuses.open(
            environment,
            connection.get().getSpec().accountId(),
            ready.endpoint(),
            live.view(),
            environments.pending(ResourceID.fromResource(environment)));
    return patch(environment, status, live.nextLook(), context);
  }

  @Override
  public ErrorStatusUpdateControl<Environment> updateErrorStatus(
      Environment environment, Context<Environment> context, Exception e) {
    say(environment, statuses.failed(environment, e), context);
    return ErrorStatusUpdateControl.noStatusUpdate();
  }

  private static boolean isReady(AwsConnection connection) {
    return connection.getStatus() != null
        && Conditions.find(connection.getStatus().conditions(), Conditions.READY)
            .map(Condition::isTrue)
            .orElse(false);
  }

  private static KubernetesObjects objects(Context<Environment> context) {
    return new KubernetesObjects() {
      @Override
      public <T extends HasMetadata> Optional<T> find(
          Class<T> type, String namespace, String name) {
        return Optional.ofNullable(
            context.getClient().resources(type).inNamespace(namespace).withName(name).get());
      }
    };
  }

  @Override
  public DeleteControl cleanup(Environment environment, Context<Environment> context) {
    try {
      return end(environment, context);
    } catch (RuntimeException e) {
      try {
        say(environment, statuses.notDeleted(environment, reason(environment), e), context);
      } catch (KubernetesClientException unsaid) {
        e.addSuppressed(unsaid);
      }
      throw e;
    }
  }

  private DeleteControl end(Environment environment, Context<Environment> context) {
    ResourceID id = ResourceID.fromResource(environment);
    if (isCommitting(environment, context)) {
      Optional<AwsConnection> connection = context.getSecondaryResource(AwsConnection.class);
      if (connection.isPresent()) {
        events.normal(environment, Reason.DELETION_WAITS, "The deletion waits for commits to end.");
        resume(environment, connection.get(), context);
        return DeleteControl.noFinalizerRemoval().rescheduleAfter(SOON);
      }
      // Without a connection no commit can go on: waiting would be for ever.
      LOG.warnf("environment %s is deleted with its connection while a commit runs", id);
    }
    if (Deletions.isWanted(environment)) {
      context
          .getSecondaryResource(AwsConnection.class)
          .ifPresent(connection -> resume(environment, connection, context));
      Optional<Deletions.Waiting> waiting = deletions.look(environment);
      if (waiting.isPresent()) {
        say(environment, deleting(environment, waiting.get()), context);
        return DeleteControl.noFinalizerRemoval()
            .rescheduleAfter(waiting.get().settled() ? SAFETY_NET : SOON);
      }
    }
    deletions.end(environment);
    environments.forget(id);
    return DeleteControl.defaultDelete();
  }

  private EnvironmentStatus deleting(Environment environment, Deletions.Waiting waiting) {
    Reason reason =
        deletions.isMade(environment) ? Reason.DELETION_AWAITS_APPROVAL : Reason.DELETION_WAITS;
    return statuses.deleting(environment, reason, waiting.message(), waiting.stalled());
  }

  /** What the status says of the deletion so far: by that is known what was made for it. */
  private static Reason reason(Environment environment) {
    return Deletions.wasMade(environment) ? Reason.DELETION_AWAITS_APPROVAL : Reason.DELETION_WAITS;
  }

  /** Tells of what is new in the status, and writes it. */
  private void say(
      Environment environment, EnvironmentStatus status, Context<Environment> context) {
    tell(environment, status);
    StatusWriter.write(environment, Environment::new, status, context);
  }

  /** From the API server: every replica and every restart must see the same. */
  private boolean isCommitting(Environment environment, Context<Environment> context) {
    String name = environment.getMetadata().getName();
    boolean busy =
        environments
            .find(ResourceID.fromResource(environment))
            .map(live -> live.view().busy())
            .orElse(false);
    return busy
        || context
            .getClient()
            .resources(SqlTransaction.class)
            .inNamespace(environment.getMetadata().getNamespace())
            .list()
            .getItems()
            .stream()
            .filter(t -> t.getSpec().environmentRef().name().equals(name))
            .anyMatch(t -> Phases.isCommitting(t) && !Phases.waitsForWindow(t));
  }

  /** An operator that was restarted meanwhile must open the environment to end its commits. */
  private void resume(
      Environment environment, AwsConnection connection, Context<Environment> context) {
    if (isReady(connection)
        && databases.provision(environment, objects(context)) instanceof DatabaseState.Ready r) {
      environments.ensure(environment, r.endpoint(), Optional.empty());
    }
  }

  private UpdateControl<Environment> patch(
      Environment environment,
      EnvironmentStatus status,
      Duration next,
      Context<Environment> context) {
    say(environment, status, context);
    return UpdateControl.<Environment>noUpdate()
        .rescheduleAfter(next.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : next);
  }

  /** An event for each change of the Ready condition's reason, and for guards that broke. */
  private void tell(Environment environment, EnvironmentStatus status) {
    Conditions.find(status.conditions(), Conditions.GUARDED)
        .filter(now -> !now.isTrue())
        .filter(
            now ->
                Optional.ofNullable(environment.getStatus())
                    .flatMap(s -> Conditions.find(s.conditions(), Conditions.GUARDED))
                    .filter(before -> before.message().equals(now.message()))
                    .isEmpty())
        .ifPresent(now -> events.warning(environment, Reason.GUARDS_BROKEN, now.message()));
    Optional<Condition> before =
        Optional.ofNullable(environment.getStatus())
            .flatMap(s -> Conditions.find(s.conditions(), Conditions.READY));
    Condition now = Conditions.find(status.conditions(), Conditions.READY).orElseThrow();
    if (before.map(Condition::reason).equals(Optional.of(now.reason()))) {
      return;
    }
    Reason reason = Reason.of(now.reason());
    boolean stalled = Conditions.find(status.conditions(), Conditions.STALLED).isPresent();
    if (now.isTrue() || (!stalled && reason != Reason.DATABASE_FAILED)) {
      events.normal(environment, reason, now.message());
    } else {
      events.warning(environment, reason, now.message());
    }
  }

  /** Passes on what is about environments themselves. */
  private record WakeUp(java.util.function.Consumer<ResourceID> wake)
      implements Environments.Listener {
    @Override
    public void environmentMoved(ResourceID environment) {
      wake.accept(environment);
    }

    @Override
    public void transactionMoved(ResourceID environment, String transaction) {
      // A transaction's own status tells; the environment hears of it by that.
    }

    @Override
    public void rowsMoved(ResourceID environment) {
      // A commit's tables; what a sync found is in the environment's own status.
    }

    @Override
    public void pendingMoved(ResourceID environment) {
      wake.accept(environment);
    }
  }
}
