package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.AwsConnection;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.AwsProxy;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Accounts that are not reached: said on the AwsConnection, waited for by the environment. */
class ConnectionIT {

  private static AwsConnection awaitReason(Space space, String reason) {
    return space.await(
        AwsConnection.class,
        Space.CONNECTION,
        "say " + reason,
        c -> Space.condition(c, "Ready").map(r -> r.reason().equals(reason)).orElse(false));
  }

  private static String message(AwsConnection connection) {
    return Space.condition(connection, "Ready").orElseThrow().message();
  }

  private static void awaitWaiting(Space space) {
    Environment environment =
        space.await(
            Environment.class,
            "env",
            "wait for its connection",
            e ->
                Space.condition(e, "Ready")
                    .map(r -> r.reason().equals("ConnectionNotReady"))
                    .orElse(false));
    assertThat(Space.condition(environment, "Reconciling")).isPresent();
    assertThat(Space.condition(environment, "Stalled")).isEmpty();
  }

  @Test
  void shouldReadNothingOfAnotherAccountAndRecoverWhenMended() {
    Space space = Space.empty("wrong-account");
    AwsPeer.Account another = space.stack.aws.newAccount();
    space.keys(another.accessKeyId(), another.secretAccessKey());
    space.connection(space.account.id(), Optional.of(space.stack.proxy.endpoint()));
    space.environment("env", Approval.AUTOMATIC, "aws_sqs");
    space.transaction("waits", "INSERT INTO queue (name) VALUES ('waits')");

    AwsConnection refused = awaitReason(space, "WrongAccount");

    assertThat(message(refused)).contains(space.account.id()).contains(another.id());
    assertThat(Space.condition(refused, "Stalled")).isPresent();
    assertThat(space.events(Space.CONNECTION)).contains("Warning WrongAccount");
    awaitWaiting(space);
    assertThat(space.stack.proxy.calls(another.accessKeyId()))
        .extracting(AwsProxy.Call::service)
        .containsOnly("sts");
    space.await(
        "waits",
        "wait for its environment",
        s -> Kstatus.ready(s).reason().equals("EnvironmentNotReady"));

    // The Secret is rotated to the right account's keys: nobody touches anything else.
    space.keys(space.account.accessKeyId(), space.account.secretAccessKey());

    space.await("waits", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("waits");
  }

  @Test
  void shouldSayThatTheSecretIsMissing() {
    Space space = Space.empty("no-secret");
    space.connection(space.account.id(), Optional.of(space.stack.proxy.endpoint()));
    space.environment("env", Approval.MANUAL, "aws_sqs");

    AwsConnection missing = awaitReason(space, "CredentialsMissing");

    assertThat(message(missing)).contains(Space.KEYS);
    awaitWaiting(space);
    space.keys(space.account.accessKeyId(), space.account.secretAccessKey());
    space.awaitReady("env");
  }

  @Test
  void shouldWaitWhileKeysHaveExpiredAndPickUpTheRotatedSecret() {
    Space space = Space.ready("expired", Approval.AUTOMATIC, "aws_sqs");
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) ->
            AwsProxy.Answer.error(
                call,
                403,
                "ExpiredToken",
                "The security token included in the request is expired"));

    AwsConnection expired = awaitReason(space, "CredentialsRejected");
    assertThat(message(expired)).contains("ExpiredToken");
    awaitWaiting(space);
    space.transaction("waits", "INSERT INTO queue (name) VALUES ('waits')");
    space.await("waits", "wait", s -> s.phase() == Phase.PLANNING && !s.message().isEmpty());
    // Another key of the same account, as after a rotation: LocalStack reads the account from it.
    String rotated = rotatedKeyOf(space.account.id());
    space.keys(rotated, "secret");

    space.await("waits", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("waits");
    assertThat(space.stack.proxy.calls(rotated)).isNotEmpty();
  }

  /**
   * Another access key id that LocalStack takes for this account's: the account is in the eight
   * characters behind the prefix and in half a bit of the next (localstack.aws.accounts).
   */
  private static String rotatedKeyOf(String account) {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    long number = Long.parseLong(account);
    long bits = number / 2 + 549_755_813_888L;
    StringBuilder text = new StringBuilder("LSIA");
    for (int i = 7; i >= 0; i--) {
      text.append(alphabet.charAt((int) ((bits >> (5 * i)) & 31)));
    }
    return text.append(number % 2 == 0 ? 'A' : 'Q').append("ROTATED").toString();
  }

  @Test
  void shouldUseAConnectionNoLongerThanItExists() {
    Space space = Space.ready("deleted-connection", Approval.MANUAL, "aws_sqs");
    space.transaction("waits", "INSERT INTO queue (name) VALUES ('waits')");
    String plan = space.await("waits", Phase.AWAITING_APPROVAL).plan().id();

    space.delete(AwsConnection.class, Space.CONNECTION);
    awaitWaiting(space);
    space.approve("waits", plan);
    space.await(
        "waits", "be submitted", s -> s.phase() == Phase.QUEUED || s.phase() == Phase.COMMITTING);
    int calls = space.stack.proxy.calls(space.account.accessKeyId()).size();
    Awaitility.await("nothing reaches AWS")
        .during(Duration.ofSeconds(5))
        .atMost(Space.LIMIT)
        .untilAsserted(
            () -> assertThat(space.stack.proxy.calls(space.account.accessKeyId())).hasSize(calls));
    assertThat(space.queueNames()).isEmpty();

    space.connection(space.account.id(), Optional.of(space.stack.proxy.endpoint()));

    space.await("waits", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("waits");
  }

  @Test
  void shouldTryAnUnreachableEndpointAgain() {
    Space space = Space.empty("unreachable");
    space.keys(space.account.accessKeyId(), space.account.secretAccessKey());
    space.connection(space.account.id(), Optional.of(URI.create("http://127.0.0.1:9")));
    space.environment("env", Approval.MANUAL, "aws_sqs");

    AwsConnection unreachable = awaitReason(space, "EndpointUnreachable");

    assertThat(Space.condition(unreachable, "Stalled")).isEmpty();
    assertThat(Space.condition(unreachable, "Reconciling")).isPresent();
    awaitWaiting(space);
    space.connection(space.account.id(), Optional.of(space.stack.proxy.endpoint()));
    space.awaitReady("env");
    assertThat(space.events(Space.CONNECTION)).contains("Normal AccountConfirmed");
  }
}
