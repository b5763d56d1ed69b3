package io.iasql.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.iasql.crds.Condition;
import io.iasql.crds.CustomResources;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.s3.S3Client;

/** What staging has committed goes to another account in another region. */
class ReplicationIT {
  private static final String PROD_REGION = "us-east-1";
  private static final String VPC =
      "SELECT coalesce(tags->>'stage', '') FROM vpc WHERE cidr_block = '10.30.0.0/16'";
  private static final String SITE_RULES =
      "overrides: [{table: bucket, where: {name: www.acme.example}, set: {name: www.acme.prod}}]\n";
  private static Space space;
  private static AwsPeer.Account prod;

  @BeforeAll
  static void open() {
    space = Space.empty("replication");
    space.connect();
    space.environment("staging", Approval.AUTOMATIC, "aws_s3", "aws_security_group", "aws_sqs");
    prod =
        space.elsewhere(
            "prod", PROD_REGION, Approval.AUTOMATIC, "aws_s3", "aws_security_group", "aws_sqs");
    space.awaitReady("staging");
    space.awaitReady("prod");
  }

  private static void staging(String name, String sql) {
    space.transaction("staging", name, sql, OnFailure.ROLLBACK);
    space.await(name, Phase.COMMITTED);
  }

  private static Replication replicate(String name, String spec) {
    return replicate(name, spec, "");
  }

  private static Replication replicate(String name, String spec, String by) {
    Replication replication = new Replication();
    replication.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(space.namespace)
            .withName(name)
            .withAnnotations(by.isEmpty() ? Map.of() : Map.of(CustomResources.REQUESTED_BY, by))
            .build());
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
    ReplicationStatus proposed = awaitProposal(replication, "");
    space.approve(proposed.transactionRef().name());
    await(replication, ReplicationStatus.Phase.COMMITTED);
    return proposed;
  }

  /** Commits a transaction of a sample in staging. */
  private static void stagingHas(String name, String sample) {
    try {
      SqlTransaction transaction =
          Serialization.unmarshal(
              Files.readString(Path.of("..", "samples", sample)), SqlTransaction.class);
      staging(name, transaction.getSpec().sql());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ReplicationStatus awaitProposal(String replication, String after) {
    return await(
        replication,
        "propose what comes after " + after,
        s ->
            "AwaitingApproval".equals(reason(s))
                && s.comparison() != null
                && !after.equals(s.transactionRef().name()));
  }

  @Test
  void shouldTakeASiteToProductionUnderAnotherName() {
    stagingHas("site", "static-site/02-site.yaml");
    pages(
        "pages",
        Map.of("index_html", "<h1>Acme</h1>", "missing_html", "None", "style_css", "h1 {}"));
    replicate(
        "site-to-prod",
        from("site") + SITE_RULES + "parametersFrom: [{secretRef: {name: pages}}]\n",
        "alice");

    // It waits, although prod approves by itself.
    ReplicationStatus proposed = awaitProposal("site-to-prod", "");
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
    assertThat(proposed.parameters())
        .hasSize(6)
        .contains("bucket_object_index_html_www_acme_example_content");
    String name = proposed.transactionRef().name();
    SqlTransaction made = space.find(SqlTransaction.class, name).orElseThrow();
    assertThat(made.getMetadata().getLabels())
        .containsEntry(SqlTransaction.SOURCE_ENVIRONMENT, "staging")
        .containsEntry(SqlTransaction.SOURCE_TRANSACTION, "site");
    assertThat(made.getMetadata().getAnnotations())
        .containsEntry(CustomResources.REQUESTED_BY, "alice");
    assertThat(made.getMetadata().getOwnerReferences())
        .extracting("kind", "name")
        .containsExactly(tuple("Replication", "site-to-prod"));
    assertThat(made.getSpec().sql())
        .contains("arn:aws:s3:::www.acme.prod/*")
        .doesNotContain("www.acme.example", "eu-west-1", space.account.id(), "Opening soon");
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
      assertThat(s3.getBucketPolicy(r -> r.bucket("www.acme.prod")).policy())
          .contains("www.acme.prod/*");
      assertThat(
              s3.getObjectAsBytes(r -> r.bucket("www.acme.prod").key("index.html")).asUtf8String())
          .isEqualTo("<h1>Acme</h1>");
    }

    // The same change again is recognised.
    replicate("site-again", from("site") + SITE_RULES);
    ReplicationStatus again = await("site-again", ReplicationStatus.Phase.COMMITTED);
    assertThat(again.transactionRef().name()).isEqualTo(name);

    takeTheOpeningAlong();
  }

  /** A Secret with the contents of objects, and what kind of content each is. */
  private static void pages(String name, Map<String, String> contents) {
    Map<String, String> values = new HashMap<>();
    contents.forEach(
        (key, content) -> {
          String parameter = "bucket_object_" + key + "_www_acme_example_content";
          values.put(parameter, content);
          values.put(parameter + "_type", "text/html");
        });
    space.secret(name, values);
  }

  /** An update and a deletion, with contents that nobody gave at first. */
  private static void takeTheOpeningAlong() {
    stagingHas("opening", "static-site/03-opening.yaml");
    replicate("opening-to-prod", from("opening") + SITE_RULES);
    ReplicationStatus asking = await("opening-to-prod", ReplicationStatus.Phase.FAILED);
    assertThat(asking.parameters())
        .contains(
            "bucket_object_index_html_www_acme_example_content",
            "bucket_object_robots_txt_www_acme_example_content");
    assertThat(asking.message()).contains("there is no parameter", "spec.parametersFrom");
    pages("opening-pages", Map.of("index_html", "<h1>Open</h1>", "robots_txt", "Allow: /"));

    space.patch(
        SqlTransaction.class,
        asking.transactionRef().name(),
        "{\"spec\":{\"parametersFrom\":[{\"secretRef\":{\"name\":\"opening-pages\"}}]}}");

    assertThat(approve("opening-to-prod").comparison().verdict()).isEqualTo(Verdict.SAME);
    assertThat(space.rows("prod", "SELECT name, tags->>'stage' FROM bucket WHERE name LIKE 'www%'"))
        .containsExactly("www.acme.prod|live");
    assertThat(space.rows("prod", "SELECT key FROM bucket_object ORDER BY 1"))
        .containsExactly("index.html", "missing.html", "robots.txt");
  }

  @Test
  void shouldTakeANetworkToAnotherRegionWithOtherRangesAndUndoItThere() {
    String rules =
        """
        overrides:
        - {table: vpc, where: {cidr_block: 10.20.0.0/16}, set: {cidr_block: 10.30.0.0/16}}
        - {table: subnet, where: {cidr_block: 10.20.0.0/24}, set: {cidr_block: 10.30.0.0/24}}
        - {table: subnet, where: {cidr_block: 10.20.1.0/24}, set: {cidr_block: 10.30.1.0/24}}
        - {table: subnet, where: {cidr_block: 10.20.16.0/20}, set: {cidr_block: 10.30.16.0/20}}
        - {table: subnet, where: {cidr_block: 10.20.32.0/20}, set: {cidr_block: 10.30.32.0/20}}
        - {table: subnet, where: {cidr_block: 10.20.48.0/24}, set: {cidr_block: 10.30.48.0/24}}
        """;
    stagingHas("network", "network/02-network.yaml");
    stagingHas("routes", "network/03-routes.yaml");
    stagingHas("change", "network/04-change.yaml");
    replicate(
        "network-to-prod",
        "from: {environmentRef: {name: staging},"
            + " transactionRefs: [{name: change}, {name: routes}, {name: network}]}\n"
            + rules);

    // In the order of the commits, each once the one before is committed.
    ReplicationStatus network = awaitProposal("network-to-prod", "");
    String networkName = network.transactionRef().name();
    assertThat(networkName).startsWith("staging-network-");
    assertThat(network.comparison().verdict()).as(network.toString()).isEqualTo(Verdict.SAME);
    assertThat(space.find(SqlTransaction.class, networkName).orElseThrow().getSpec().sql())
        .contains("us-east-1a", "10.30.1.0/24", "10.30.32.0/20")
        .doesNotContain("eu-west-1", "10.20.", "vpc-", "sg-", "subnet-");
    space.approve(networkName);
    ReplicationStatus routes = awaitProposal("network-to-prod", networkName);
    String routesName = routes.transactionRef().name();
    assertThat(routesName).startsWith("staging-routes-");
    assertThat(routes.comparison().verdict()).as(routes.toString()).isEqualTo(Verdict.SAME);
    space.approve(routesName);
    ReplicationStatus change = awaitProposal("network-to-prod", routesName);
    String changeName = change.transactionRef().name();
    assertThat(changeName).startsWith("staging-change-");
    assertThat(change.comparison().verdict()).as(change.toString()).isEqualTo(Verdict.SAME);
    assertThat(space.status(changeName).plan().text())
        .isEqualTo(space.status("change").plan().text())
        .contains("±2");
    space.approve(changeName);
    await("network-to-prod", ReplicationStatus.Phase.COMMITTED);

    assertThat(subnetsOfProd())
        .containsExactly(
            "10.30.0.0/24 us-east-1a",
            "10.30.1.0/24 us-east-1b",
            "10.30.16.0/20 us-east-1a",
            "10.30.48.0/24 us-east-1b");
    assertThat(space.rows("prod", VPC)).containsExactly("live");

    undo(changeName);
    assertThat(subnetsOfProd()).contains("10.30.32.0/20 us-east-1b").hasSize(4);
    assertThat(space.rows("prod", VPC)).containsExactly("");
    assertThat(
            space.rows("prod", "SELECT group_name FROM security_group WHERE group_name LIKE 's%'"))
        .contains("shop-data");
  }

  private static List<String> subnetsOfProd() {
    try (Ec2Client ec2 = space.ec2(prod, PROD_REGION)) {
      return ec2.describeSubnets().subnets().stream()
          .filter(s -> s.cidrBlock().startsWith("10.30."))
          .map(s -> s.cidrBlock() + " " + s.availabilityZone())
          .sorted()
          .toList();
    }
  }

  private static void undo(String name) {
    String undo =
        """
        apiVersion: iasql.io/v1alpha1
        kind: SqlTransaction
        metadata: {name: undo, namespace: %s}
        spec: {environmentRef: {name: prod}, undoOf: {name: %s}}
        """;
    space.stack.client.resource(undo.formatted(space.namespace, name)).create();
    space.await("undo", Phase.COMMITTED);
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

  /** A Replication follows from the second in which it was made: what was before is not its. */
  private static void awaitNextSecond() {
    long now = Instant.now().getEpochSecond();
    Awaitility.await("the next second").until(() -> Instant.now().getEpochSecond() > now);
  }

  @Test
  void shouldMakeNothingOnceItIsDeleted() {
    awaitNextSecond();
    replicate("short-lived", follow("staging", "prod"));
    await("short-lived", ReplicationStatus.Phase.COMMITTED);
    space.delete(Replication.class, "short-lived");
    space.awaitGone(Replication.class, "short-lived");

    staging("after-deletion", "INSERT INTO queue (name) VALUES ('after-deletion')");

    // Whoever comes first makes the one SqlTransaction of a commit.
    Replication witness = replicate("witness", from("after-deletion"));
    String made = approve("witness").transactionRef().name();
    assertThat(
            space.find(SqlTransaction.class, made).orElseThrow().getMetadata().getOwnerReferences())
        .extracting(OwnerReference::getUid)
        .containsExactly(witness.getMetadata().getUid());
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
    String spec = "from: {environmentRef: {name: brief}, since: 1h}\n";
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
