package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentSpec.Approval;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationSpec;
import io.iasql.crds.ReplicationStatus;
import io.iasql.crds.ReplicationStatus.Difference;
import io.iasql.crds.ReplicationStatus.Verdict;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionSpec.OnFailure;
import io.iasql.crds.SqlTransactionStatus.Phase;
import io.iasql.peers.AwsPeer;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;

/** What staging has committed goes to another account in another region. */
class ReplicationIT {
  private static final String PROD_REGION = "us-east-1";
  private static Space space;
  private static AwsPeer.Account prod;

  @BeforeAll
  static void open() {
    space = Space.empty("replication");
    space.connect();
    space.environment("staging", Approval.AUTOMATIC, "aws_s3", "aws_vpc", "aws_sqs");
    prod = space.elsewhere("prod", PROD_REGION, Approval.AUTOMATIC, "aws_s3", "aws_vpc", "aws_sqs");
    space.awaitReady("staging");
    space.awaitReady("prod");
  }

  private static void staging(String name, String sql) {
    space.transaction("staging", name, sql, OnFailure.ROLLBACK);
    space.await(name, Phase.COMMITTED);
  }

  private static Replication replicate(String name, String spec) {
    Replication replication = new Replication();
    replication.setMetadata(
        new ObjectMetaBuilder().withNamespace(space.namespace).withName(name).build());
    replication.setSpec(
        Serialization.unmarshal(
            spec.contains("to:") ? spec : spec + "\nto: {environmentRef: {name: prod}}",
            ReplicationSpec.class));
    return space.stack.client.resource(replication).create();
  }

  private static String from(String transaction) {
    return "from: {environmentRef: {name: staging}, transactionRef: {name: " + transaction + "}}\n";
  }

  private static ReplicationStatus await(
      String name, String what, Predicate<ReplicationStatus> wanted) {
    ReplicationStatus status =
        space
            .await(
                Replication.class,
                name,
                what,
                r -> r.getStatus() != null && wanted.test(r.getStatus()))
            .getStatus();
    boolean working = Kstatus.find(status.conditions(), "Reconciling").isPresent();
    boolean stalled = Kstatus.find(status.conditions(), "Stalled").isPresent();
    boolean ready = Kstatus.find(status.conditions(), "Ready").map(Condition::isTrue).orElse(false);
    assertThat(List.of(working, stalled, ready)).filteredOn(holds -> holds).hasSizeLessThan(2);
    return status;
  }

  private static ReplicationStatus await(String name, ReplicationStatus.Phase phase) {
    return await(name, "be " + phase, s -> s.phase() == phase);
  }

  private static String reason(ReplicationStatus status) {
    return Kstatus.find(status.conditions(), "Ready").orElseThrow().reason();
  }

  /** Waits for the proposal, approves it as it is and waits for its commit. */
  private static ReplicationStatus approve(String replication) {
    ReplicationStatus proposed =
        await(
            replication,
            "wait for approval",
            s -> "AwaitingApproval".equals(reason(s)) && s.comparison() != null);
    space.approve(proposed.transactionRef().name());
    await(replication, ReplicationStatus.Phase.COMMITTED);
    return proposed;
  }

  @Test
  void shouldTakeASiteToProductionUnderAnotherName() {
    String rules =
        "overrides: [{table: bucket, where: {name: www.acme.example}, set: {name: www.acme.prod}}]\n";
    staging(
        "site",
        "INSERT INTO bucket (name, tags, policy) VALUES ('www.acme.example', '{\"site\": \"acme\"}',"
            + " '{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\":"
            + " \"*\", \"Action\": \"s3:GetObject\", \"Resource\":"
            + " \"arn:aws:s3:::www.acme.example/*\"}]}');"
            + " INSERT INTO public_access_block (bucket_name, block_public_policy,"
            + " restrict_public_buckets) VALUES ('www.acme.example', false, false);"
            + " INSERT INTO bucket_website (bucket_name, index_document)"
            + " VALUES ('www.acme.example', 'index.html')");
    replicate("site-to-prod", from("site") + rules);

    // It waits, although prod approves by itself.
    ReplicationStatus proposed =
        await(
            "site-to-prod",
            "wait for approval",
            s -> "AwaitingApproval".equals(reason(s)) && s.comparison() != null);
    assertThat(proposed.comparison().verdict()).isEqualTo(Verdict.SAME);
    assertThat(proposed.comparison().edited()).isFalse();
    assertThat(proposed.comparison().differences())
        .containsExactly(
            new Difference(
                "bucket",
                "www.acme.prod",
                "name",
                "www.acme.example",
                "www.acme.prod",
                "overrides[0]"));
    String name = proposed.transactionRef().name();
    SqlTransaction made = space.find(SqlTransaction.class, name).orElseThrow();
    assertThat(made.getMetadata().getLabels())
        .containsEntry(SqlTransaction.SOURCE_ENVIRONMENT, "staging")
        .containsEntry(SqlTransaction.SOURCE_TRANSACTION, "site");
    assertThat(made.getMetadata().getOwnerReferences())
        .extracting("kind", "name")
        .containsExactly(tuple("Replication", "site-to-prod"));
    assertThat(made.getSpec().sql())
        .contains("arn:aws:s3:::www.acme.prod/*")
        .doesNotContain("www.acme.example", "eu-west-1", space.account.id());
    space.await(
        name,
        "say so in its review",
        s ->
            s.review() != null
                && s.review().contains("Compared with `site` of `staging`: **Same**"));

    space.approve(name);
    ReplicationStatus done = await("site-to-prod", ReplicationStatus.Phase.COMMITTED);
    assertThat(done.comparison().verdict()).isEqualTo(Verdict.SAME);
    try (S3Client s3 = space.s3(prod, PROD_REGION)) {
      assertThat(s3.listBuckets().buckets()).extracting("name").contains("www.acme.prod");
      assertThat(s3.getBucketPolicy(r -> r.bucket("www.acme.prod")).policy())
          .contains("www.acme.prod/*");
    }

    // Then a change in place, and a deletion.
    staging(
        "site-live",
        "UPDATE bucket SET tags = '{\"site\": \"acme\", \"stage\": \"live\"}'"
            + " WHERE name = 'www.acme.example';"
            + " DELETE FROM bucket_website");
    replicate("site-live-to-prod", from("site-live") + rules);
    assertThat(approve("site-live-to-prod").comparison().verdict()).isEqualTo(Verdict.SAME);
    assertThat(space.rows("prod", "SELECT name, tags->>'stage' FROM bucket WHERE name LIKE 'www%'"))
        .containsExactly("www.acme.prod|live");
    assertThat(space.rows("prod", "SELECT bucket_name FROM bucket_website")).isEmpty();

    // The same change again is recognised.
    replicate("site-again", from("site") + rules);
    ReplicationStatus again = await("site-again", ReplicationStatus.Phase.COMMITTED);
    assertThat(again.transactionRef().name()).isEqualTo(name);
    assertThat(space.rows("prod", "SELECT name FROM bucket WHERE name LIKE 'www%'")).hasSize(1);
  }

  @Test
  void shouldTakeANetworkToAnotherRegionWithOtherRanges() {
    String rules =
        """
        overrides:
        - {table: vpc, where: {cidr_block: 10.20.0.0/16}, set: {cidr_block: 10.30.0.0/16}}
        - {table: subnet, where: {cidr_block: 10.20.0.0/24}, set: {cidr_block: 10.30.0.0/24}}
        - {table: subnet, where: {cidr_block: 10.20.1.0/24}, set: {cidr_block: 10.30.1.0/24}}
        - {table: subnet, where: {cidr_block: 10.20.2.0/24}, set: {cidr_block: 10.30.2.0/24}}
        """;
    staging(
        "network",
        "INSERT INTO vpc (cidr_block, tags) VALUES ('10.20.0.0/16', '{\"Name\": \"shop\"}');"
            + " INSERT INTO subnet (vpc_id, availability_zone, cidr_block)"
            + " SELECT id, z, c FROM vpc, (VALUES ('eu-west-1a', '10.20.0.0/24'),"
            + " ('eu-west-1b', '10.20.1.0/24')) p (z, c) WHERE tags->>'Name' = 'shop';"
            + " INSERT INTO internet_gateway (vpc_id, tags)"
            + " SELECT id, '{\"Name\": \"shop\"}' FROM vpc WHERE tags->>'Name' = 'shop'");
    staging(
        "network-change",
        "UPDATE subnet SET cidr_block = '10.20.2.0/24' WHERE cidr_block = '10.20.1.0/24';"
            + " UPDATE vpc SET tags = '{\"Name\": \"shop\", \"stage\": \"live\"}'"
            + " WHERE tags->>'Name' = 'shop'; DELETE FROM internet_gateway"
            + " WHERE tags->>'Name' = 'shop'");
    replicate(
        "network-to-prod",
        "from: {environmentRef: {name: staging},"
            + " transactionRefs: [{name: network-change}, {name: network}]}\n"
            + rules);

    // In the order of the commits, the second once the first is committed.
    ReplicationStatus first =
        await(
            "network-to-prod",
            "wait for approval",
            s -> "AwaitingApproval".equals(reason(s)) && s.comparison() != null);
    String firstName = first.transactionRef().name();
    assertThat(firstName).startsWith("staging-network-").doesNotContain("change");
    assertThat(first.comparison().verdict()).isEqualTo(Verdict.SAME);
    assertThat(space.find(SqlTransaction.class, firstName).orElseThrow().getSpec().sql())
        .contains("us-east-1a", "10.30.1.0/24")
        .doesNotContain("eu-west-1", "10.20.", "vpc-");
    space.approve(firstName);
    ReplicationStatus second =
        await(
            "network-to-prod",
            "propose the second",
            s ->
                "AwaitingApproval".equals(reason(s))
                    && !firstName.equals(s.transactionRef().name())
                    && s.comparison() != null);
    assertThat(second.comparison().verdict()).as(second.toString()).isEqualTo(Verdict.SAME);
    String secondName = second.transactionRef().name();
    assertThat(space.status(secondName).plan().text()).isEqualTo("+0 ~1 ±1 -1");
    space.approve(secondName);
    await("network-to-prod", ReplicationStatus.Phase.COMMITTED);

    try (Ec2Client ec2 = space.ec2(prod, PROD_REGION)) {
      assertThat(
              ec2.describeSubnets().subnets().stream()
                  .filter(s -> s.cidrBlock().startsWith("10.30."))
                  .map(s -> s.cidrBlock() + " " + s.availabilityZone())
                  .sorted())
          .containsExactly("10.30.0.0/24 us-east-1a", "10.30.2.0/24 us-east-1b");
    }
    assertThat(
            space.rows("prod", "SELECT tags->>'stage' FROM vpc WHERE cidr_block = '10.30.0.0/16'"))
        .containsExactly("live");
  }

  @Test
  void shouldAskForWhatTheTargetHasNotAndGoOnOnceItIsThere() {
    staging("dlq", "INSERT INTO queue (name) VALUES ('jobs')");
    space.elsewhere("bare", PROD_REGION, Approval.MANUAL, "aws_s3");
    space.awaitReady("bare");
    replicate("queue-to-bare", from("dlq") + "to: {environmentRef: {name: bare}}");

    ReplicationStatus unmapped = await("queue-to-bare", ReplicationStatus.Phase.UNMAPPED);
    assertThat(unmapped.unmapped())
        .extracting("table", "name")
        .containsExactly(tuple("iasql_module", "aws_sqs"));
    assertThat(unmapped.unmapped().get(0).suggestions().get(0))
        .startsWith("kubectl patch environment bare -n " + space.namespace)
        .contains("aws_sqs");
    assertThat(unmapped.transactionRef()).isNull();
    assertThat(space.events("queue-to-bare")).contains("Warning Unmapped");

    space.patch(Environment.class, "bare", "{\"spec\":{\"modules\":[\"aws_s3\",\"aws_sqs\"]}}");
    assertThat(approve("queue-to-bare").comparison().verdict()).isEqualTo(Verdict.SAME);
    assertThat(space.rows("bare", "SELECT name FROM queue")).containsExactly("jobs");
  }

  @Test
  void shouldSaySoWhenTheProposalWasEdited() {
    staging("edited", "INSERT INTO bucket (name) VALUES ('edited-bucket')");
    replicate("edited-to-prod", from("edited"));
    String name =
        await("edited-to-prod", "propose", s -> s.transactionRef() != null).transactionRef().name();

    space.patch(
        SqlTransaction.class,
        name,
        "{\"spec\":{\"sql\":\"INSERT INTO bucket (name) VALUES ('edited-otherwise')\"}}");

    ReplicationStatus edited =
        await(
            "edited-to-prod",
            "see the edit",
            s -> s.comparison() != null && Boolean.TRUE.equals(s.comparison().edited()));
    assertThat(edited.comparison().verdict()).isEqualTo(Verdict.DIFFERENT);
    assertThat(edited.comparison().differences())
        .anySatisfy(
            d -> {
              assertThat(d.source()).contains("edited-bucket");
              assertThat(d.target()).contains("edited-otherwise");
              assertThat(d.explainedBy()).isNull();
            });
    assertThat(edited.message()).contains("was edited");
  }

  @Test
  void shouldFollowAChainStepByStep() {
    space.elsewhere("dev", Space.REGION, Approval.AUTOMATIC, "aws_sqs");
    space.elsewhere("test", Space.REGION, Approval.AUTOMATIC, "aws_sqs");
    space.elsewhere("live", PROD_REGION, Approval.AUTOMATIC, "aws_sqs");
    List.of("dev", "test", "live").forEach(space::awaitReady);
    replicate("dev-test", follow("dev", "test") + "mode: Automatic");
    replicate("test-live", follow("test", "live") + "mode: Automatic\nrequiredSoakTime: 5s");
    await("dev-test", ReplicationStatus.Phase.COMMITTED);
    await("test-live", ReplicationStatus.Phase.COMMITTED);

    space.transaction(
        "dev",
        "one",
        "INSERT INTO queue (name, visibility_timeout) VALUES ('jobs', 30)",
        OnFailure.ROLLBACK);
    space.await("one", Phase.COMMITTED);
    space.transaction(
        "dev",
        "two",
        "UPDATE queue SET visibility_timeout = 60 WHERE name = 'jobs'",
        OnFailure.ROLLBACK);

    ReplicationStatus soaking =
        await("test-live", "wait for the soak time", s -> "Soaking".equals(reason(s)));
    assertThat(soaking.message()).contains("requiredSoakTime 5s");
    await(
        "test-live",
        "carry both over",
        s ->
            s.transactions().size() == 2
                && s.transactions().stream().allMatch(t -> t.phase().equals("Committed")));
    assertThat(space.rows("live", "SELECT name, visibility_timeout, region FROM queue"))
        .containsExactly("jobs|60|us-east-1");

    // One that would close the ring is refused; those that were there go on.
    replicate("live-dev", follow("live", "dev"));
    ReplicationStatus refused = await("live-dev", ReplicationStatus.Phase.FAILED);
    assertThat(reason(refused)).isEqualTo("CyclicChain");
    assertThat(refused.message()).contains("live → dev → test → live");
    assertThat(Kstatus.find(refused.conditions(), "Stalled")).isPresent();
  }

  private static String follow(String from, String to) {
    return "from: {environmentRef: {name: %s}, sinceLast: true}\nto: {environmentRef: {name: %s}}\n"
        .formatted(from, to);
  }

  @Test
  void shouldWaitForTheSourceAndSayWhyItCannotGoOn() {
    replicate("early", from("late"));
    ReplicationStatus waiting = await("early", ReplicationStatus.Phase.WAITING);
    assertThat(reason(waiting)).isEqualTo("SourceNotCommitted");
    assertThat(waiting.message()).contains("SqlTransaction late does not exist");

    space.transaction(
        "staging", "late", "INSERT INTO cue (name) VALUES ('late')", OnFailure.ROLLBACK);
    ReplicationStatus failed = await("early", ReplicationStatus.Phase.FAILED);
    assertThat(reason(failed)).isEqualTo("SourceFailed");
    assertThat(failed.message()).contains("was not committed as a whole", "cue");

    space.patch(
        SqlTransaction.class,
        "late",
        "{\"spec\":{\"sql\":\"INSERT INTO queue (name) VALUES ('late')\"}}");
    assertThat(approve("early").comparison().verdict()).isEqualTo(Verdict.SAME);

    replicate(
        "wrong", from("late") + "overrides: [{table: queue, where: {name: nope}, set: {name: x}}]");
    ReplicationStatus wrong = await("wrong", ReplicationStatus.Phase.FAILED);
    assertThat(wrong.message()).contains("overrides[0] matches no row of queue");
  }

  @Test
  void shouldKeepWhatWasProposedWhenTheSourceIsGone() {
    space.elsewhere("brief", Space.REGION, Approval.AUTOMATIC, "aws_sqs");
    space.awaitReady("brief");
    space.transaction(
        "brief", "farewell", "INSERT INTO queue (name) VALUES ('farewell')", OnFailure.ROLLBACK);
    space.await("farewell", Phase.COMMITTED);
    String spec = "from: {environmentRef: {name: brief}, transactionRef: {name: farewell}}\n";
    replicate("farewell-to-prod", spec);
    String name =
        await("farewell-to-prod", "wait for approval", s -> "AwaitingApproval".equals(reason(s)))
            .transactionRef()
            .name();

    deleteAndAwait(Environment.class, "brief");

    ReplicationStatus gone =
        await("farewell-to-prod", "see that it is gone", s -> "SourceGone".equals(reason(s)));
    assertThat(gone.message()).contains("Environment brief", "can be approved as it is");
    space.approve(name);
    space.await(name, Phase.COMMITTED);
    replicate("farewell-late", spec);
    ReplicationStatus late = await("farewell-late", ReplicationStatus.Phase.FAILED);
    assertThat(late.message()).contains("Environment brief does not exist");
  }

  private static void deleteAndAwait(Class<? extends HasMetadata> type, String name) {
    space.delete(type, name);
    space.awaitGone(type, name);
  }
}
