package io.iasql.operator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Environment;
import io.iasql.crds.SqlTransaction;
import io.iasql.engine.OnFailure;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whether what waits in the queue is still asked for. */
class RequestTest {
  private static final String MANUAL = "Manual";
  private static final String AUTOMATIC = "Automatic";

  private static Request request(String approval, String spec) {
    return Request.of(
        Serialization.unmarshal(
            """
            apiVersion: iasql.io/v1alpha1
            kind: SqlTransaction
            metadata: {name: rows, namespace: infra, uid: uid-1}
            spec: {environmentRef: {name: staging}, sql: SELECT 1, %s}
            """
                .formatted(spec),
            SqlTransaction.class),
        Serialization.unmarshal(
            """
            apiVersion: iasql.io/v1alpha1
            kind: Environment
            metadata: {name: staging, namespace: infra, generation: 1}
            spec: {awsConnectionRef: {name: aws}, modules: [aws_s3], approval: %s}
            """
                .formatted(approval),
            Environment.class),
        Optional.empty(),
        Optional.empty());
  }

  private static TransactionView submitted(String plan) {
    return new TransactionView(
        "uid-1", TransactionState.QUEUED, "hash", OnFailure.ROLLBACK, plan, "", 0, 0);
  }

  private static PlanStore.Stored plan(int round) {
    return new PlanStore.Stored(
        "plan-a",
        round,
        "hash",
        Instant.EPOCH,
        new Plan.Summary(0, 0, 0, 1),
        Set.of(),
        "SELECT 1",
        List.of(),
        List.of(),
        "");
  }

  private static boolean upholds(Request request) {
    return request.upholds(submitted("plan-a"), plan(0), false);
  }

  @Test
  void shouldUpholdThePlanThatItNames() {
    assertThat(upholds(request(MANUAL, "approvePlan: plan-a"))).isTrue();
    assertThat(request(MANUAL, "approvePlan: plan-a-2").upholds(submitted("plan-a"), plan(1), true))
        .isTrue();
  }

  @Test
  void shouldUpholdNothingThatItNamesNoMore() {
    assertThat(upholds(request(MANUAL, "approvePlan: null"))).isFalse();
    assertThat(upholds(request(MANUAL, "approvePlan: plan-b"))).isFalse();
    assertThat(request(MANUAL, "approvePlan: plan-a").upholds(submitted("plan-a"), plan(1), false))
        .isFalse();
    assertThat(request(MANUAL, "approvePlan: plan-a").upholds(submitted("plan-b"), plan(0), false))
        .isFalse();
  }

  @Test
  void shouldUpholdWhatTheEnvironmentApprovesWithinItsLimits() {
    Request automatic = request(AUTOMATIC, "description: any");

    assertThat(automatic.upholds(submitted("plan-a"), plan(0), false)).isTrue();
    assertThat(automatic.upholds(submitted("plan-a"), plan(0), true)).isFalse();
  }

  @Test
  void shouldNotUpholdAnotherWayToFail() {
    assertThat(upholds(request(MANUAL, "approvePlan: plan-a, onFailure: Stop"))).isFalse();
  }
}
