package io.iasql.engine;

import static io.iasql.engine.TestEnvironment.actions;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.Power;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** From SQL to a plan: what it says, and that planning changes nothing. */
@Order(4)
class PlanIT {
  private TestEnvironment env;

  @BeforeEach
  void start() {
    env = TestEnvironment.fresh();
  }

  @AfterEach
  void stop() {
    env.close();
  }

  private static Plan.Action only(Plan plan) {
    assertThat(plan.actions()).hasSize(1);
    return plan.actions().get(0);
  }

  private static List<String> columns(Plan.Action action) {
    return action.changes().stream().map(Plan.Change::name).toList();
  }

  // Net change
  // -------------------------------------------------------------------------------------

  @Test
  void planningChangesNeitherRowsNorCloud() {
    Map<String, String> before = env.contents();
    env.account().forgetCalls();

    Plan plan = env.engine().plan("tx-plan-only", "INSERT INTO bucket (name) VALUES ('assets')");

    assertThat(plan.summary().text()).isEqualTo("+1 ~0 ±0 -0");
    Map<String, String> after = env.contents();
    before.keySet().removeIf(t -> t.startsWith("iasql.plan"));
    after.keySet().removeIf(t -> t.startsWith("iasql.plan"));
    assertThat(after).isEqualTo(before);
    assertThat(env.account().writes()).isEmpty();
  }

  @Test
  void readsOnlyTheTouchedResources() {
    env.commit("INSERT INTO bucket (name) SELECT 'bucket-' || n FROM generate_series(1, 50) n");
    env.account().forgetCalls();

    env.plan("UPDATE bucket SET size = 5 WHERE name = 'bucket-7'");

    assertThat(env.account().calls())
        .containsExactly(new FakeAccount.Call("read", "bucket", "bucket-7", FakeAccount.HOME));
  }

  @Test
  void deletedAndInsertedAgainIsAnUpdate() {
    env.commit("INSERT INTO queue (name, visibility) VALUES ('jobs', 30)");
    String url = env.value("SELECT url FROM queue");

    Plan plan =
        env.commit("DELETE FROM queue; INSERT INTO queue (name, visibility) VALUES ('jobs', 60)");

    assertThat(actions(plan)).containsExactly("update queue " + url);
    assertThat(columns(only(plan))).containsExactly("visibility");
    assertThat(env.value("SELECT url FROM queue")).isEqualTo(url);
    assertThat(env.account().count("delete", "queue")).isZero();
  }

  @Test
  void deletedAndInsertedAgainAsItWasIsNoChange() {
    env.commit("INSERT INTO bucket (name, size, tier) VALUES ('assets', 7, 'cold')");

    Plan plan =
        env.commit(
            "DELETE FROM bucket; INSERT INTO bucket (name, size, tier) VALUES ('assets', 7,"
                + " 'cold')");

    assertThat(actions(plan)).isEmpty();
  }

  @Test
  void insertedAndDeletedAgainIsNothing() {
    Plan plan =
        env.plan(
            "INSERT INTO bucket (name) VALUES ('assets'); UPDATE bucket SET size = 4;"
                + " DELETE FROM bucket WHERE name = 'assets'");

    assertThat(plan.actions()).isEmpty();
  }

  @Test
  void changedAndChangedBackIsNothing() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 7)");

    Plan plan = env.plan("UPDATE bucket SET size = 8; UPDATE bucket SET size = 7");

    assertThat(plan.actions()).isEmpty();
  }

  @Test
  void severalStatementsOnOneRowAreOneChange() {
    Plan plan =
        env.plan(
            "INSERT INTO bucket (name) VALUES ('one'); UPDATE bucket SET size = 3;"
                + " UPDATE bucket SET tier = 'cold'; UPDATE bucket SET name = 'two'");

    assertThat(actions(plan)).containsExactly("create bucket two");
    assertThat(columns(only(plan))).containsExactly("name", "region", "tier", "size");
  }

  @Test
  void aRowThatTakesADeletedRowsNameIsTheSameResourceChanged() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('one', 1), ('two', 2)");

    Plan plan = env.commit("DELETE FROM bucket WHERE name = 'one'; UPDATE bucket SET name = 'one'");

    assertThat(actions(plan)).containsExactly("update bucket one", "delete bucket two");
    assertThat(env.account().one("bucket", "name", "one").get("size").asInt()).isEqualTo(2);
  }

  @Test
  void aNewRowMayTakeTheNameThatAnotherGivesUp() {
    env.commit("INSERT INTO queue (name, visibility) VALUES ('jobs', 1)");

    Plan plan =
        env.commit(
            "UPDATE queue SET name = 'old-jobs'; INSERT INTO queue (name, visibility) VALUES"
                + " ('jobs', 2)");

    assertThat(plan.summary().text()).isEqualTo("+1 ~0 ±1 -0");
    assertThat(env.account().one("queue", "name", "jobs").get("visibility").asInt()).isEqualTo(2);
    assertThat(env.account().one("queue", "name", "old-jobs").get("visibility").asInt())
        .isEqualTo(1);
  }

  @Test
  void aNewRowMayTakeTheNameOfADeletedOneWithAnotherKey() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('one', 1)");

    Plan plan =
        env.commit(
            "UPDATE bucket SET name = 'two'; INSERT INTO bucket (name, size) VALUES ('one', 3)");

    assertThat(plan.summary().text()).isEqualTo("+1 ~0 ±1 -0");
  }

  @Test
  void twoRowsSwapTheirUniqueNames() {
    env.commit("INSERT INTO queue (name, visibility) VALUES ('left', 1), ('right', 2)");

    Plan plan =
        env.commit(
            "UPDATE queue SET name = 'tmp' WHERE name = 'left';"
                + " UPDATE queue SET name = 'left' WHERE name = 'right';"
                + " UPDATE queue SET name = 'right' WHERE name = 'tmp'");

    assertThat(plan.summary().text()).isEqualTo("+0 ~0 ±2 -0");
    assertThat(env.account().one("queue", "name", "right").get("visibility").asInt()).isEqualTo(1);
    assertThat(env.account().one("queue", "name", "left").get("visibility").asInt()).isEqualTo(2);
  }

  @Test
  void twoRowsSwapNamesThatAreTheirPrimaryKeys() {
    env.commit(
        "INSERT INTO bucket (name, size) VALUES ('left', 1), ('right', 2);"
            + " INSERT INTO block (bucket_name, strict) VALUES ('left', false)");

    env.commit(
        "UPDATE bucket SET name = 'tmp' WHERE name = 'left';"
            + " UPDATE bucket SET name = 'left' WHERE name = 'right';"
            + " UPDATE bucket SET name = 'right' WHERE name = 'tmp'");

    assertThat(env.account().one("bucket", "name", "right").get("size").asInt()).isEqualTo(1);
    assertThat(env.account().one("bucket", "name", "left").get("size").asInt()).isEqualTo(2);
    assertThat(env.value("SELECT bucket_name FROM block")).isEqualTo("right");
  }

  // Meaning
  // ----------------------------------------------------------------------------------------

  @Test
  void anUnorderedListInAnotherOrderIsNoChange() {
    env.commit("INSERT INTO bucket (name, owners) VALUES ('assets', '{ann,bob}')");

    Plan plan = env.plan("UPDATE bucket SET owners = '{bob,ann}'");

    assertThat(plan.actions()).isEmpty();
  }

  @Test
  void anEquivalentPolicyIsNoChange() {
    env.commit(
        "INSERT INTO bucket (name, policy) VALUES ('assets', '{\"Statement\": [{\"Effect\":"
            + " \"Allow\", \"Action\": [\"s3:Get\"], \"Resource\": \"*\"}]}');"
            + " INSERT INTO block (bucket_name, strict) VALUES ('assets', false)");

    Plan plan =
        env.plan(
            "UPDATE bucket SET policy = '{\"Statement\": {\"Resource\": [\"*\"], \"Action\":"
                + " \"S3:get\", \"Effect\": \"Allow\"}}'");

    assertThat(plan.actions()).isEmpty();
  }

  @Test
  void emptyTagsAreNoTags() {
    env.commit("INSERT INTO bucket (name) VALUES ('assets')");

    assertThat(env.plan("UPDATE bucket SET tags = '{}'").actions()).isEmpty();
  }

  @Test
  void defaultsThatTheCloudFillsInAreNoDriftAfterTheCommit() {
    env.commit(
        "INSERT INTO queue (name) VALUES ('jobs'); INSERT INTO bucket (name) VALUES ('abc')");

    Plan plan = env.plan("UPDATE bucket SET tags = '{\"a\": \"b\"}'");

    assertThat(columns(only(plan))).containsExactly("tags");
    assertThat(only(plan).note()).isEmpty();
    assertThat(env.sync().changedTables()).isEmpty();
  }

  @Test
  void aLocalColumnIsChangedInTheDatabaseOnly() {
    env.commit("INSERT INTO bucket (name) VALUES ('assets')");
    env.account().forgetCalls();

    Plan plan = env.commit("UPDATE bucket SET pinned = true");

    assertThat(actions(plan)).containsExactly("update bucket assets");
    assertThat(only(plan).note()).isEqualTo("in the database only");
    assertThat(env.account().writes()).isEmpty();
    assertThat(env.value("SELECT pinned::text FROM bucket")).isEqualTo("true");
  }

  @Test
  void rowsThatMirrorNothingAreCommittedWithoutThePlan() {
    Plan plan = env.commit("INSERT INTO memo (words) VALUES ('remember')");

    assertThat(plan.actions()).isEmpty();
    assertThat(env.value("SELECT words FROM memo")).isEqualTo("remember");
    assertThat(env.moves()).last().isEqualTo(Set.of("memo"));
  }

  // Children, parts, references
  // -----------------------------------------------------------------------

  @Test
  void aChangeInAChildTableReachesItsRoot() {
    env.commit(
        "INSERT INTO bucket (name) VALUES ('assets');"
            + " INSERT INTO bucket_rule (bucket_name, prefix, days) VALUES ('assets', 'a/', 1),"
            + " ('assets', 'b/', 2)");

    Plan plan =
        env.commit(
            "UPDATE bucket_rule SET days = 9 WHERE prefix = 'b/';"
                + " INSERT INTO bucket_rule (bucket_name, prefix, days) VALUES ('assets', 'c/', 3);"
                + " DELETE FROM bucket_rule WHERE prefix = 'a/'");

    assertThat(actions(plan)).containsExactly("update bucket assets");
    assertThat(columns(only(plan))).containsExactly("rules");
    assertThat(env.account().count("update", "bucket")).isEqualTo(1);
  }

  @Test
  void aChildThatMovesToAnotherRootChangesBoth() {
    env.commit(
        "INSERT INTO bucket (name) VALUES ('one1'), ('two2');"
            + " INSERT INTO bucket_rule (bucket_name, prefix) VALUES ('one1', 'a/')");

    Plan plan = env.commit("UPDATE bucket_rule SET bucket_name = 'two2'");

    assertThat(actions(plan)).containsExactly("update bucket one1", "update bucket two2");
  }

  @Test
  void aChangeInAJoinTableReachesItsRoot() {
    env.commit(
        "INSERT INTO grp (name) VALUES ('web'), ('db'); INSERT INTO host (label) VALUES ('h');"
            + " INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g WHERE g.name = 'web'");
    String host = env.value("SELECT host_id FROM host");

    Plan plan =
        env.commit("INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g WHERE g.name = 'db'");

    assertThat(actions(plan)).containsExactly("update host " + host + "|eu-1");
    assertThat(columns(only(plan))).containsExactly("groups");
  }

  @Test
  void parentsAreCreatedFirstWhateverTheOrderOfTheStatements() {
    Plan plan =
        env.commit(
            "INSERT INTO host (label) VALUES ('h');"
                + " INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
                + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net;"
                + " UPDATE host SET subnet_id = (SELECT id FROM subnet)");

    assertThat(plan.summary().text()).isEqualTo("+3 ~0 ±0 -0");
    assertThat(env.account().writes())
        .extracting(FakeAccount.Call::table)
        .containsExactly("net", "subnet", "host");
  }

  @Test
  void childrenAreDeletedFirst() {
    parentsAreCreatedFirstWhateverTheOrderOfTheStatements();
    env.account().forgetCalls();

    env.commit("DELETE FROM host; DELETE FROM subnet; DELETE FROM net");

    assertThat(env.account().writes())
        .extracting(FakeAccount.Call::table)
        .containsExactly("host", "subnet", "net");
  }

  @Test
  void resourcesThatNeedOthersWithoutAColumnComeAfterThemAndGoBefore() {
    env.commit("INSERT INTO host (label) VALUES ('h'); INSERT INTO gateway (kind) VALUES ('x')");
    assertThat(env.account().writes())
        .extracting(FakeAccount.Call::table)
        .containsExactly("gateway", "host");
    env.account().forgetCalls();

    env.commit("DELETE FROM gateway; DELETE FROM host");

    assertThat(env.account().writes())
        .extracting(FakeAccount.Call::table)
        .containsExactly("host", "gateway");
  }

  @Test
  void aColumnThatNeedsAPartIsSetAfterIt() {
    env.commit(
        "INSERT INTO bucket (name, policy) VALUES ('assets', '{\"Statement\": []}');"
            + " INSERT INTO block (bucket_name, strict) VALUES ('assets', false)");

    assertThat(env.account().writes())
        .extracting(c -> c.op() + " " + c.table())
        .containsExactly("create bucket", "create block", "update bucket");
  }

  @Test
  void aPartGoesWithItsResourceWithoutACall() {
    env.commit(
        "INSERT INTO bucket (name) VALUES ('assets'); INSERT INTO block (bucket_name) VALUES"
            + " ('assets')");
    env.account().forgetCalls();

    Plan plan = env.commit("DELETE FROM bucket");

    assertThat(actions(plan)).containsExactly("delete block assets", "delete bucket assets");
    assertThat(env.account().writes())
        .extracting(FakeAccount.Call::table)
        .containsExactly("bucket");
  }

  @Test
  void aRingOfTwoTablesIsCreatedChangedAndDeleted() {
    env.commit(
        "INSERT INTO host (label) VALUES ('h');"
            + " INSERT INTO disk (gib, host_id) SELECT 8, id FROM host;"
            + " UPDATE host SET boot_disk_id = (SELECT id FROM disk)");

    Plan replaced = env.commit("UPDATE disk SET gib = 16");
    assertThat(replaced.summary().text()).isEqualTo("+0 ~1 ±1 -0");

    Plan plan =
        env.commit("UPDATE host SET boot_disk_id = NULL; DELETE FROM disk; DELETE FROM host");
    assertThat(plan.summary().text()).isEqualTo("+0 ~0 ±0 -2");
    assertThat(env.account().all("disk")).isEmpty();
  }

  @Test
  void twoOfOneTableThatNameEachOtherAreCreatedReplacedAndDeleted() {
    env.commit(
        "INSERT INTO grp (name) VALUES ('web'), ('db');"
            + " UPDATE grp g SET peer_id = (SELECT id FROM grp p WHERE p.name <> g.name)");
    assertThat(env.account().all("grp")).hasSize(2);

    env.commit("UPDATE grp SET description = 'new'");

    env.commit("UPDATE grp SET peer_id = NULL; DELETE FROM grp");
    assertThat(env.account().all("grp")).isEmpty();
  }

  @Test
  void aSelfReferenceIsCreatedReplacedAndDeleted() {
    env.commit("INSERT INTO queue (name) VALUES ('jobs'); UPDATE queue SET dead_letter_id = id");
    ObjectNode queue = env.account().one("queue", "name", "jobs");
    assertThat(queue.at("/dead_letter/url")).isEqualTo(queue.get("url"));

    env.commit("UPDATE queue SET name = 'tasks'");
    ObjectNode renamed = env.account().one("queue", "name", "tasks");
    assertThat(renamed.at("/dead_letter/url")).isEqualTo(renamed.get("url"));

    env.commit("DELETE FROM queue");
    assertThat(env.account().all("queue")).isEmpty();
  }

  // Replacement
  // ------------------------------------------------------------------------------------

  private void aNetWithThings() {
    env.commit(
        "INSERT INTO net (cidr, tags) VALUES ('10.1.0.0/16', '{\"a\": \"b\"}');"
            + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net;"
            + " INSERT INTO grp (name, net_id) SELECT 'web', id FROM net;"
            + " INSERT INTO host (label, subnet_id) SELECT 'h', id FROM subnet;"
            + " INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g WHERE g.name = 'web';"
            + " INSERT INTO disk (gib, host_id) SELECT 8, id FROM host;"
            + " INSERT INTO route (net_id, dest) SELECT id, '0.0.0.0/0' FROM net");
    env.account().forgetCalls();
  }

  @Test
  void aReplacementDragsItsDependantsAlong() {
    aNetWithThings();

    Plan plan = env.commit("UPDATE net SET cidr = '10.2.0.0/16'");

    assertThat(plan.actions())
        .extracting(a -> a.kind() + " " + a.row().table())
        .containsExactly(
            "UPDATE disk",
            "REPLACE grp",
            "REPLACE grp",
            "REPLACE host",
            "REPLACE net",
            "REPLACE route",
            "REPLACE subnet");
    assertThat(env.account().all("net")).hasSize(1);
    assertThat(env.account().all("host")).hasSize(1);
  }

  @Test
  void aReplacementIsCreatedBeforeTheOldOneIsDestroyed() {
    aNetWithThings();

    env.commit("UPDATE net SET cidr = '10.2.0.0/16'");

    List<String> writes =
        env.account().writes().stream().map(c -> c.op() + " " + c.table()).toList();
    assertThat(writes.indexOf("create host"))
        .as("%s", writes)
        .isLessThan(writes.indexOf("delete host"));
    assertThat(writes.indexOf("create net")).isZero();
    assertThat(writes.indexOf("update disk"))
        .isBetween(writes.indexOf("create host"), writes.indexOf("delete host"));
    assertThat(writes).last().isEqualTo("delete net");
  }

  @Test
  void whatCannotExistTwiceIsDeletedFirst() {
    aNetWithThings();

    Plan plan = env.commit("UPDATE subnet SET zone_name = 'eu-1b'");

    assertThat(plan.actions())
        .extracting(a -> a.kind() + " " + a.row().table())
        .containsExactly("UPDATE disk", "REPLACE host", "REPLACE subnet");
    List<String> writes =
        env.account().writes().stream().map(c -> c.op() + " " + c.table()).toList();
    assertThat(writes.indexOf("delete subnet")).isLessThan(writes.indexOf("create subnet"));
  }

  @Test
  void whatAnotherOneExcludesIsMadeAfterItsDeletion() {
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
            + " INSERT INTO subnet (net_id, cidr, label) SELECT id, '10.1.1.0/24', 'a' FROM net");

    env.commit(
        "INSERT INTO subnet (net_id, cidr, label) SELECT id, '10.1.1.0/24', 'b' FROM net;"
            + " DELETE FROM subnet WHERE label = 'a'");

    List<String> writes =
        env.account().writes().stream().map(c -> c.op() + " " + c.table()).toList();
    assertThat(writes).endsWith("delete subnet", "create subnet");
    assertThat(env.account().all("subnet")).hasSize(1);
  }

  @Test
  void whichNewResourceAPartNamesIsPartOfThePlan() {
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
            + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net");
    String sql =
        "INSERT INTO grp (name, net_id) SELECT n, id FROM net, unnest(ARRAY['open', 'closed']) n;"
            + " INSERT INTO host (label, subnet_id) SELECT 'h', id FROM subnet;"
            + " INSERT INTO host_grp (host_id, grp_id)"
            + " SELECT h.id, g.id FROM host h, grp g WHERE g.name = '%s'";

    Plan open = env.plan(sql.formatted("open"));
    Plan closed = env.plan(sql.formatted("closed"));

    assertThat(open.id()).isNotEqualTo(closed.id());
    assertThat(open.actions().toString()).contains("\"name\":\"open\"");
  }

  @Test
  void oneThatKeepsItsNameIsDeletedFirst() {
    env.commit("INSERT INTO bucket (name, tier) VALUES ('assets', 'hot')");
    env.account().forgetCalls();

    Plan plan = env.commit("UPDATE bucket SET tier = 'cold'");

    assertThat(only(plan).kind()).isEqualTo(Plan.Kind.REPLACE);
    assertThat(env.account().writes())
        .extracting(FakeAccount.Call::op)
        .containsExactly("delete", "create");
  }

  @Test
  void oneThatKeepsItsNameWhileOthersReferToItIsLetGoAndTakenUpAgain() {
    env.commit(
        "INSERT INTO grp (name, description) VALUES ('web', 'old'), ('db', 'same');"
            + " UPDATE grp SET peer_id = (SELECT id FROM grp WHERE name = 'web')"
            + " WHERE name = 'db'");

    Plan plan = env.commit("UPDATE grp SET description = 'new' WHERE name = 'web'");

    assertThat(plan.summary().text()).isEqualTo("+0 ~1 ±1 -0");
  }

  @Test
  void textThatNamesAReplacedResourceIsPointedAtTheNewOne() {
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16'); INSERT INTO gateway (kind) VALUES ('x'),"
            + " ('y')");
    env.commit(
        "INSERT INTO route (net_id, dest, target, hops) SELECT n.id, 'd1', g.gateway_id,"
            + " ARRAY[g.gateway_id, o.gateway_id] FROM net n, gateway g, gateway o"
            + " WHERE g.kind = 'x' AND o.kind = 'y';"
            + " INSERT INTO route (net_id, dest, via) SELECT n.id, 'd2', g.gateway_id"
            + " FROM net n, gateway g WHERE g.kind = 'x'");
    String old = env.value("SELECT gateway_id FROM gateway WHERE kind = 'x'");

    Plan plan = env.commit("UPDATE gateway SET kind = 'z' WHERE kind = 'x'");

    assertThat(plan.actions())
        .extracting(a -> a.kind() + " " + a.row().table())
        .containsExactly("UPDATE route", "REPLACE gateway", "REPLACE route");
    String now = env.value("SELECT gateway_id FROM gateway WHERE kind = 'z'");
    assertThat(now).isNotEqualTo(old);
    assertThat(env.value("SELECT target FROM route WHERE dest = 'd1'")).isEqualTo(now);
    assertThat(env.value("SELECT hops[1] FROM route WHERE dest = 'd1'")).isEqualTo(now);
    assertThat(env.value("SELECT via FROM route WHERE dest = 'd2'")).isEqualTo(now);
  }

  @Test
  void whatComesWithAReplacedResourceTakesTheOldOnesRow() {
    env.commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    env.commit(
        "UPDATE grp SET label = 'kept' WHERE name = 'default';"
            + " INSERT INTO host (label) VALUES ('h');"
            + " INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g");
    String row = env.value("SELECT id::text FROM grp");

    env.commit("UPDATE net SET cidr = '10.2.0.0/16'");

    assertThat(env.value("SELECT id::text FROM grp")).isEqualTo(row);
    assertThat(env.account().all("grp")).hasSize(1);
    assertThat(env.account().all("grp").get(0).get("label").asText()).isEqualTo("kept");
    assertThat(env.account().count("create", "grp")).isZero();
    assertThat(env.account().count("delete", "grp")).isZero();
  }

  @Test
  void whatComesWithWhatComesAlongTakesTheOldOnesRow() {
    env.commit("INSERT INTO site (cidr) VALUES ('10.1.0.0/16')");
    env.commit(
        "INSERT INTO site_table (site_id, label) SELECT id, 'own' FROM site;"
            + " INSERT INTO path (site_table_id, dest, target)"
            + " SELECT id, 'all', 'out' FROM site_table");
    String paths =
        "SELECT p.id || ' ' || p.target || ' ' || t.is_main FROM path p"
            + " JOIN site_table t ON t.id = p.site_table_id ORDER BY p.id";
    List<String> before = env.query(paths);
    assertThat(before).hasSize(4);

    env.commit("UPDATE site SET cidr = '10.2.0.0/16'");

    assertThat(env.query(paths)).isEqualTo(before);
    assertThat(env.query("SELECT dest FROM path WHERE target = 'within'"))
        .containsExactly("10.2.0.0/16", "10.2.0.0/16");
    assertThat(env.sync().changedTables()).isEmpty();
  }

  @Test
  void anEditAndAReplacementOfWhatComesAlongAreOneAction() {
    env.commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");

    env.commit(
        "UPDATE net SET cidr = '10.2.0.0/16'; UPDATE grp SET label = 'new' WHERE name = 'default'");

    assertThat(env.account().all("grp").get(0).get("label").asText()).isEqualTo("new");
  }

  @Test
  void whatComesWithAResourceAppearsWithIt() {
    env.commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");

    assertThat(env.query("SELECT name FROM grp")).containsExactly("default");
    assertThat(env.moves())
        .last(as(InstanceOfAssertFactories.collection(String.class)))
        .contains("grp", "net");
  }

  @Test
  void whatComesWithAResourceGoesWithItWithoutACall() {
    env.commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    env.account().forgetCalls();

    Plan plan = env.commit("DELETE FROM net");

    assertThat(plan.summary().text()).isEqualTo("+0 ~0 ±0 -2");
    assertThat(env.account().writes()).extracting(FakeAccount.Call::table).containsExactly("net");
  }

  // Drift
  // ------------------------------------------------------------------------------------------

  @Test
  void aDeleteOfWhatIsGoneIsDoneAlready() {
    env.commit("INSERT INTO bucket (name) VALUES ('assets')");
    env.account().remove("bucket", "name", "assets");
    env.account().forgetCalls();

    Plan plan = env.commit("DELETE FROM bucket");

    assertThat(only(plan).note()).isEqualTo("it is gone from AWS already");
    assertThat(env.account().writes()).isEmpty();
  }

  @Test
  void anUpdateOfWhatIsGoneCreatesItAgainAndSaysSo() {
    env.commit("INSERT INTO bucket (name, tags) VALUES ('assets', '{\"a\": \"b\"}')");
    env.account().remove("bucket", "name", "assets");

    Plan plan = env.commit("UPDATE bucket SET size = 5");

    assertThat(actions(plan)).containsExactly("create bucket assets");
    assertThat(only(plan).note()).contains("deleted in AWS outside this transaction");
    assertThat(env.account().one("bucket", "name", "assets").at("/tags/a").asText()).isEqualTo("b");
  }

  @Test
  void anUpdateOfWhatIsGoneTakesItsDependantsAlong() {
    aNetWithThings();
    env.account().reset();

    env.commit("UPDATE net SET dns = true");

    assertThat(env.account().all("subnet")).hasSize(1);
    assertThat(env.account().all("host")).hasSize(1);
  }

  @Test
  void driftIsShownAndNotOverwritten() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 5)");
    env.account().change("bucket", "name", "assets", "size", 77);

    Plan plan = env.plan("UPDATE bucket SET tags = '{\"a\": \"b\"}'");
    assertThat(only(plan).note()).contains("drift: size is 77 in AWS and 5 in the row");
    assertThat(columns(only(plan))).containsExactly("tags");

    env.commit("UPDATE bucket SET tags = '{\"a\": \"b\"}'");
    assertThat(env.account().one("bucket", "name", "assets").get("size").asInt()).isEqualTo(77);
    assertThat(env.value("SELECT size::text FROM bucket")).isEqualTo("77");
  }

  @Test
  void aReplacementSaysThatDriftIsLost() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 5)");
    env.account().change("bucket", "name", "assets", "size", 77);

    Plan plan = env.commit("UPDATE bucket SET tier = 'cold'");

    assertThat(only(plan).note()).contains("drift: size").contains("the new one gets the row's");
    assertThat(env.account().one("bucket", "name", "assets").get("size").asInt()).isEqualTo(5);
  }

  @Test
  void aChangeThatAwsHasAlreadyIsNone() {
    env.commit("INSERT INTO bucket (name, size) VALUES ('assets', 5)");
    env.account().change("bucket", "name", "assets", "size", 6);

    Plan plan = env.commit("UPDATE bucket SET size = 6");

    assertThat(plan.actions()).isEmpty();
    assertThat(env.value("SELECT size::text FROM bucket")).isEqualTo("6");
  }

  @Test
  void anInsertOfWhatExistsInAwsIsRefusedAndOffersToAdopt() {
    env.account()
        .put("bucket", Json.object().put("name", "assets").put("region", "eu-1").put("size", 3));

    assertThatThrownBy(() -> env.plan("INSERT INTO bucket (name) VALUES ('assets')"))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("bucket assets: it exists in AWS already")
        .hasMessageContaining("sync");
  }

  @Test
  void anEmptyColumnIsPartOfAnIdentityThatExistsInAws() {
    ObjectNode group = Json.object().put("grp_id", "grp-7").put("region", "eu-1").put("name", "a");
    env.account().put("grp", group);

    assertThatThrownBy(() -> env.plan("INSERT INTO grp (name) VALUES ('a')"))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("exists in AWS already");
    assertThat(
            env.plan(
                    "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
                        + " INSERT INTO grp (name, net_id) SELECT 'a', id FROM net")
                .summary()
                .text())
        .isEqualTo("+2 ~0 ±0 -0");
  }

  @Test
  void whatHasNoNameIsNotTakenForAnother() {
    env.commit("INSERT INTO lease (name) VALUES (NULL), (NULL), ('a')");
    env.commit("INSERT INTO lease (name) VALUES (NULL)");
    assertThat(env.account().all("lease")).hasSize(4);
    String gone = env.value("SELECT lease_id FROM lease ORDER BY id LIMIT 1");

    env.account().remove("lease", "lease_id", gone);

    assertThat(env.sync().failures()).isEmpty();
    assertThat(env.query("SELECT lease_id FROM lease")).hasSize(3).doesNotContain(gone);
    env.assertRowsEqualCloud();
  }

  @Test
  void aRenameToWhatExistsInAwsIsRefused() {
    env.commit("INSERT INTO bucket (name) VALUES ('assets')");
    env.account()
        .put("bucket", Json.object().put("name", "taken").put("region", "eu-1").put("size", 3));

    assertThatThrownBy(() -> env.plan("UPDATE bucket SET name = 'taken'"))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("exists in AWS already");
  }

  @Test
  void anInsertOfAPartPutsItWhateverIsThere() {
    env.commit("INSERT INTO bucket (name) VALUES ('assets')");
    ObjectNode block = Json.object().put("strict", true);
    block.set("bucket", Json.object().put("name", "assets"));
    env.account().put("block", block);

    env.commit("INSERT INTO block (bucket_name, strict) VALUES ('assets', false)");

    assertThat(env.account().all("block").get(0).get("strict").asBoolean()).isFalse();
  }

  // Refusals
  // ---------------------------------------------------------------------------------------

  private void refused(String sql, String... words) {
    Map<String, String> before = env.contents();
    assertThatThrownBy(() -> env.plan(sql))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContainingAll(words);
    assertThat(env.contents()).isEqualTo(before);
  }

  @Test
  void anEditOfAnAssignedColumnIsRefused() {
    env.commit("INSERT INTO queue (name) VALUES ('jobs')");

    refused("UPDATE queue SET url = 'https://mine'", "queue", "column url", "AWS assigns");
    refused("INSERT INTO queue (name, url) VALUES ('x', 'https://y')", "column url", "INSERT");
  }

  @Test
  void aReadOnlyTableRefusesEverythingAndSaysWhatToDo() {
    refused("INSERT INTO zone (name) VALUES ('eu-1z')", "cannot be inserted", "AWS decides");
    refused("DELETE FROM zone WHERE name = 'eu-1b'", "cannot be deleted", "AWS decides");
  }

  @Test
  void whatComesWithTheAccountIsProtected() {
    ObjectNode net =
        Json.object()
            .put("net_id", "net-default")
            .put("region", "eu-1")
            .put("cidr", "10.9.0.0/16")
            .put("dns", true)
            .put("state", "available")
            .put("is_default", true);
    env.account().put("net", net);
    env.sync();

    refused("DELETE FROM net", "protected from deletion");
    refused("UPDATE net SET dns = false", "protected from changes");
    refused("UPDATE net SET cidr = '10.8.0.0/16'", "cannot be replaced");
  }

  @Test
  void whatComesWithAResourceCannotBeDeletedAlone() {
    env.commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");

    refused("DELETE FROM grp", "cannot be deleted alone");
  }

  @Test
  void aValueThatTheRegionLacksIsAnErrorOfThePlanWithThoseThatItHas() {
    assertThatThrownBy(() -> env.plan("INSERT INTO host (size) VALUES ('xxl')"))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining(
            "host (new), column size: Region eu-1 has no size xxl; it has l, m, s.");
    assertThat(env.account().writes()).isEmpty();
  }

  @Test
  void aReferenceToNothingSaysWhatThereIs() {
    env.commit("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");

    assertThatThrownBy(
            () ->
                env.plan(
                    "INSERT INTO subnet (net_id, cidr, zone_name)"
                        + " SELECT id, '10.1.1.0/24', 'eu-1z' FROM net"))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining("SQLSTATE 23503")
        .hasMessageContaining("zone has eu-1a, eu-1b, us-1a");
  }

  @Test
  void aValueThatAwsWouldRefuseIsAnErrorOfThePlan() {
    refused("INSERT INTO bucket (name) VALUES ('No!')", "bucket No!", "column name", "no name");
    refused(
        "INSERT INTO net (cidr) VALUES ('10.x'); INSERT INTO bucket (name) VALUES ('No!')",
        "column cidr",
        "column name");
  }

  // Identity of plans
  // --------------------------------------------------------------------------------

  private static final String MANY =
      "INSERT INTO bucket (name, size) VALUES ('one1', 1), ('two2', 2);"
          + " INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
          + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net"
          + "   WHERE cidr = '10.1.0.0/16';"
          + " INSERT INTO queue (name) VALUES ('dead');"
          + " INSERT INTO queue (name, dead_letter_id) SELECT 'jobs', id FROM queue"
          + "   WHERE name = 'dead'";

  @Test
  void theSameSqlOnTheSameStateGivesTheSameId() {
    assertThat(env.plan(MANY).id()).isEqualTo(env.plan(MANY).id()).startsWith("plan-test-");
  }

  @Test
  void noOtherDatabaseTellsTheId() {
    try (TestEnvironment other = TestEnvironment.fresh()) {
      // Copies of one database have one key.
      other.execute(
          "UPDATE iasql.setting SET value = encode(sha256('another'), 'hex')"
              + " WHERE name = 'parameter-key'");

      assertThat(other.plan(MANY).id()).isNotEqualTo(env.plan(MANY).id());
    }
  }

  @Test
  void serialIdsAreNotInTheId() {
    try (TestEnvironment other = TestEnvironment.fresh()) {
      other.execute("SELECT nextval('net_id_seq'), nextval('queue_id_seq')");
      assertThat(other.plan(MANY).id()).isEqualTo(env.plan(MANY).id());

      env.commit(MANY);
      other.commit(MANY);
      String change =
          "UPDATE net SET cidr = '10.7.0.0/16'; UPDATE queue SET visibility = 4 WHERE name ="
              + " 'jobs'; DELETE FROM bucket WHERE name = 'one1'";
      assertThat(env.value("SELECT id::text FROM net"))
          .isNotEqualTo(other.value("SELECT id::text FROM net"));
      assertThat(normal(other, other.plan(change))).isEqualTo(normal(env, env.plan(change)));
    }
  }

  /** Plans without the ids that the two clouds assigned differently. */
  private static List<String> normal(TestEnvironment env, Plan plan) {
    return PlanStore.lines(plan).stream()
        .map(l -> l.action() + l.table() + l.description() + l.columns() + l.note())
        .map(t -> t.replaceAll("(net|subnet|grp|q)-\\d+", "$1-N"))
        .toList();
  }

  @Test
  void theOrderOfTheStatementsIsNotInTheId() {
    String turned =
        "INSERT INTO queue (name) VALUES ('dead'); INSERT INTO queue (name) VALUES ('jobs');"
            + " INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
            + " INSERT INTO bucket (size, name) VALUES (2, 'two2');"
            + " INSERT INTO bucket (name) VALUES ('one1');"
            + " UPDATE queue SET dead_letter_id = (SELECT id FROM queue WHERE name = 'dead')"
            + "   WHERE name = 'jobs';"
            + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net;"
            + " UPDATE bucket SET size = 1 WHERE name = 'one1'";

    assertThat(env.plan(turned).id()).isEqualTo(env.plan(MANY).id());
  }

  @Test
  void anotherEnvironmentGivesAnotherId() {
    try (TestEnvironment other =
        new TestEnvironment(
            TestServer.newDatabase(),
            env.account(),
            Power.lasting(),
            "other",
            EngineSettings.defaults())) {
      Plan here = env.plan("INSERT INTO bucket (name) VALUES ('assets')");
      Plan there = other.plan("INSERT INTO bucket (name) VALUES ('assets')");

      assertThat(there.id()).startsWith("plan-other-");
      assertThat(there.digest()).isNotEqualTo(here.digest());
    }
  }

  @Test
  void anotherAccountGivesAnotherId() {
    try (TestEnvironment other =
        new TestEnvironment(
            TestServer.newDatabase(), new FakeAccount("999988887777"), Power.lasting())) {
      assertThat(other.plan("INSERT INTO bucket (name) VALUES ('assets')").id())
          .isNotEqualTo(env.plan("INSERT INTO bucket (name) VALUES ('assets')").id());
    }
  }

  @Test
  void anotherValueGivesAnotherId() {
    assertThat(env.plan("INSERT INTO bucket (name, size) VALUES ('assets', 1)").id())
        .isNotEqualTo(env.plan("INSERT INTO bucket (name, size) VALUES ('assets', 2)").id());
  }

  // Keeping
  // ----------------------------------------------------------------------------------------

  @Test
  void aStoredPlanIsWholeAndItsBeginningCanBeAskedFor() {
    Plan plan =
        env.engine()
            .plan(
                "tx-stored",
                "INSERT INTO bucket (name) SELECT 'bucket-' || n FROM generate_series(10, 39) n");

    PlanStore.Stored stored = env.engine().storedPlan("tx-stored", 5).orElseThrow();

    assertThat(stored.id()).isEqualTo(plan.id());
    assertThat(stored.summary().text()).isEqualTo("+30 ~0 ±0 -0");
    assertThat(stored.lines()).hasSize(5);
    assertThat(stored.lines().get(0).description()).isEqualTo("bucket-10");
    assertThat(env.value("SELECT count(*)::text FROM iasql.plan_change")).isEqualTo("30");
  }

  @Test
  void aPlanIsStaleOnceItsTablesHaveMoved() {
    env.engine().plan("tx-stale", "INSERT INTO bucket (name) VALUES ('assets')");
    PlanStore.Stored stored = env.engine().storedPlan("tx-stale", 1).orElseThrow();
    env.commit("INSERT INTO queue (name) VALUES ('jobs')");
    assertThat(env.engine().isStale(stored)).isFalse();

    env.commit("INSERT INTO bucket (name) VALUES ('other')");

    assertThat(env.engine().isStale(stored)).isTrue();
  }
}
