package io.iasql.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.cluster.HeldCall.Caller;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import io.iasql.peers.NodePeer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chart of this checkout on a real node, where this machine can have one. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(7200)
class ClusterIT {
  /** How often something is killed during a commit. */
  private static final int ROUNDS = Integer.getInteger("iasql.kill.rounds", Victim.values().length);

  /** What a round's commit does: two queues come, one changes, one goes. */
  private static final String CHANGE =
      """
      INSERT INTO queue (name, visibility_timeout) VALUES ('round-%1$d-a', 40), ('round-%1$d-b', 50);
      UPDATE queue SET visibility_timeout = %3$d WHERE name = 'counter';
      DELETE FROM queue WHERE name IN ('round-%2$d-a', 'round-%2$d-b');
      """;

  private static final int CALLS = 3;

  private enum Victim {
    OPERATOR,
    DATABASE,
    API_SERVER,
    NODE;

    boolean isPod() {
      return this == OPERATOR || this == DATABASE;
    }

    /** Whether it takes with it whoever calls AWS. */
    boolean isCaller() {
      return this == OPERATOR || this == NODE;
    }
  }

  private static Installation installation;

  @RegisterExtension static final FailureReport REPORT = new FailureReport(() -> installation);

  @BeforeAll
  static void install() {
    Assumptions.assumeTrue(
        NodePeer.missing().isEmpty(), () -> "no node: " + NodePeer.missing().orElse(""));
    installation = Installation.start();
    installation.buildImages();
    installation.install();
    installation.connect();
  }

  @AfterAll
  static void stop() {
    if (installation != null) {
      installation.close();
    }
  }

  @Test
  @Order(1)
  void shouldPassTheTestsOfTheChart() {
    assertThat(installation.test()).containsPattern("Phase: +Succeeded");
  }

  @Test
  @Order(2)
  void shouldCommitWhatWasApprovedWithTheVerbAndNothingElse() {
    installation.environment("staging", "Manual");
    KubernetesClient alice = installation.user("alice");
    KubernetesClient bob = installation.user("bob");
    bind("requesters", "iasql-requester", "alice");
    bind("approvers", "iasql-approver", "bob");
    installation.transaction(
        alice, "staging", "first", "INSERT INTO queue (name) VALUES ('first');");
    String plan = installation.await("first", Phase.AWAITING_APPROVAL).plan().id();

    KubernetesClientException refused =
        catchThrowableOfType(
            KubernetesClientException.class,
            () -> installation.approve(alice, "alice", "first", plan));

    assertThat(refused.getCode()).isIn(HttpURLConnection.HTTP_FORBIDDEN, 422);
    assertThat(refused.getMessage()).contains("approve");
    assertThat(installation.queues()).isEmpty();

    installation.approve(bob, "bob", "first", plan);

    installation.await("first", Phase.COMMITTED);
    assertThat(names(installation.queues())).containsExactly("first");
    assertThat(installation.queueRows("staging")).isEqualTo(installation.queues());
  }

  @Test
  @Order(3)
  void shouldServeItsDatabaseByTlsOnlyToWhoeverHasTheLogin() {
    assertThat(installation.login("staging").get("uri")).endsWith("?sslmode=verify-full");
    assertThat(
            installation.rowsAsLogin(
                "staging", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        .containsExactly("t");
    assertThatThrownBy(
            () ->
                installation.kubectl(
                    "exec",
                    "-n",
                    Installation.NAMESPACE,
                    Installation.databasePod("staging"),
                    "--",
                    "psql",
                    "postgresql://iasql@127.0.0.1/iasql?sslmode=disable"))
        .hasMessageContaining("no encryption");
  }

  private static void bind(String name, String role, String user) {
    installation.kubectl(
        "create",
        "rolebinding",
        name,
        "-n",
        Installation.NAMESPACE,
        "--clusterrole=" + role,
        "--user=" + user);
  }

  /** Each round kills something else, at another call, before its effect or after it. */
  @Test
  @Order(4)
  void shouldLoseAndDoubleNothingWhoeverIsKilledDuringACommit() {
    installation.environment("killed", "Automatic");
    Map<String, Integer> expected = new TreeMap<>();
    names(installation.queues()).forEach(name -> expected.put(name, 30));
    installation.transaction(
        installation.admin,
        "killed",
        "counter",
        "INSERT INTO queue (name, visibility_timeout) VALUES ('counter', 0),"
            + " ('round-0-a', 40), ('round-0-b', 50);");
    installation.await("counter", Phase.COMMITTED);
    expected.putAll(Map.of("counter", 0, "round-0-a", 40, "round-0-b", 50));

    for (int round = 1; round <= ROUNDS; round++) {
      Victim victim = Victim.values()[round % Victim.values().length];
      String name =
          "round %d of %d, %s killed%s at call %d %s its effect"
              .formatted(
                  round,
                  ROUNDS,
                  victim,
                  victim.isPod() && replaced(round) ? " and replaced" : "",
                  call(round),
                  afterEffect(round) ? "after" : "before");
      long started = System.nanoTime();
      kill(round, victim);
      expected.put("counter", round);
      expected.putAll(Map.of("round-" + round + "-a", 40, "round-" + round + "-b", 50));
      expected
          .keySet()
          .removeAll(List.of("round-%d-a".formatted(round - 1), "round-%d-b".formatted(round - 1)));
      check(name, expected);
      System.err.printf(
          "%s: as planned after %d s%n",
          name, Duration.ofNanos(System.nanoTime() - started).toSeconds());
    }
  }

  /** How often everything has had its turn before. */
  private static int turn(int round) {
    return round / Victim.values().length;
  }

  private static int call(int round) {
    return 1 + turn(round) % CALLS;
  }

  private static boolean afterEffect(int round) {
    return turn(round) / CALLS % 2 == 1 || (turn(ROUNDS) < CALLS && round % 2 == 0);
  }

  /** Whether another pod takes the place, or kubelet starts the container anew. */
  private static boolean replaced(int round) {
    return (turn(round) + turn(round) / CALLS / 2) % 2 == 1;
  }

  private static void kill(int round, Victim victim) {
    HeldCall held = new HeldCall(call(round), afterEffect(round));
    installation.proxy.rule(held);
    installation.transaction(
        installation.admin, "killed", "round-" + round, CHANGE.formatted(round, round - 1, round));
    held.awaitReached();
    switch (victim) {
      case OPERATOR -> kill(round, Installation.SYSTEM, installation.operatorPod());
      case DATABASE -> kill(round, Installation.NAMESPACE, Installation.databasePod("killed"));
      case API_SERVER -> installation.killApiServer();
      case NODE -> installation.node.restart();
    }
    held.release(victim.isCaller() ? Caller.DEAD : Caller.ALIVE);
    installation.proxy.rule(AwsProxy.PASS);
    installation.await("round-" + round, Phase.COMMITTED);
  }

  private static void kill(int round, String namespace, String pod) {
    if (replaced(round)) {
      installation.killPod(namespace, pod);
    } else {
      installation.killContainer(namespace, pod);
    }
  }

  private static void check(String round, Map<String, Integer> expected) {
    List<String> queues = installation.queues();
    assertThat(queues)
        .as("queues after %s", round)
        .extracting(q -> q.substring(0, q.lastIndexOf('|')))
        .containsExactlyInAnyOrderElementsOf(
            expected.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).toList());
    assertThat(withoutOthers(installation.queueRows("killed")))
        .as("rows after %s", round)
        .isEqualTo(withoutOthers(queues));
    assertThat(
            installation.rows(
                "killed",
                "SELECT step, state FROM iasql.action WHERE state <> 'DONE' OR phase <> 'APPLY'"))
        .as("journal after %s", round)
        .isEmpty();
  }

  private static List<String> withoutOthers(List<String> queues) {
    return queues.stream().filter(q -> !q.startsWith("first|")).toList();
  }

  @Test
  @Order(5)
  void shouldLeaveAccountAndDataAloneWhenUninstalled() {
    List<String> before = installation.queues();
    List<String> rows = installation.queueRows("staging");

    installation.uninstall();

    assertThat(installation.queues()).isEqualTo(before);
    assertThat(installation.queueRows("staging")).isEqualTo(rows);
    assertThat(installation.kubectl("get", "sqltransaction", "first", "-n", "infra", "-o", "name"))
        .isEqualTo("sqltransaction.iasql.io/first");

    installation.install();

    installation.awaitReady("staging");
    installation.transaction(
        installation.admin, "staging", "again", "INSERT INTO queue (name) VALUES ('again');");
    installation.await("again", Phase.AWAITING_APPROVAL);
  }

  private static List<String> names(List<String> queues) {
    List<String> names = new ArrayList<>();
    queues.forEach(queue -> names.add(queue.substring(0, queue.indexOf('|'))));
    return names;
  }
}
