package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec.OnFailure;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** AWS refuses one action of ten: status, rows and AWS say the same afterwards. */
class RefusedActionIT {
  /** Eight new queues, one changed, one deleted. */
  private static final String TEN =
      "INSERT INTO queue (name, visibility_timeout) SELECT 'q-' || n, 40 FROM generate_series(1, 8) n;"
          + " UPDATE queue SET visibility_timeout = 77 WHERE name = 'changed';"
          + " DELETE FROM queue WHERE name = 'gone'";

  private static Space refusing(String name, String refused) {
    Space space = Space.ready(name, Approval.AUTOMATIC, "aws_sqs");
    space.automatic("base", "INSERT INTO queue (name) VALUES ('changed'), ('gone')");
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) ->
            call.operation().equals("CreateQueue") && call.body().contains("\"" + refused + "\"")
                ? AwsProxy.Answer.error(call, 403, "AccessDenied", "not this queue")
                : upstream.forward());
    return space;
  }

  private static void sayTheSame(Space space) {
    assertThat(space.queueRows()).isEqualTo(space.queues());
  }

  @Test
  void shouldTakeBackWhatWasDone() {
    Space space = refusing("rollback", "q-5");
    List<String> before = space.queues();
    space.transaction("env", "ten", TEN, OnFailure.ROLLBACK);

    SqlTransactionStatus status = space.await("ten", Phase.ROLLED_BACK);

    assertThat(status.message())
        .contains("q-5")
        .contains("AccessDenied: not this queue")
        .contains("proxy-AccessDenied");
    assertThat(space.queues())
        .extracting(q -> q.substring(0, q.lastIndexOf('|')))
        .containsExactlyElementsOf(
            before.stream().map(q -> q.substring(0, q.lastIndexOf('|'))).toList());
    sayTheSame(space);
    assertThat(space.events("ten")).contains("Warning RolledBack");

    // With the same SQL it stays as it ended; with other SQL it is planned and committed anew.
    space.patch(SqlTransaction.class, "ten", "{\"spec\":{\"description\":\"again?\"}}");
    space.await(
        "ten",
        "stay rolled back",
        s -> s.phase() == Phase.ROLLED_BACK && s.observedGeneration() == 2);
    space.patch(
        SqlTransaction.class,
        "ten",
        "{\"spec\":{\"sql\":\"INSERT INTO queue (name) VALUES ('q-1'), ('q-2')\"}}");
    space.await("ten", Phase.COMMITTED);
    assertThat(space.queueNames()).containsExactly("changed", "gone", "q-1", "q-2");
    sayTheSame(space);
  }

  @Test
  void shouldKeepWhatWasDoneAndSayWhatWasNot() {
    Space space = refusing("stop", "q-5");
    space.transaction("env", "ten", TEN, OnFailure.STOP);

    SqlTransactionStatus status = space.await("ten", Phase.PARTIALLY_APPLIED);

    assertThat(status.message()).contains("q-5").contains("AccessDenied: not this queue");
    IntStream.of(1, 2, 3, 4, 6, 7, 8)
        .forEach(n -> assertThat(status.message()).contains("create queue q-" + n));
    assertThat(space.queues())
        .extracting(q -> q.substring(0, q.lastIndexOf('|')))
        .containsExactly(
            "changed|77", "q-1|40", "q-2|40", "q-3|40", "q-4|40", "q-6|40", "q-7|40", "q-8|40");
    sayTheSame(space);
    assertThat(space.events("ten")).contains("Warning PartiallyApplied");
    assertThat(status.progress()).isEqualTo("10/10");
  }

  @Test
  void shouldWaitOutThrottlingAndErrorsOfTheServer() {
    Space space = Space.ready("throttled", Approval.AUTOMATIC, "aws_sqs");
    int[] calls = {0};
    space.stack.proxy.rule(
        space.account.accessKeyId(),
        (call, upstream) -> {
          if (!call.operation().equals("CreateQueue")) {
            return upstream.forward();
          }
          int n;
          synchronized (calls) {
            n = calls[0]++;
          }
          return switch (n % 4) {
            case 0 -> AwsProxy.Answer.error(call, 400, "ThrottlingException", "slow down");
            case 1 -> AwsProxy.Answer.error(call, 500, "InternalError", "try again");
            case 2 -> {
              // The effect is there, the answer is not.
              upstream.forward();
              throw new java.io.IOException("cut");
            }
            default -> upstream.forward();
          };
        });

    space.automatic(
        "through", "INSERT INTO queue (name) SELECT 'q-' || n FROM generate_series(1, 4) n");

    assertThat(space.queueNames()).containsExactly("q-1", "q-2", "q-3", "q-4");
    sayTheSame(space);
  }
}
