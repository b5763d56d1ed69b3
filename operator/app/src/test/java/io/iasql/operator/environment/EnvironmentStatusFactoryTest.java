package io.iasql.operator.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentStatus;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class EnvironmentStatusFactoryTest {
  private final EnvironmentStatusFactory statuses =
      new EnvironmentStatusFactory(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));

  private static Environment environment(String status) {
    return Serialization.unmarshal(
        """
        apiVersion: iasql.io/v1alpha1
        kind: Environment
        metadata: {name: staging, namespace: infra, generation: 2}
        spec: {awsConnectionRef: {name: aws}, modules: [aws_s3]}
        %s
        """
            .formatted(status),
        Environment.class);
  }

  @Test
  void shouldSayWhatTheApiServerRefused() {
    EnvironmentStatus status =
        statuses.failed(
            environment(""),
            new KubernetesClientException(
                new StatusBuilder()
                    .withCode(403)
                    .withMessage("services \"iasql-staging\" is forbidden: exceeded quota: none")
                    .build()));

    assertThat(status.observedGeneration()).isEqualTo(2);
    assertThat(status.conditions())
        .extracting(Condition::type, Condition::status, Condition::reason)
        .containsExactly(
            tuple("Ready", Condition.Status.FALSE, "DatabaseFailed"),
            tuple("Reconciling", Condition.Status.TRUE, "DatabaseFailed"));
    assertThat(status.conditions().get(0).message())
        .isEqualTo(
            "Kubernetes: services \"iasql-staging\" is forbidden: exceeded quota: none."
                + " It is tried again.");
  }

  @Test
  void shouldKeepWhatWasKnownAfterAnError() {
    EnvironmentStatus status =
        statuses.failed(
            environment(
                "status: {observedGeneration: 1, accountId: \"1\", resourceCount: 3,"
                    + " modules: [aws_s3], conditions: [{type: Ready, status: \"True\","
                    + " reason: Mirrored, message: all, observedGeneration: 1,"
                    + " lastTransitionTime: \"2020-01-01T00:00:00Z\"}]}"),
            new IllegalStateException("no such thing"));

    assertThat(status.accountId()).isEqualTo("1");
    assertThat(status.resourceCount()).isEqualTo(3);
    assertThat(status.modules()).containsExactly("aws_s3");
    assertThat(status.conditions())
        .extracting(Condition::type, Condition::status, Condition::reason)
        .containsExactly(
            tuple("Ready", Condition.Status.FALSE, "InternalError"),
            tuple("Reconciling", Condition.Status.TRUE, "InternalError"));
    assertThat(status.conditions().get(0).message()).contains("no such thing");
  }

  @Test
  void shouldSayThatTheApiServerIsOutOfReach() {
    assertThat(
            statuses.failed(environment(""), new KubernetesClientException("timeout")).conditions())
        .extracting(Condition::reason, Condition::message)
        .contains(tuple("Unavailable", "Kubernetes: timeout. It is tried again."));
  }

  @Test
  void shouldSayWhyADeletionWaits() {
    assertThat(
            statuses
                .notDeleted(
                    environment(""),
                    Reason.DELETION_AWAITS_APPROVAL,
                    new KubernetesClientException("timeout"))
                .conditions())
        .extracting(Condition::type, Condition::reason, Condition::message)
        .contains(
            tuple(
                "Ready",
                "DeletionAwaitsApproval",
                "The deletion waits: Kubernetes: timeout. It is tried again."));
  }
}
