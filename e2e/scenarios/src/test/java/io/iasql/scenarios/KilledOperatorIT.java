package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.SqlTransactionStatus;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The operator is killed at every call by which a commit changes AWS, before the call's effect and
 * after it, before its answer. For each of these moments there is an environment of its own whose
 * commit is held exactly there; when all are held, one SIGKILL ends them all, and the restarted
 * operator brings each to its end.
 */
@Isolated("it kills the operator")
@Timeout(1200)
class KilledOperatorIT {

  private enum Moment {
    BEFORE_EFFECT,
    AFTER_EFFECT
  }

  /** All environments are opened, read and brought to their ends at once. */
  private static final Duration RECOVERY = Duration.ofMinutes(8);

  private static final String CHANGE =
      """
      INSERT INTO queue (name, visibility_timeout) VALUES ('made-1', 40), ('made-2', 50);
      UPDATE queue SET visibility_timeout = 99 WHERE name = 'changed';
      UPDATE queue SET name = 'renamed' WHERE name = 'to-rename';
      DELETE FROM queue WHERE name = 'gone';
      INSERT INTO bucket (name) VALUES ('made-%1$s');
      DELETE FROM bucket WHERE name = 'gone-%1$s';
      INSERT INTO vpc (cidr_block) VALUES ('10.9.0.0/16');
      INSERT INTO subnet (vpc_id, availability_zone, cidr_block)
        SELECT id, 'eu-west-1a', '10.9.1.0/24' FROM vpc WHERE cidr_block = '10.9.0.0/16';
      INSERT INTO subnet (vpc_id, availability_zone, cidr_block)
        SELECT id, 'eu-west-1b', '10.9.2.0/24' FROM vpc WHERE cidr_block = '10.9.0.0/16';
      DELETE FROM subnet WHERE cidr_block = '10.8.1.0/24';
      """;

  /** One environment whose commit is held at one of its calls. */
  private static final class Cell implements AwsProxy.Rule {
    final Space space = Space.empty("killed");
    final int at;
    final Moment moment;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private int calls;

    /**
     * @param at the number of the call that is held, from 1
     */
    Cell(int at, Moment moment) {
      this.at = at;
      this.moment = moment;
      before();
      space.connect();
      space.stack.proxy.rule(space.account.accessKeyId(), this);
      space.environment("env", Approval.AUTOMATIC, "aws_sqs", "aws_s3", "aws_vpc");
    }

    private void before() {
      try (SqsClient sqs = space.sqs();
          S3Client s3 = space.s3();
          Ec2Client ec2 = space.ec2()) {
        for (String queue : List.of("changed", "to-rename", "gone", "untouched")) {
          sqs.createQueue(
              r ->
                  r.queueName(queue)
                      .attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, "30")));
        }
        s3.createBucket(
            r ->
                r.bucket("gone-" + space.account.id())
                    .createBucketConfiguration(c -> c.locationConstraint(Space.REGION)));
        String vpc = ec2.createVpc(r -> r.cidrBlock("10.8.0.0/16")).vpc().vpcId();
        ec2.createSubnet(r -> r.vpcId(vpc).cidrBlock("10.8.1.0/24").availabilityZone("eu-west-1a"));
      }
    }

    void commit() {
      space.transaction("change", CHANGE.formatted(space.account.id()));
    }

    /** One call after the other takes effect, up to the one that is held; later ones have none. */
    @Override
    public AwsProxy.Answer answer(AwsProxy.Call call, AwsProxy.Upstream upstream)
        throws IOException {
      if (!call.mutating()) {
        return upstream.forward();
      }
      synchronized (this) {
        calls++;
        if (calls < at) {
          return upstream.forward();
        }
        if (calls == at && moment == Moment.AFTER_EFFECT) {
          upstream.forward();
        }
        reached.countDown();
      }
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new IOException("whoever asked is dead");
    }

    synchronized int calls() {
      return calls;
    }

    void awaitHeld() {
      Awaitility.await(this + " to be held")
          .atMost(Space.LIMIT)
          .until(() -> reached.getCount() == 0);
    }

    void release() {
      space.stack.proxy.pass(space.account.accessKeyId());
      released.countDown();
    }

    void awaitCommitted() {
      Awaitility.await(this + " to be committed")
          .atMost(RECOVERY)
          .until(() -> space.status("change").phase() == Phase.COMMITTED);
    }

    /** The commit has ended; nothing is there twice, nothing is missing, rows and AWS agree. */
    void check() {
      SqlTransactionStatus.Plan plan = space.await("change", Phase.COMMITTED).plan();
      assertThat(plan.text()).as("%s: %s", this, plan.changes()).isEqualTo("+6 ~1 ±1 -4");
      assertThat(space.queues())
          .as("queues of %s", this)
          .extracting(q -> q.substring(0, q.lastIndexOf('|')))
          .containsExactly("changed|99", "made-1|40", "made-2|50", "renamed|30", "untouched|30");
      assertThat(space.queueRows()).as("rows of %s", this).isEqualTo(space.queues());
      try (S3Client s3 = space.s3();
          Ec2Client ec2 = space.ec2()) {
        assertThat(s3.listBuckets().buckets())
            .as("buckets of %s", this)
            .extracting(Bucket::name)
            .containsExactly("made-" + space.account.id());
        assertThat(space.rows("SELECT name FROM bucket"))
            .containsExactly("made-" + space.account.id());
        List<String> vpcs =
            sorted(
                ec2.describeVpcsPaginator().vpcs().stream()
                    .filter(v -> !v.isDefault())
                    .map(v -> v.cidrBlock() + "|" + v.vpcId()));
        assertThat(vpcs)
            .as("VPCs of %s", this)
            .extracting(v -> v.split("\\|", -1)[0])
            .containsExactly("10.8.0.0/16", "10.9.0.0/16");
        assertThat(
                sorted(
                    space.rows("SELECT cidr_block, vpc_id FROM vpc WHERE NOT is_default").stream()))
            .isEqualTo(vpcs);
        List<String> subnets =
            sorted(
                ec2.describeSubnetsPaginator().subnets().stream()
                    .filter(s -> !s.defaultForAz())
                    .map(s -> s.cidrBlock() + "|" + s.subnetId() + "|" + s.vpcId()));
        assertThat(subnets)
            .as("subnets of %s", this)
            .extracting(s -> s.split("\\|", -1)[0])
            .containsExactly("10.9.1.0/24", "10.9.2.0/24");
        assertThat(
                sorted(
                    space
                        .rows(
                            "SELECT s.cidr_block, s.subnet_id, v.vpc_id FROM subnet s"
                                + " JOIN vpc v ON v.id = s.vpc_id WHERE NOT v.is_default")
                        .stream()))
            .isEqualTo(subnets);
      }
      assertThat(
              space.rows(
                  "SELECT step, state FROM iasql.action WHERE state <> 'DONE' OR phase <> 'APPLY'"))
          .as("journal of %s", this)
          .isEmpty();
    }

    private static List<String> sorted(Stream<String> lines) {
      return lines.sorted().toList();
    }

    @Override
    public String toString() {
      return (at == Integer.MAX_VALUE ? "no call" : "call " + at + " " + moment)
          + " "
          + space.namespace;
    }
  }

  @Test
  void shouldEndEveryCommitWhereverItWasCut() {
    Stack stack = Stack.shared();
    List<Cell> cells = new ArrayList<>();
    stack.operator.stop();
    // One call at a time, so that they are cut in the journal's order.
    stack.operator.startWith(stack.options.withSetting("IASQL_COMMIT_PARALLELISM", "1"));
    try {
      Cell undisturbed = new Cell(Integer.MAX_VALUE, Moment.BEFORE_EFFECT);
      undisturbed.commit();
      undisturbed.check();
      int calls = undisturbed.calls();
      assertThat(calls).as("calls of the commit").isGreaterThan(10);

      for (int at = 1; at <= calls; at++) {
        cells.add(new Cell(at, Moment.BEFORE_EFFECT));
        cells.add(new Cell(at, Moment.AFTER_EFFECT));
      }
      cells.forEach(cell -> cell.space.awaitReady("env"));
      cells.forEach(Cell::commit);
      cells.forEach(Cell::awaitHeld);
    } finally {
      stack.operator.kill();
      cells.forEach(Cell::release);
      // As the other tests have it, with several calls at a time.
      stack.operator.startWith(stack.options);
    }

    cells.forEach(Cell::awaitCommitted);
    cells.forEach(Cell::check);
  }
}
