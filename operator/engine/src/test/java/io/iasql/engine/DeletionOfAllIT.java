package io.iasql.engine;

import static io.iasql.engine.TestEnvironment.actions;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.guard.ProtectRule;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SQL that deletes all that is the environment's own. */
class DeletionOfAllIT {
  private TestEnvironment env;

  @BeforeEach
  void open() {
    env = TestEnvironment.fresh();
  }

  @AfterEach
  void close() {
    env.close();
  }

  private String sql() {
    return env.engine().deletionOfAll();
  }

  /** What comes with every account: a zone, and a net with its group. */
  private void addDefaults() {
    ObjectNode net =
        Json.object()
            .put("net_id", "net-default")
            .put("region", "eu-1")
            .put("cidr", "10.0.0.0/16")
            .put("dns", false)
            .put("state", "available")
            .put("is_default", true)
            .putNull("tags");
    env.account().put("net", net);
    ObjectNode group =
        Json.object()
            .put("grp_id", "grp-default")
            .put("region", "eu-1")
            .put("name", "default")
            .put("description", "comes with the net")
            .putNull("label")
            .putNull("peer");
    group.set("net", Json.object().put("net_id", "net-default").put("region", "eu-1"));
    env.account().put("grp", group);
    env.sync();
  }

  @Test
  void thereIsNoneWhereNothingIsTheEnvironmentsOwn() {
    addDefaults();

    assertThat(sql()).isEmpty();
  }

  @Test
  void deletesEverythingButWhatComesWithTheAccount() {
    addDefaults();
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
            + " INSERT INTO subnet (net_id, cidr)"
            + "   SELECT id, replace(cidr, '.0.0/16', '.1.0/24') FROM net;"
            + " INSERT INTO grp (name, net_id) SELECT 'web', id FROM net;"
            + " INSERT INTO host (subnet_id) SELECT id FROM subnet WHERE cidr = '10.1.1.0/24';"
            + " INSERT INTO disk (gib, host_id) SELECT 8, id FROM host;"
            + " INSERT INTO host_grp (host_id, grp_id)"
            + "   SELECT h.id, g.id FROM host h, grp g JOIN net n ON n.id = g.net_id"
            + "   WHERE g.name = 'web' AND n.cidr = '10.1.0.0/16';"
            + " INSERT INTO site (cidr) VALUES ('10.9.0.0/16');"
            + " INSERT INTO bucket (name) VALUES ('one'), ('two');"
            + " INSERT INTO block (bucket_name) VALUES ('one');"
            + " INSERT INTO queue (name) VALUES ('jobs');"
            + " UPDATE queue SET dead_letter_id = id");
    // Hosts and disks refer to each other.
    env.commit("UPDATE host SET boot_disk_id = (SELECT id FROM disk)");

    env.commit(sql());

    assertThat(env.query("SELECT net_id FROM net")).containsExactly("net-default");
    assertThat(env.query("SELECT grp_id FROM grp")).containsExactly("grp-default");
    for (String table :
        java.util.List.of(
            "subnet",
            "host",
            "disk",
            "host_grp",
            "site",
            "site_table",
            "path",
            "bucket",
            "block",
            "queue")) {
      assertThat(env.value("SELECT count(*) FROM " + table)).as(table).isEqualTo("0");
    }
    assertThat(sql()).isEmpty();
  }

  @Test
  void leavesWhatIsProtectedAndWhatThatNeeds() {
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16'), ('10.2.0.0/16');"
            + " INSERT INTO subnet (net_id, cidr, label)"
            + "   SELECT id, cidr || 's', CASE cidr WHEN '10.1.0.0/16' THEN 'db' END FROM net;"
            + " INSERT INTO bucket (name) VALUES ('kept'), ('other');"
            + " INSERT INTO block (bucket_name) VALUES ('kept'), ('other');"
            + " INSERT INTO bucket_rule (bucket_name, prefix) VALUES ('kept', 'a'), ('other', 'b')");
    env.protect(
        new ProtectRule("subnet", Map.of("label", "db")),
        new ProtectRule("bucket", Map.of("name", "kept")));

    env.commit(sql());

    assertThat(env.query("SELECT cidr FROM net")).containsExactly("10.1.0.0/16");
    assertThat(env.query("SELECT label FROM subnet")).containsExactly("db");
    // The group that came with the net.
    assertThat(env.query("SELECT name FROM grp")).containsExactly("default");
    assertThat(env.query("SELECT name FROM bucket")).containsExactly("kept");
    assertThat(env.query("SELECT bucket_name FROM block")).containsExactly("kept");
    assertThat(env.query("SELECT prefix FROM bucket_rule")).containsExactly("a");
  }

  @Test
  void isOneStatementThatPeopleCanRead() {
    env.commit(
        "INSERT INTO queue (name) VALUES ('q');"
            + " INSERT INTO bucket (name) VALUES ('abc'), ('xyz')");
    env.protect(new ProtectRule("bucket", Map.of("name", "xyz")));

    assertThat(actions(env.plan(sql()))).hasSize(2);
    assertThat(sql())
        .isEqualTo(
            "WITH\n  part_1 AS (DELETE FROM \"queue\")\n"
                + "DELETE FROM \"bucket\" WHERE \"name\" IN ('abc')");
  }
}
