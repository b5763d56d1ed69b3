package io.iasql.operator.connection;

import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.AwsConnectionStatus;
import io.iasql.crds.Condition;
import io.iasql.operator.connection.ConnectionSettings.MissingCredentialsException;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.EventRecorder;
import io.iasql.operator.status.Reason;
import io.iasql.operator.status.StatusWriter;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelector;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Keeps an AWS account open for each AwsConnection and says whether AWS agrees. */
@ControllerConfiguration(name = "awsconnection")
public class AwsConnectionReconciler implements Reconciler<AwsConnection> {
  // An answer of AWS wakes the connection; this is for wake-ups that get lost.
  private static final Duration SAFETY_NET = Duration.ofSeconds(30);

  // Releases of Helm are the bulk of a cluster's Secrets.
  private static final FieldSelector KEYS_ONLY =
      new FieldSelectorBuilder()
          .withoutField("type", "helm.sh/release.v1")
          .withoutField("type", "kubernetes.io/service-account-token")
          .build();

  private final AwsAccounts accounts;
  private final EventRecorder events;
  private final AwsConnectionStatusFactory statuses;
  private final SimpleInboundEventSource<AwsConnection> answers =
      new SimpleInboundEventSource<>("aws-answers");

  AwsConnectionReconciler(AwsAccounts accounts, EventRecorder events, Clock clock) {
    this.accounts = accounts;
    this.events = events;
    this.statuses = new AwsConnectionStatusFactory(clock);
    accounts.onAnswer(answers::propagateEvent);
  }

  @Override
  public List<EventSource<?, AwsConnection>> prepareEventSources(
      EventSourceContext<AwsConnection> context) {
    accounts.keepOnly(id -> context.getPrimaryCache().get(id).isPresent());
    return List.of(
        answers,
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Secret.class, AwsConnection.class)
                .withName("secrets")
                .withNamespacesInheritedFromController()
                .withFieldSelector(KEYS_ONLY)
                .withSecondaryToPrimaryMapper(
                    new SecretToConnectionsMapper(context.getPrimaryCache()))
                .<AwsConnection>withPrimaryToSecondaryMapper(AwsConnectionReconciler::secretIds)
                .build(),
            context));
  }

  @Override
  public UpdateControl<AwsConnection> reconcile(
      AwsConnection connection, Context<AwsConnection> context) {
    ResourceID id = ResourceID.fromResource(connection);
    Optional<Verification> answer = Optional.empty();
    ConnectionState state;
    try {
      answer =
          accounts.verify(id, ConnectionSettings.of(connection, name -> secret(context, name)));
      state = answer.map(ConnectionState::of).orElseGet(ConnectionState::verifying);
    } catch (MissingCredentialsException e) {
      accounts.disconnect(id);
      state = ConnectionState.missingCredentials(e.getMessage());
    }
    AwsConnectionStatus status = statuses.status(connection, state);
    tell(connection, state);
    StatusWriter.write(connection, AwsConnection::new, status, context);
    return UpdateControl.<AwsConnection>noUpdate()
        .rescheduleAfter(answer.map(accounts::nextAfter).orElse(SAFETY_NET));
  }

  @Override
  public ErrorStatusUpdateControl<AwsConnection> updateErrorStatus(
      AwsConnection connection, Context<AwsConnection> context, Exception e) {
    StatusWriter.write(
        connection,
        AwsConnection::new,
        statuses.unknown(connection, String.valueOf(e.getMessage())),
        context);
    return ErrorStatusUpdateControl.noStatusUpdate();
  }

  private static Optional<Secret> secret(Context<AwsConnection> context, String name) {
    return context
        .getSecondaryResourcesAsStream(Secret.class)
        .filter(secret -> secret.getMetadata().getName().equals(name))
        .findFirst()
        // The Secret may have come a moment before the connection: the cache lags.
        .or(() -> stored(context, name));
  }

  private static Optional<Secret> stored(Context<AwsConnection> context, String name) {
    String namespace = context.getPrimaryResource().getMetadata().getNamespace();
    return Optional.ofNullable(
        context.getClient().secrets().inNamespace(namespace).withName(name).get());
  }

  private static Set<ResourceID> secretIds(AwsConnection connection) {
    return ConnectionSettings.secretNames(connection).stream()
        .map(name -> new ResourceID(name, connection.getMetadata().getNamespace()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** An event for each change of the reason, which is what people look for. */
  private void tell(AwsConnection connection, ConnectionState state) {
    Optional<String> before =
        Optional.ofNullable(connection.getStatus())
            .flatMap(status -> Conditions.find(status.conditions(), Conditions.READY))
            .map(Condition::reason);
    if (state.reason() == Reason.VERIFYING
        || before.equals(Optional.of(state.reason().toString()))) {
      return;
    }
    if (state.ready()) {
      events.normal(connection, state.reason(), state.message());
    } else {
      events.warning(connection, state.reason(), state.message());
    }
  }
}
