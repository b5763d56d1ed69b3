package io.iasql.operator.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationSpec;
import io.iasql.crds.SqlTransaction;
import io.iasql.operator.environment.AskedEnvironments;
import io.iasql.operator.replication.MadeTransactions.ReplicationGoneException;
import io.iasql.operator.work.TestJobs;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was deleted makes nothing any more. */
class ReplicationsTest {
  private static final ResourceID PROD = new ResourceID("prod", "infra");

  private final Set<String> there = ConcurrentHashMap.newKeySet();
  private final AskedEnvironments environments = new AskedEnvironments();
  private final TestJobs jobs = new TestJobs();
  private final Replications replications =
      new Replications(environments, jobs, null, Clock.systemUTC());

  ReplicationsTest() {
    replications.keepOnly(request -> there.contains(request.uid()));
  }

  @AfterEach
  void stop() throws InterruptedException {
    jobs.close();
  }

  private static ReplicationRequest request(String uid) {
    Replication replication = new Replication();
    replication.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("infra")
            .withName("follow")
            .withUid(uid)
            .withCreationTimestamp("2026-11-01T10:00:00Z")
            .build());
    replication.setSpec(
        Serialization.unmarshal(
            """
            from: {environmentRef: {name: staging}, sinceLast: true}
            to: {environmentRef: {name: prod}}
            """,
            ReplicationSpec.class));
    return ReplicationRequest.of(replication, Set.of(), Map.of(), "");
  }

  /** Waits for the jobs of an environment that were asked for before. */
  private void settle() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    jobs.run(PROD, "the end", done::countDown);
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private void move() throws InterruptedException {
    environments.asked().clear();
    environments.move(PROD);
    settle();
  }

  @Test
  void shouldDropTheWorkForAReplicationThatIsGone() throws InterruptedException {
    there.add("uid-1");
    replications.look(request("uid-1"));
    settle();
    assertThat(environments.asked()).contains(PROD);

    there.remove("uid-1");
    move();
    assertThat(environments.asked()).isEmpty();

    // It is not only passed over.
    there.add("uid-1");
    move();
    assertThat(environments.asked()).isEmpty();
  }

  @Test
  void shouldDropWhatAReconciliationThatCameLateAsksFor() throws InterruptedException {
    replications.look(request("uid-1"));

    settle();

    assertThat(environments.asked()).isEmpty();
  }

  @Test
  void shouldKeepTheWorkOfOthers() throws InterruptedException {
    there.addAll(Set.of("uid-1", "uid-2"));
    replications.look(request("uid-1"));
    replications.look(request("uid-2"));
    settle();

    there.remove("uid-1");
    move();

    assertThat(environments.asked()).containsOnlyOnce(PROD);
  }

  @Test
  void shouldMakeNothingForOneThatIsDeletedWhileItIsWorkedOn() {
    // Without a client: nothing must come as far.
    MadeTransactions made = new MadeTransactions(null, "infra", () -> false);

    assertThatThrownBy(() -> made.make(new SqlTransaction()))
        .isInstanceOf(ReplicationGoneException.class);
  }
}
