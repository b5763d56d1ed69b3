package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import io.iasql.peers.OperatorPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Two operators with the rights that the chart gives, of which one works. Whatever becomes of it in
 * the middle of a commit, the other goes on, and nothing is done twice or lost.
 */
@Isolated("it stops the API server")
class StandbyIT {
  private static final String SHARD = "standby";

  private static OperatorPeer first;
  private static OperatorPeer second;

  private final Space space = Space.ofShard(SHARD);
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private int creations;
  private OperatorPeer leader;
  private OperatorPeer standby;

  @BeforeAll
  static void startBoth() {
    Stack stack = Stack.shared();
    stack
        .client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(Release.NAMESPACE)
                .endMetadata()
                .build())
        .serverSideApply();
    List<HasMetadata> release =
        Release.render(
            stack.client, SHARD, "replicas=2", "nameOverride=standby", "approval.roles=false");
    Release.apply(
        stack.client, release, Set.of("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"));
    first = operator("first");
    second = operator("second");
  }

  private static OperatorPeer operator(String name) {
    Stack stack = Stack.shared();
    return OperatorPeer.start(
        OperatorPeer.Options.of(Release.operatorKubeconfig(stack.kubernetes))
            .withLog(Path.of("target", "standby-" + name + ".log").toAbsolutePath())
            .withSetting("IASQL_WATCH_SELECTOR", Stack.SHARD + "=" + SHARD)
            .withSetting("IASQL_LEADER_ELECTION_ENABLED", "true")
            .withSetting("IASQL_LEADER_ELECTION_LEASE", SHARD)
            .withSetting("IASQL_LEADER_ELECTION_NAMESPACE", Release.NAMESPACE)
            .withSetting("IASQL_LEADER_ELECTION_IDENTITY", name));
  }

  @AfterAll
  static void stopBoth() {
    first.close();
    second.close();
  }

  /** A commit of three queues, of which the second is held before its effect. */
  @BeforeEach
  void beginACommit() {
    leader = holder().equals("first") ? first : second;
    standby = leader == first ? second : first;
    space.connect();
    space.stack.proxy.rule(space.account.accessKeyId(), this::answer);
    space.environment("env", Approval.AUTOMATIC, "aws_sqs");
    space.awaitReady("env");
    space.transaction("change", "INSERT INTO queue (name) VALUES ('a'), ('b'), ('c')");
    Awaitility.await("the commit to reach AWS")
        .atMost(Space.LIMIT)
        .until(() -> reached.getCount() == 0);
  }

  private AwsProxy.Answer answer(AwsProxy.Call call, AwsProxy.Upstream upstream)
      throws IOException {
    boolean held;
    synchronized (this) {
      held = call.operation().equals("CreateQueue") && ++creations == 2;
    }
    if (held) {
      reached.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return upstream.forward();
  }

  private static LeaseSpec lease() {
    return Optional.ofNullable(
            Stack.shared()
                .client
                .resources(Lease.class)
                .inNamespace(Release.NAMESPACE)
                .withName(SHARD)
                .get())
        .map(Lease::getSpec)
        .orElseGet(LeaseSpec::new);
  }

  /** Who leads now. */
  private static String holder() {
    Awaitility.await("somebody to lead")
        .atMost(Space.LIMIT)
        .until(() -> lease().getHolderIdentity() != null && !lease().getHolderIdentity().isEmpty());
    return lease().getHolderIdentity();
  }

  private String name(OperatorPeer operator) {
    return operator == first ? "first" : "second";
  }

  private void awaitLeading(OperatorPeer operator) {
    Awaitility.await(name(operator) + " to lead")
        .atMost(Space.LIMIT)
        .until(() -> name(operator).equals(lease().getHolderIdentity()));
  }

  private void checkAllIsThereOnce() {
    space.await("change", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("a", "b", "c");
    assertThat(space.queueRows()).isEqualTo(space.queues());
    assertThat(space.rows("SELECT state FROM iasql.action")).containsOnly("DONE").hasSize(3);
    space.automatic("after", "INSERT INTO queue (name) VALUES ('d')");
    assertThat(space.queueNames()).containsExactly("a", "b", "c", "d");
  }

  @Test
  void shouldGoOnWhereAKilledLeaderWas() {
    assertThat(Metrics.of(leader, "iasql_leader")).isOne();
    assertThat(Metrics.of(standby, "iasql_leader")).isZero();
    assertThat(Metrics.of(standby, "iasql_transactions_open")).isZero();

    leader.kill();
    released.countDown();

    awaitLeading(standby);
    checkAllIsThereOnce();
    leader.start();
    assertThat(Metrics.of(leader, "iasql_leader")).isZero();
  }

  @Test
  void shouldBeHandedTheLeaseByALeaderThatEnds() {
    released.countDown();
    // It fails when the process is still there after 40 s.
    leader.stop();

    awaitLeading(standby);
    assertThat(leader.logTail()).contains("lease standby: given back");
    checkAllIsThereOnce();
    leader.start();
  }

  @Test
  void shouldEndALeaderThatCannotRenewItsLease() {
    space.stack.kubernetes.stopApiServer();
    try {
      released.countDown();
      Awaitility.await("the leader to end").atMost(Space.LIMIT).until(() -> !leader.isRunning());
      assertThat(standby.isRunning()).isTrue();
    } finally {
      space.stack.kubernetes.startApiServer();
    }

    awaitLeading(standby);
    checkAllIsThereOnce();
    leader.kill();
    leader.start();
    assertThat(Metrics.of(leader, "iasql_leader")).isZero();
  }
}
