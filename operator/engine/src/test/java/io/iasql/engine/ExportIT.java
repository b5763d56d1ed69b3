package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of rows as SQL for another environment. */
class ExportIT {
  private static ExportTwin here;
  private static ExportTwin there;

  @BeforeAll
  static void start() {
    here = new ExportTwin(1);
    there = new ExportTwin(5000);
  }

  @AfterAll
  static void stop() {
    here.close();
    there.close();
  }

  @BeforeEach
  void empty() {
    here.empty();
    there.empty();
    both(
        "INSERT INTO zone VALUES ('eu-1a', 'eu-1');"
            + " INSERT INTO aws_regions VALUES ('eu-1', true, true), ('eu-2', false, true)");
  }

  private static void both(String sql) {
    here.execute(sql);
    there.execute(sql);
  }

  private static List<String> exportOf(String sql) {
    Instant before = here.moment();
    here.execute(sql);
    return here.since(before);
  }

  /** Exports what the SQL does, runs it in the twin, and compares all rows. */
  private static List<String> carried(String sql) throws SQLException {
    List<String> statements = exportOf(sql);
    there.run(String.join("\n", statements));
    assertThat(there.rows()).isEqualTo(here.rows());
    return statements;
  }

  // What is exported
  // ---------------------------------------------------------------------------------------------

  @Test
  void nothingIsLaterThanTheFuture() {
    here.execute("INSERT INTO memo (words) VALUES ('a')");

    assertThat(here.since(Instant.now().plus(Duration.ofDays(365)))).isEmpty();
  }

  @Test
  void withoutAMomentEverythingIsExported() {
    here.execute("INSERT INTO memo (words) VALUES ('a')");
    here.execute("INSERT INTO memo (words) VALUES ('b')");

    assertThat(here.since(null))
        .containsExactly(
            "INSERT INTO memo (words)\nVALUES ('a');", "INSERT INTO memo (words)\nVALUES ('b');");
  }

  @Test
  void insertsKeepTheirOrder() throws SQLException {
    assertThat(
            carried(
                "INSERT INTO memo (words) VALUES ('z'); INSERT INTO memo (words) VALUES ('a');"
                    + " UPDATE memo SET words = 'y' WHERE words = 'z'"))
        .containsExactly(
            "INSERT INTO memo (words)\nVALUES ('y');", "INSERT INTO memo (words)\nVALUES ('a');");
  }

  @Test
  void anUpdateNamesChangedColumnsOnlyAndNull() throws SQLException {
    both(
        "INSERT INTO bucket (name, size, tier, tags) VALUES ('assets', 3, 'cold', '{\"a\":\"b\"}')");

    assertThat(carried("UPDATE bucket SET size = 4, tags = NULL"))
        .containsExactly("UPDATE bucket\nSET size = 4, tags = NULL\nWHERE name = 'assets';");
  }

  @Test
  void insertedAndDeletedIsNothing() {
    assertThat(
            exportOf("INSERT INTO bucket (name) VALUES ('a'); DELETE FROM bucket WHERE name = 'a'"))
        .isEmpty();
  }

  @Test
  void deletedAndInsertedAgainIsAnUpdate() throws SQLException {
    both("INSERT INTO queue (name, visibility) VALUES ('jobs', 30)");

    assertThat(
            carried("DELETE FROM queue; INSERT INTO queue (name, visibility) VALUES ('jobs', 60)"))
        .containsExactly(
            "UPDATE queue\nSET visibility = 60\nWHERE region = 'eu-1' AND name = 'jobs';");
  }

  @Test
  void joinTablesNameBothEnds() throws SQLException {
    both("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    both("INSERT INTO grp (name, net_id) SELECT 'web', id FROM net");
    both("INSERT INTO host (label) VALUES ('one')");

    List<String> statements = carried("INSERT INTO host_grp SELECT h.id, g.id FROM host h, grp g");

    assertThat(statements)
        .containsExactly(
            "INSERT INTO host_grp (host_id, grp_id)\n"
                + "VALUES ((SELECT id FROM host WHERE region = 'eu-1' AND size = 's' AND label = 'one'"
                + " AND subnet_id IS NULL), (SELECT id FROM grp WHERE name = 'web' AND net_id ="
                + " (SELECT id FROM net WHERE region = 'eu-1' AND cidr = '10.1.0.0/16' AND dns ="
                + " false AND is_default = false AND tags IS NULL)));");
    assertThat(carried("DELETE FROM host_grp")).hasSize(1).first().asString().startsWith("DELETE");
  }

  @Test
  void whatAwsAssignsAndWriteOnlyValuesStayHere() throws SQLException {
    List<String> statements =
        carried(
            "INSERT INTO bucket (name, secret, created_at) VALUES ('assets', 'hush', now());"
                + " INSERT INTO net (net_id, cidr, state) VALUES ('net-1', '10.1.0.0/16', 'up')");

    assertThat(statements)
        .containsExactly(
            "-- secret is not exported\n"
                + "INSERT INTO bucket (name, region, pinned)\nVALUES ('assets', 'eu-1', false);",
            "INSERT INTO net (region, cidr, dns)\nVALUES ('eu-1', '10.1.0.0/16', false);");
  }

  @Test
  void aSecretAloneIsSaidWithTheNextStatement() throws SQLException {
    both("INSERT INTO bucket (name) VALUES ('assets')");

    assertThat(carried("UPDATE bucket SET secret = 'hush'; INSERT INTO memo (words) VALUES ('a')"))
        .containsExactly(
            "-- secret of bucket is not exported\nINSERT INTO memo (words)\nVALUES ('a');");
    assertThat(exportOf("UPDATE bucket SET secret = 'other'")).isEmpty();
  }

  @Test
  void whatNobodyCanInsertIsNotInserted() {
    assertThat(
            exportOf(
                "INSERT INTO aws_regions (region) VALUES ('eu-3'); INSERT INTO zone VALUES ('z', 'r');"
                    + " INSERT INTO net (net_id, cidr, is_default) VALUES ('net-0', '10.0.0.0/16', true)"))
        .isEmpty();
  }

  @Test
  void whatComesWithTheAccountIsUpdatedWherePeopleCan() throws SQLException {
    assertThat(carried("UPDATE aws_regions SET is_enabled = false WHERE region = 'eu-2'"))
        .containsExactly("UPDATE aws_regions\nSET is_enabled = false\nWHERE region = 'eu-2';");
    both("INSERT INTO net (cidr, is_default) VALUES ('10.0.0.0/16', true)");
    assertThat(exportOf("UPDATE net SET dns = true")).isEmpty();
    assertThat(exportOf("UPDATE zone SET region = 'eu-2'")).isEmpty();
    assertThat(exportOf("DELETE FROM net")).isEmpty();
  }

  @Test
  void theDefaultRegionMovesWithoutTwoOfThem() throws SQLException {
    assertThat(
            carried(
                "UPDATE aws_regions SET is_default = false WHERE region = 'eu-1';"
                    + " UPDATE aws_regions SET is_default = true WHERE region = 'eu-2'"))
        .hasSize(2);
  }

  @Test
  void whatGoesWithADeletedParentIsDeletedFirst() throws SQLException {
    both("INSERT INTO lan (cidr) VALUES ('10.0.0.0/16'), ('10.2.0.0/16')");
    both("INSERT INTO lan_table (lan_id, is_main) SELECT id, true FROM lan");

    assertThat(carried("DELETE FROM lan WHERE cidr = '10.0.0.0/16'"))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("DELETE FROM lan_table\n");
    assertThat(exportOf("DELETE FROM lan_table")).isEmpty();
  }

  // Names
  // ---------------------------------------------------------------------------------------------

  @Test
  void theDefaultRegionFollowsTheOtherEnvironment() throws SQLException {
    List<String> statements =
        exportOf(
            "INSERT INTO lan (cidr) VALUES ('10.0.0.0/16');"
                + " INSERT INTO lan (cidr, region) VALUES ('10.3.0.0/16', 'eu-2');"
                + " INSERT INTO gate (lan_id, label) SELECT id, 'x' FROM lan WHERE region = 'eu-1'");
    there.execute("UPDATE aws_regions SET is_default = false");
    there.execute("UPDATE aws_regions SET is_default = true WHERE region = 'eu-2'");

    there.run(String.join("\n", statements));

    assertThat(statements.get(0))
        .isEqualTo("INSERT INTO lan (cidr, region)\nVALUES ('10.0.0.0/16', default_aws_region());");
    assertThat(
            there.query(
                "SELECT l.cidr || ' ' || g.region FROM gate g JOIN lan l ON l.id = g.lan_id"))
        .containsExactly("10.0.0.0/16 eu-2");
  }

  @Test
  void namesThatAreKeywordsAreQuoted() throws SQLException {
    both("INSERT INTO lan (cidr) VALUES ('10.0.0.0/16')");

    assertThat(carried("INSERT INTO lan_table (lan_id, \"user\") SELECT id, 'it''s \\me' FROM lan"))
        .first()
        .asString()
        .contains("(\"user\", region, lan_id)")
        .contains("E'it''s \\\\me'");
    assertThat(carried("UPDATE lan_table SET \"user\" = NULL")).hasSize(1);
  }

  @Test
  void mainAndOtherPartsAreToldApart() throws SQLException {
    both("INSERT INTO lan (cidr) VALUES ('10.0.0.0/16')");
    both(
        "INSERT INTO lan_table (lan_id, is_main) SELECT id, m FROM lan, (VALUES (true), (false)) x (m)");

    assertThat(carried("UPDATE lan_table SET \"user\" = 'a' WHERE is_main")).hasSize(1);
    assertThat(carried("DELETE FROM lan_table WHERE NOT is_main")).hasSize(1);
  }

  @Test
  void newRowsThatAreAlikeAreCounted() throws SQLException {
    List<String> statements =
        carried(
            "INSERT INTO gate (label) VALUES ('x'), ('x'), ('x');"
                + " INSERT INTO address (gate_id) SELECT min(id) FROM gate;"
                + " INSERT INTO address (gate_id) SELECT max(id) FROM gate;"
                + " INSERT INTO address (gate_id, opened)"
                + "   SELECT max(id), '2026-01-02T03:04:05Z' FROM gate");

    assertThat(statements.get(3)).contains("ORDER BY id DESC LIMIT 1 OFFSET 2)");
    assertThat(statements.get(4)).contains("ORDER BY id DESC LIMIT 1)");
  }

  @Test
  void oldRowsThatAreAlikeAreNeverGuessed() throws SQLException {
    both("INSERT INTO gate (label) VALUES ('x'), ('x')");
    List<String> rows = there.rows();

    List<String> statements = exportOf("DELETE FROM gate WHERE id = (SELECT min(id) FROM gate)");

    assertThat(statements)
        .containsExactly(
            "-- 2 rows of gate are alike and nothing tells them apart: this fails where it finds"
                + " several\nDELETE FROM gate\nWHERE id = (SELECT id FROM gate WHERE label ="
                + " 'x' AND region = default_aws_region() AND lan_id IS NULL);");
    assertThatThrownBy(() -> there.run(statements.get(0)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("more than one row");
    assertThat(there.rows()).isEqualTo(rows);
  }

  @Test
  void aNameThatFitsSeveralRowsThereChangesNone() {
    here.execute("INSERT INTO lan (cidr) VALUES ('10.0.0.0/16')");
    there.execute("INSERT INTO lan (cidr) VALUES ('10.0.0.0/16'), ('10.0.0.0/16')");
    List<String> statements = exportOf("DELETE FROM lan");

    assertThatThrownBy(() -> there.run(statements.get(0)))
        .hasMessageContaining("more than one row");
  }

  @Test
  void textReferencesNameTheOtherRow() throws SQLException {
    both("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    both("INSERT INTO gateway (kind, label) VALUES ('nat', 'a'), ('nat', 'b')");
    for (ExportTwin twin : List.of(here, there)) {
      twin.execute("UPDATE gateway SET gateway_id = 'gw-" + twin.firstId() + "-' || label");
    }

    List<String> statements =
        carried(
            "INSERT INTO route (net_id, dest, target, hops) SELECT id, 'all', 'gw-1-a',"
                + " ARRAY['gw-1-b', 'local'] FROM net");

    assertThat(statements)
        .hasSize(1)
        .first()
        .asString()
        .startsWith("-- hops names nothing in these tables: it is kept as it is\n")
        .contains(
            "(SELECT gateway_id FROM gateway WHERE region = 'eu-1' AND kind = 'nat' AND label = 'a')")
        .contains("ARRAY[(SELECT gateway_id FROM gateway WHERE")
        .contains("'local']::text[]")
        .doesNotContain("gw-1");
  }

  @Test
  void whatAwsWillAssignIsAskedForAfterACommit() {
    List<String> statements =
        exportOf(
            "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
                + " INSERT INTO gateway (kind, gateway_id) VALUES ('nat', 'gw-1');"
                + " INSERT INTO route (net_id, dest, target) SELECT id, 'all', 'gw-1' FROM net");

    assertThat(statements.get(2))
        .startsWith(
            "-- target is assigned by AWS: commit first what inserts the row of gateway\nINSERT");
  }

  // Order
  // ---------------------------------------------------------------------------------------------

  @Test
  void rowsOfOneTableThatReferToEachOtherComeInOrder() throws SQLException {
    carried(
        "INSERT INTO queue (name) VALUES ('a'); INSERT INTO queue (name) VALUES ('b');"
            + " UPDATE queue SET dead_letter_id = (SELECT id FROM queue WHERE name = 'b')"
            + "  WHERE name = 'a'");
  }

  @Test
  void ringsAreClosedAfterwardsAndOpenedBefore() throws SQLException {
    List<String> statements =
        carried(
            "INSERT INTO host (label) VALUES ('h'); INSERT INTO disk (gib, host_id) SELECT 8, id"
                + " FROM host; UPDATE host SET boot_disk_id = (SELECT id FROM disk);"
                + " INSERT INTO queue (name) VALUES ('self'); UPDATE queue SET dead_letter_id = id");

    assertThat(statements).hasSize(5);
    List<String> deletes =
        carried(
            "UPDATE host SET boot_disk_id = NULL; DELETE FROM disk; DELETE FROM host;"
                + " DELETE FROM queue");
    assertThat(deletes).hasSize(4);
    assertThat(deletes.get(1)).startsWith("UPDATE disk\nSET host_id = NULL\n");
  }

  @Test
  void whatIsTakenOverIsFreeFirst() throws SQLException {
    both("INSERT INTO lan (cidr) VALUES ('10.0.0.0/16')");
    both("INSERT INTO gate (label, lan_id) SELECT 'old', id FROM lan");

    List<String> statements =
        carried("DELETE FROM gate; INSERT INTO gate (label, lan_id) SELECT 'new', id FROM lan");

    assertThat(statements).hasSize(2).first().asString().startsWith("DELETE");
  }

  @Test
  void rowsSwapUniqueValues() throws SQLException {
    both("INSERT INTO lan (cidr) VALUES ('10.0.0.0/16'), ('10.1.0.0/16')");
    both("INSERT INTO gate (label, lan_id) SELECT cidr::text, id FROM lan");
    both("INSERT INTO bucket (name) VALUES ('b')");
    both("INSERT INTO bucket_rule (bucket_name, prefix, days) VALUES ('b', 'x', 1), ('b', 'y', 2)");
    both("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    both(
        "INSERT INTO grp (name, label, net_id) SELECT l, l, id FROM net, (VALUES ('a'), ('b')) v (l)");

    carried(
        "CREATE TEMPORARY TABLE was AS SELECT * FROM gate; UPDATE gate SET lan_id = NULL;"
            + " UPDATE gate g SET lan_id = w.lan_id FROM was w WHERE w.id <> g.id; DROP TABLE was;"
            + " UPDATE bucket_rule SET prefix = 'z' WHERE prefix = 'x';"
            + " UPDATE bucket_rule SET prefix = 'x' WHERE prefix = 'y';"
            + " UPDATE bucket_rule SET prefix = 'y' WHERE prefix = 'z';"
            + " UPDATE grp SET name = CASE name WHEN 'a' THEN 'b' ELSE 'a' END");
  }

  @Test
  void aRenamedRowTakesItsPartsAlong() throws SQLException {
    both("INSERT INTO bucket (name) VALUES ('old')");
    both("INSERT INTO block (bucket_name) VALUES ('old')");

    assertThat(
            carried(
                "UPDATE bucket SET name = 'new'; UPDATE block SET strict = false;"
                    + " INSERT INTO bucket_rule (bucket_name, prefix) VALUES ('new', 'x')"))
        .containsExactly(
            "UPDATE bucket\nSET name = 'new'\nWHERE name = 'old';",
            "UPDATE block\nSET strict = false\nWHERE bucket_name = 'new';",
            "INSERT INTO bucket_rule (bucket_name, prefix)\nVALUES ('new', 'x');");
  }

  @Test
  void anUpdateMayPointAtANewRowAndTheOldOneGo() throws SQLException {
    both("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    both("INSERT INTO grp (name, net_id) SELECT n, id FROM net, (VALUES ('a'), ('old')) v (n)");
    both("UPDATE grp SET peer_id = (SELECT id FROM grp WHERE name = 'old') WHERE name = 'a'");

    List<String> statements =
        carried(
            "INSERT INTO grp (name, net_id) SELECT 'new', id FROM net;"
                + " UPDATE grp SET peer_id = (SELECT id FROM grp WHERE name = 'new') WHERE name = 'a';"
                + " DELETE FROM grp WHERE name = 'old'");

    assertThat(statements).hasSize(3);
    assertThat(statements.get(0)).startsWith("INSERT");
    assertThat(statements.get(2)).startsWith("DELETE");
  }

  // Transactions
  // ---------------------------------------------------------------------------------------------

  @Test
  void aTransactionIsWithoutWhatTheEngineWrote() throws SQLException {
    here.transaction("t-1", "INSERT INTO queue (name) VALUES ('jobs')");
    here.execute("UPDATE queue SET url = 'https://q/1', visibility = 30");
    here.execute("UPDATE iasql_audit_log SET transaction_id = 't-1'");

    assertThat(here.of("t-1"))
        .containsExactly("INSERT INTO queue (region, name)\nVALUES ('eu-1', 'jobs');");
    assertThat(here.of("t-2")).isEmpty();
  }

  @Test
  void withoutAnIdItIsTheNewestTransaction() {
    assertThat(here.of(null)).isEmpty();
    for (String id : List.of("t-1", "t-2")) {
      here.execute(
          "INSERT INTO iasql_audit_log (ts, \"user\", table_name, change_type, change,"
              + " transaction_id) VALUES (now(), 'somebody', '', 'OPEN_TRANSACTION', '{}', '"
              + id
              + "')");
      here.transaction(id, "INSERT INTO memo (words) VALUES ('" + id + "')");
    }

    assertThat(here.of(null)).containsExactly("INSERT INTO memo (words)\nVALUES ('t-2');");
  }

  @Test
  void anOlderTransactionNamesRowsAsTheyWere() {
    here.execute("INSERT INTO net (cidr) VALUES ('10.1.0.0/16')");
    here.execute("INSERT INTO bucket (name) VALUES ('then')");
    here.transaction(
        "t-1",
        "INSERT INTO grp (name, net_id) SELECT 'web', id FROM net;"
            + " INSERT INTO bucket_rule (bucket_name, prefix) VALUES ('then', 'x')");
    here.execute("UPDATE net SET cidr = '10.9.0.0/16'");
    here.execute("UPDATE bucket SET name = 'now'");
    here.execute("DELETE FROM grp; DELETE FROM net");

    assertThat(here.of("t-1"))
        .hasSize(2)
        .anyMatch(s -> s.contains("cidr = '10.1.0.0/16'"))
        .contains("INSERT INTO bucket_rule (bucket_name, prefix)\nVALUES ('then', 'x');");
  }

  @Test
  void rolledBackIsReplayedAsItWas() throws SQLException {
    both("INSERT INTO bucket (name, size) VALUES ('a', 1), ('b', 2)");
    here.transaction(
        "t-1",
        "INSERT INTO bucket (name) VALUES ('c'); UPDATE bucket SET size = 9 WHERE name = 'a';"
            + " DELETE FROM bucket WHERE name = 'b'");
    List<String> changed = here.rows();
    here.execute(
        "DELETE FROM bucket WHERE name = 'c'; UPDATE bucket SET size = 1 WHERE name = 'a';"
            + " INSERT INTO bucket (name, size) VALUES ('b', 2)");

    there.run(String.join("\n", here.of("t-1")));

    assertThat(there.rows()).isEqualTo(changed);
  }
}
