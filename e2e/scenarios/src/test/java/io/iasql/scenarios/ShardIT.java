package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.iasql.crds.AwsConnection;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.OperatorPeer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Two operators in one cluster, each with its share of the resources by label: the stack's works on
 * what has no label, this one on what has {@code iasql.io/shard=shard}.
 */
@ResourceLock(Stack.ANOTHER_OPERATOR)
class ShardIT {
  private static final String SHARD = "shard";

  private static OperatorPeer operator;

  @BeforeAll
  static void start() {
    operator =
        OperatorPeer.start(
            OperatorPeer.Options.of(Stack.shared().kubernetes.kubeconfig())
                .withLog(Path.of("target", "shard.log").toAbsolutePath())
                .withSetting("IASQL_WATCH_SELECTOR", Stack.SHARD + " in (" + SHARD + ")"));
  }

  @AfterAll
  static void stop() {
    operator.close();
  }

  private static Space applied(String shard) {
    Space space = Space.ofShard(shard);
    space.connect();
    space.environment("env", Approval.MANUAL, "aws_sqs");
    space.transaction("made", "INSERT INTO queue (name) VALUES ('sharded')");
    return space;
  }

  private static void unlabel(Space space, Class<? extends HasMetadata> type, String name) {
    space.patch(type, name, "{\"metadata\":{\"labels\":{\"" + Stack.SHARD + "\":null}}}");
  }

  @Test
  void shouldWorkOnWhatCarriesItsLabelAndLeaveAllElseAlone() {
    Space nobodys = applied("nobody");
    Space own = applied(SHARD);
    Space unlabelled = Space.ready("unlabelled", Approval.AUTOMATIC, "aws_sqs");

    own.approve("made");
    own.await("made", Phase.COMMITTED);
    unlabelled.automatic("made", "INSERT INTO queue (name) VALUES ('sharded')");

    assertThat(own.queueNames()).containsExactly("sharded");
    assertThat(unlabelled.queueNames()).containsExactly("sharded");
    // Both operators have come this far, and neither has touched what was there before.
    assertThat(nobodys.find(AwsConnection.class, Space.CONNECTION).orElseThrow().getStatus())
        .isNull();
    assertThat(nobodys.find(Environment.class, "env").orElseThrow())
        .satisfies(e -> assertThat(e.getStatus()).isNull())
        .satisfies(e -> assertThat(e.getMetadata().getFinalizers()).isEmpty());
    assertThat(nobodys.find(SqlTransaction.class, "made").orElseThrow())
        .satisfies(t -> assertThat(t.getStatus()).isNull())
        .satisfies(t -> assertThat(t.getMetadata().getFinalizers()).isEmpty());
    assertThat(nobodys.queueNames()).isEmpty();
  }

  @Test
  void shouldGiveItsLabelToWhatIsWrittenInPsql() throws SQLException {
    Space space = applied(SHARD);
    space.awaitReady("env");
    Secret login = space.await(Secret.class, "env-psql", "have a login", s -> s.getData() != null);

    try (Connection psql =
            DriverManager.getConnection(
                "jdbc:postgresql://"
                    + space.stack.postgres.host()
                    + ":"
                    + space.stack.postgres.port()
                    + "/"
                    + value(login, "database"),
                value(login, "username"),
                value(login, "password"));
        Statement statement = psql.createStatement()) {
      statement.execute("INSERT INTO queue (name) VALUES ('by-hand')");
    }

    Awaitility.await("what was written to be a SqlTransaction that is planned")
        .atMost(Space.LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        space
                            .stack
                            .client
                            .resources(SqlTransaction.class)
                            .inNamespace(space.namespace)
                            .withLabel(Stack.SHARD, SHARD)
                            .list()
                            .getItems())
                    .filteredOn(t -> t.getMetadata().getName().startsWith("psql-"))
                    .singleElement()
                    .extracting(SqlTransaction::getStatus)
                    .isNotNull()
                    .extracting(SqlTransactionStatus::phase)
                    .isEqualTo(Phase.AWAITING_APPROVAL));
  }

  private static String value(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
  }

  @Test
  void shouldHandAnEnvironmentOverWhoseLabelChanges() {
    Space space = applied(SHARD);
    space.await("made", Phase.AWAITING_APPROVAL);
    double before = Metrics.of(operator, "iasql_environments_open");

    unlabel(space, AwsConnection.class, Space.CONNECTION);
    unlabel(space, Environment.class, "env");
    unlabel(space, SqlTransaction.class, "made");

    Awaitility.await("the former operator to let go of it")
        .atMost(Space.LIMIT)
        .until(() -> Metrics.of(operator, "iasql_environments_open") < before);
    space.approve("made");
    space.await("made", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("sharded");
  }

  @Test
  void shouldSayThatAConnectionMayBeAnotherOperators() {
    Space space = Space.ofShard(SHARD);
    space.connect();
    unlabel(space, AwsConnection.class, Space.CONNECTION);
    space.environment("env", Approval.MANUAL, "aws_sqs");

    space.await(
        Environment.class,
        "env",
        "say what is missing",
        e ->
            Space.condition(e, "Ready")
                .map(Condition::message)
                .orElse("")
                .contains("is not this operator's, which works on " + Stack.SHARD));
  }
}
