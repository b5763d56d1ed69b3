package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.Power;
import io.iasql.engine.replicate.Carried;
import io.iasql.engine.replicate.Commit;
import io.iasql.engine.replicate.Comparison;
import io.iasql.engine.replicate.Comparison.Difference;
import io.iasql.engine.replicate.Replicas;
import io.iasql.engine.replicate.ReplicationException;
import io.iasql.engine.replicate.Rules;
import io.iasql.engine.replicate.Unmapped;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one environment has committed, carried to another account. */
class ReplicationIT {
  private static final String STAGING = "111122223333";
  private static final String PROD = "444455556666";

  private TestEnvironment staging;
  private TestEnvironment prod;

  @BeforeEach
  void open() {
    staging = environment(STAGING);
    prod = environment(PROD);
  }

  @AfterEach
  void close() {
    staging.close();
    prod.close();
  }

  private static TestEnvironment environment(String account) {
    TestEnvironment environment =
        new TestEnvironment(TestServer.newDatabase(), new FakeAccount(account), Power.lasting());
    environment.sync();
    return environment;
  }

  private static Map<String, JsonNode> columns(String json) {
    Map<String, JsonNode> columns = new LinkedHashMap<>();
    Json.parse(json).fields().forEachRemaining(f -> columns.put(f.getKey(), f.getValue()));
    return columns;
  }

  private static Rules.Override override(String table, String where, String set) {
    return new Rules.Override(table, columns(where), columns(set));
  }

  private static Rules overriding(Rules.Override... overrides) {
    return new Rules(List.of(overrides), List.of(), List.of());
  }

  private static Rules excluding(String table, String where) {
    return new Rules(List.of(), List.of(new Rules.Exclusion(table, columns(where))), List.of());
  }

  private static Rules mapping(String table, String from, String to) {
    return new Rules(
        List.of(), List.of(), List.of(new Rules.Mapping(table, columns(from), columns(to))));
  }

  private String commit(String sql) {
    String id = staging.submit(sql, OnFailure.ROLLBACK);
    assertThat(staging.await(id).state()).isEqualTo(TransactionState.COMMITTED);
    return id;
  }

  private Carried carry(String transaction, Rules rules) {
    return staging
        .engine()
        .replicas()
        .carry(transaction, prod.engine().replicas().place(), rules, true);
  }

  private List<Unmapped> unmapped(Carried carried) {
    return prod.engine().replicas().unmapped(carried);
  }

  private Comparison compare(Carried carried) {
    return prod.engine().replicas().compare(carried.sql(), carried);
  }

  /** Carries what the SQL does in staging over to prod, and commits it there. */
  private Comparison carried(String sql, Rules rules) {
    Carried carried = carry(commit(sql), rules);
    assertThat(unmapped(carried)).isEmpty();
    Comparison comparison = compare(carried);
    prod.commit(ParameterCalls.withoutValues(carried.sql()));
    return comparison;
  }

  private static final Rules PROD_NAME =
      overriding(override("bucket", "{\"name\":\"assets\"}", "{\"name\":\"assets-prod\"}"));

  @Test
  void shouldTellItsCommitsInTheirOrder() {
    Instant start = Instant.now();
    String one = commit("INSERT INTO bucket (name) VALUES ('one')");
    String two = commit("INSERT INTO bucket (name) VALUES ('two')");
    Replicas replicas = staging.engine().replicas();

    List<Commit> all = replicas.commits(start.minusSeconds(5), Instant.now().plusSeconds(5));
    assertThat(all).extracting(Commit::id).containsExactly(one, two);
    assertThat(replicas.commits(all.get(0).position())).extracting(Commit::id).containsExactly(two);
    assertThat(replicas.commits(start.minusSeconds(10), start.minusSeconds(5))).isEmpty();
    assertThat(replicas.commit(all.get(1).name()).map(Commit::id)).contains(two);
    assertThat(replicas.commit("infra/never")).isEmpty();
  }

  // What is the same and what is otherwise -------------------------------------------------------

  @Test
  void shouldMakeTheSameChangeInTheOtherAccount() {
    Comparison comparison =
        carried(
            "INSERT INTO bucket (name, size) VALUES ('assets', 3);"
                + " INSERT INTO block (bucket_name) VALUES ('assets')",
            Rules.NONE);

    assertThat(comparison.same()).isTrue();
    assertThat(comparison.differences()).isEmpty();
    assertThat(prod.query("SELECT name || size FROM bucket")).containsExactly("assets3");
    assertThat(prod.query("SELECT bucket_name FROM block")).containsExactly("assets");
  }

  @Test
  void shouldCallARowOtherwiseFromItsInsertionToItsDeletion() {
    Comparison inserted =
        carried(
            "INSERT INTO bucket (name, size) VALUES ('assets', 3);"
                + " INSERT INTO block (bucket_name) VALUES ('assets')",
            PROD_NAME);
    assertThat(inserted.same()).isTrue();
    assertThat(inserted.differences())
        .containsExactly(
            new Difference(
                "bucket", "assets-prod", "name", "assets", "assets-prod", "overrides[0]"));

    Comparison updated = carried("UPDATE bucket SET size = 4", PROD_NAME);
    assertThat(updated.same()).isTrue();
    assertThat(updated.differences()).isEmpty();
    assertThat(prod.query("SELECT name || size FROM bucket")).containsExactly("assets-prod4");

    // The bucket stays as it is in the source and is named by its name in the target all the same.
    carried("UPDATE block SET strict = false", PROD_NAME);
    assertThat(prod.query("SELECT bucket_name || strict FROM block"))
        .containsExactly("assets-prodfalse");

    assertThat(carried("UPDATE bucket SET tier = 'cold'", PROD_NAME).same()).isTrue();
    carried("DELETE FROM block; DELETE FROM bucket", PROD_NAME);
    assertThat(prod.query("SELECT name FROM bucket")).isEmpty();
  }

  @Test
  void shouldKeepAnOverriddenSizeWhateverTheSourceSays() {
    Rules size = overriding(override("queue", "{\"name\":\"jobs\"}", "{\"visibility\":120}"));
    Comparison inserted = carried("INSERT INTO queue (name, visibility) VALUES ('jobs', 30)", size);
    assertThat(inserted.same()).isTrue();
    assertThat(inserted.differences())
        .containsExactly(
            new Difference("queue", "jobs", "visibility", "30", "120", "overrides[0]"));

    Carried update = carry(commit("UPDATE queue SET visibility = 60"), size);
    Comparison updated = compare(update);
    assertThat(updated.same()).isTrue();
    assertThat(updated.differences())
        .containsExactly(
            new Difference("queue", "jobs", "visibility", "60", "(as it is)", "overrides[0]"));
    assertThat(prod.plan(update.sql()).actions()).isEmpty();
  }

  @Test
  void shouldNameTheTargetsAccountInPolicies() {
    Carried carried =
        carry(
            commit(
                "INSERT INTO bucket (name, policy) VALUES ('assets', '{\"Principal\":"
                    + " \"arn:aws:iam::111122223333:root\", \"Resource\":"
                    + " [\"arn:aws:s3:::assets/*\", \"arn:aws:sqs:eu-1:111122223333:jobs\"]}');"
                    + " INSERT INTO block (bucket_name, strict) VALUES ('assets', false)"),
            PROD_NAME);

    assertThat(carried.sql())
        .contains("arn:aws:iam::444455556666:root")
        .contains("arn:aws:s3:::assets-prod/*")
        .contains("arn:aws:sqs:eu-1:444455556666:jobs")
        .doesNotContain(STAGING);
    assertThat(compare(carried).same()).isTrue();
  }

  @Test
  void shouldReferToRowsByWhatPeopleChoseForThem() {
    carried("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')", Rules.NONE);
    Comparison comparison =
        carried(
            "INSERT INTO subnet (net_id, cidr, zone_name) SELECT id, '10.1.1.0/24', 'eu-1a' FROM net;"
                + " INSERT INTO grp (name, net_id) SELECT 'web', id FROM net",
            Rules.NONE);

    assertThat(comparison.same()).isTrue();
    assertThat(
            prod.query(
                "SELECT n.cidr || ' ' || s.cidr FROM subnet s JOIN net n ON n.id = s.net_id"))
        .containsExactly("10.1.0.0/16 10.1.1.0/24");
    // Ids that each account assigned itself.
    assertThat(prod.value("SELECT net_id FROM net WHERE cidr = '10.1.0.0/16'")).startsWith("net-");
  }

  @Test
  void shouldUseOtherRangesInTheTarget() {
    Rules ranges =
        overriding(
            override("net", "{\"cidr\":\"10.1.0.0/16\"}", "{\"cidr\":\"10.9.0.0/16\"}"),
            override("subnet", "{\"cidr\":\"10.1.1.0/24\"}", "{\"cidr\":\"10.9.1.0/24\"}"));
    String net = commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    String subnet = commit("INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net");
    for (String transaction : List.of(net, subnet)) {
      Carried carried = carry(transaction, ranges);
      assertThat(compare(carried).same()).isTrue();
      prod.commit(carried.sql());
    }

    assertThat(
            prod.query(
                "SELECT n.cidr || ' ' || s.cidr FROM subnet s JOIN net n ON n.id = s.net_id"))
        .containsExactly("10.9.0.0/16 10.9.1.0/24");
    carried("DELETE FROM subnet", ranges);
    assertThat(prod.query("SELECT cidr FROM subnet")).isEmpty();
  }

  @Test
  void shouldAskForAParameterInPlaceOfASecret() {
    Carried carried =
        carry(commit("INSERT INTO bucket (name, secret) VALUES ('assets', 'hush')"), PROD_NAME);

    assertThat(carried.parameters()).containsExactly("bucket_assets_prod_secret");
    assertThat(carried.sql())
        .contains("iasql_parameter('bucket_assets_prod_secret')")
        .doesNotContain("hush")
        .doesNotContain("hash:");
    assertThat(unmapped(carried)).isEmpty();
    assertThat(compare(carried).same()).isTrue();

    Carried changed = carry(commit("UPDATE bucket SET secret = 'psst'"), PROD_NAME);
    assertThat(changed.parameters()).containsExactly("bucket_assets_prod_secret");
  }

  @Test
  void shouldAskForOneParameterForEachSecret() {
    Carried carried =
        carry(
            commit("INSERT INTO bucket (name, secret) VALUES ('a-b', 'hush'), ('a.b', 'psst')"),
            Rules.NONE);

    assertThat(carried.parameters())
        .hasSize(2)
        .contains("bucket_a_b_secret")
        .doesNotHaveDuplicates();
  }

  // What stands in the way -----------------------------------------------------------------------

  @Test
  void shouldListWhatTheTargetHasNot() {
    commit("INSERT INTO bucket (name) VALUES ('assets')");
    prod.commit("INSERT INTO bucket (name) VALUES ('assets-eu')");
    Carried carried =
        carry(commit("INSERT INTO block (bucket_name) VALUES ('assets')"), Rules.NONE);

    assertThat(unmapped(carried))
        .containsExactly(
            new Unmapped("bucket", "assets", "block assets", List.of("name=assets-eu")));
    assertThat(prod.query("SELECT bucket_name FROM block")).isEmpty();
  }

  @Test
  void shouldTellOnceWhatSeveralRowsNeed() {
    commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    Carried carried =
        carry(
            commit(
                "INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net;"
                    + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.2.0/24' FROM net;"
                    + " INSERT INTO host (label, subnet_id) SELECT 'one', id FROM subnet"
                    + " WHERE cidr = '10.1.2.0/24'"),
            Rules.NONE);

    assertThat(unmapped(carried)).hasSize(1);
    assertThat(unmapped(carried).get(0).table()).isEqualTo("net");
    assertThat(unmapped(carried).get(0).name()).contains("10.1.0.0/16");
  }

  @Test
  void shouldTakeAMappingForARowThatIsCalledOtherwise() {
    commit("INSERT INTO bucket (name) VALUES ('assets')");
    prod.commit("INSERT INTO bucket (name) VALUES ('assets-eu')");

    Comparison comparison =
        carried(
            "INSERT INTO block (bucket_name) VALUES ('assets')",
            mapping("bucket", "{\"name\":\"assets\"}", "{\"name\":\"assets-eu\"}"));

    assertThat(comparison.same()).isTrue();
    assertThat(prod.query("SELECT bucket_name FROM block")).containsExactly("assets-eu");
  }

  @Test
  void shouldNotMakeARowThatIsThere() {
    prod.commit(
        "INSERT INTO bucket (name) VALUES ('assets'); INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    String transaction =
        commit(
            "INSERT INTO bucket (name) VALUES ('assets');"
                + " INSERT INTO block (bucket_name) VALUES ('assets');"
                + " INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");

    assertThat(unmapped(carry(transaction, Rules.NONE)))
        .extracting(Unmapped::table, Unmapped::neededBy)
        .containsExactlyInAnyOrder(
            tuple("bucket", "it is to be inserted and is there already"),
            tuple("net", "it is to be inserted and is there already"));

    Rules mapped =
        new Rules(
            List.of(),
            List.of(new Rules.Exclusion("net", columns("{\"cidr\":\"10.1.0.0/16\"}"))),
            List.of(
                new Rules.Mapping(
                    "bucket", columns("{\"name\":\"assets\"}"), columns("{\"name\":\"assets\"}"))));
    Carried carried = carry(transaction, mapped);
    assertThat(unmapped(carried)).isEmpty();
    assertThat(carried.sql()).contains("block").doesNotContain("INSERT INTO bucket");
    Comparison comparison = compare(carried);
    assertThat(comparison.same()).isTrue();
    assertThat(comparison.differences())
        .extracting(Difference::explainedBy)
        .containsExactlyInAnyOrder("mapping[0]", "exclude[0]");
  }

  @Test
  void shouldNameTheModuleThatTheTargetHasNot() {
    try (TestEnvironment small =
        new TestEnvironment(TestServer.emptyDatabase(), new FakeAccount(PROD), Power.lasting())) {
      small.engine().prepare(List.of("fake_net"));
      Carried carried =
          staging
              .engine()
              .replicas()
              .carry(
                  commit("INSERT INTO bucket (name) VALUES ('assets')"),
                  small.engine().replicas().place(),
                  Rules.NONE,
                  true);

      assertThat(small.engine().replicas().missingModules(carried)).containsExactly("fake_app");
    }
  }

  // Rules that cannot be -------------------------------------------------------------------------

  @Test
  void shouldRefuseRulesThatApplyToNothing() {
    String transaction = commit("INSERT INTO bucket (name) VALUES ('assets')");

    assertRefused(
        transaction,
        overriding(override("bucket", "{\"name\":\"asets\"}", "{\"size\":1}")),
        "overrides[0] matches no row of bucket");
    assertRefused(
        transaction,
        excluding("bucket", "{\"name\":\"asets\"}"),
        "exclude[0] matches no row of bucket");
    assertRefused(
        transaction,
        mapping("bucket", "{\"name\":\"asets\"}", "{\"name\":\"x\"}"),
        "mapping[0] matches no row of bucket");
    assertRefused(
        transaction,
        overriding(override("bucket", "{\"name\":\"assets\"}", "{\"sise\":1}")),
        "overrides[0] names column sise, which table bucket has not");
    assertRefused(
        transaction,
        excluding("bukket", "{\"name\":\"assets\"}"),
        "exclude[0] names table bukket, which the source has not");
  }

  @Test
  void shouldTakeARuleAboutARowOfAnotherTransaction() {
    commit("INSERT INTO bucket (name) VALUES ('gone'), ('assets')");
    commit("DELETE FROM bucket WHERE name = 'gone'");

    Carried carried =
        carry(
            commit("UPDATE bucket SET size = 4"),
            overriding(override("bucket", "{\"name\":\"gone\"}", "{\"size\":5}")));

    assertThat(carried.sql()).contains("size = 4");
  }

  @Test
  void shouldRefuseOverridesThatContradict() {
    String transaction =
        commit("INSERT INTO bucket (name, size) VALUES ('assets', 3), ('media', 3)");

    assertRefused(
        transaction,
        overriding(
            override("bucket", "{\"name\":\"assets\"}", "{\"size\":5}"),
            override("bucket", "{\"size\":3}", "{\"size\":6}")),
        "overrides[0] and overrides[1] both set column size");
    assertRefused(
        transaction,
        overriding(override("bucket", "{\"size\":3}", "{\"name\":\"one\"}")),
        "overrides[0] gives several rows of bucket one identity");
  }

  private void assertRefused(String transaction, Rules rules, String message) {
    assertThatThrownBy(() -> carry(transaction, rules))
        .isInstanceOf(ReplicationException.class)
        .hasMessageContaining(message);
  }

  // What differs unasked -------------------------------------------------------------------------

  @Test
  void shouldSayWhatAnEditedTextDoesOtherwise() {
    Carried carried =
        carry(commit("INSERT INTO bucket (name, size) VALUES ('assets', 3)"), PROD_NAME);

    Comparison comparison =
        prod.engine()
            .replicas()
            .compare(
                carried.sql().replace("3", "7") + " INSERT INTO memo (words) VALUES ('by hand')",
                carried);

    assertThat(comparison.same()).isFalse();
    assertThat(comparison.digest()).isNotEqualTo(compare(carried).digest());
    assertThat(comparison.differences())
        .contains(
            new Difference("bucket", "assets-prod", "size", "3", "7", ""),
            new Difference(
                "bucket", "assets-prod", "name", "assets", "assets-prod", "overrides[0]"))
        .anySatisfy(
            d -> {
              assertThat(d.table()).isEqualTo("memo");
              assertThat(d.source()).isEqualTo("(nothing is done)");
            });
  }

  @Test
  void shouldSayThatTheTargetIsAsWantedAlready() {
    carried("INSERT INTO queue (name, visibility) VALUES ('jobs', 30)", Rules.NONE);
    prod.commit("UPDATE queue SET visibility = 60");

    Comparison comparison = compare(carry(commit("UPDATE queue SET visibility = 60"), Rules.NONE));

    assertThat(comparison.same()).isFalse();
    assertThat(comparison.differences())
        .containsExactly(
            new Difference("queue", "jobs", "", "update jobs", "(nothing is done)", ""));
  }

  @Test
  void shouldPlanOverWhatHasDriftedInTheTargetAndSaySo() {
    carried("INSERT INTO bucket (name, size) VALUES ('assets', 3)", Rules.NONE);
    prod.account().change("bucket", "name", "assets", "size", 77);

    Carried carried = carry(commit("UPDATE bucket SET tags = '{\"a\": \"b\"}'"), Rules.NONE);

    assertThat(unmapped(carried)).isEmpty();
    assertThat(compare(carried).same()).isTrue();
    assertThat(prod.plan(carried.sql()).actions())
        .singleElement()
        .satisfies(a -> assertThat(a.note()).contains("drift: size is 77 in AWS and 3 in the row"));
  }

  @Test
  void shouldCountWhatThePlanOfTheTargetReplacesBesides() {
    carried("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')", Rules.NONE);
    prod.commit("INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net");

    Comparison comparison =
        compare(carry(commit("UPDATE net SET cidr = '10.2.0.0/16'"), Rules.NONE));

    assertThat(comparison.same()).isFalse();
    assertThat(comparison.differences())
        .contains(new Difference("subnet", "", "", "replace of 0", "replace of 1", ""));
  }

  @Test
  void shouldGiveEqualDigestsToEqualChanges() {
    String first = carried("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')", Rules.NONE).digest();
    Carried again = carry(commit("INSERT INTO bucket (name) VALUES ('assets')"), Rules.NONE);

    assertThat(compare(again).digest()).hasSize(12).isNotEqualTo(first);
    assertThat(compare(again).digest()).isEqualTo(compare(again).digest());
  }
}
