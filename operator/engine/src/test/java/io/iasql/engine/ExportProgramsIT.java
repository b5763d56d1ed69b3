package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.iasql.engine.export.Inverse;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random edits, exported and run in a twin, leave the same rows there: whatever the edits are, in
 * one text or statement by statement. Where rows cannot be told apart the text says so, and fails.
 */
class ExportProgramsIT {
  private static final int PROGRAMS = 220;
  private static final int EDITS = 14;
  private static ExportTwin here;
  private static ExportTwin there;

  private final List<String> done = new ArrayList<>();
  private Random random;

  @BeforeAll
  static void start() {
    here = new ExportTwin(1);
    there = new ExportTwin(7000);
  }

  @AfterAll
  static void stop() {
    here.close();
    there.close();
  }

  @Test
  void aTwinThatRunsTheExportHasTheSameRows() throws SQLException {
    long first = Long.getLong("iasql.seed", 20_261_125L);
    int equal = 0;
    int refused = 0;
    for (long seed = first; seed < first + PROGRAMS; seed++) {
      random = new Random(seed);
      begin();
      // The first span fills the tables; the second changes what both already have.
      for (int span = 0; span < 2; span++) {
        List<String> statements = edit();
        String about =
            "-Diasql.seed="
                + seed
                + " span "
                + span
                + "\nedits:\n"
                + String.join("\n", done)
                + "\nexport:\n"
                + String.join("\n", statements);
        if (statements.stream().anyMatch(s -> s.contains("nothing tells them apart"))) {
          assertThatExceptionOfType(SQLException.class)
              .as(about)
              .isThrownBy(() -> run(statements, true))
              .extracting(SQLException::getSQLState)
              .isEqualTo("21000");
          refused++;
          break;
        }
        try {
          run(statements, random.nextBoolean());
        } catch (SQLException e) {
          throw new AssertionError(about, e);
        }
        assertThat(there.rows()).as(about).isEqualTo(here.rows());
        equal++;
        awsAnswers(here);
        awsAnswers(there);
      }
    }
    System.out.printf("%d exports gave equal rows, %d were refused as ambiguous%n", equal, refused);
    assertThat(equal).isGreaterThan(PROGRAMS);
  }

  @Test
  void takingATransactionBackLeavesTheRowsAsTheyWere() throws SQLException {
    long first = Long.getLong("iasql.seed", 20_261_128L);
    int equal = 0;
    int said = 0;
    for (long seed = first; seed < first + PROGRAMS; seed++) {
      random = new Random(seed);
      begin();
      edit();
      awsAnswers(here);
      List<String> before = here.rows();
      String position = here.position();
      edit();
      here.committed("seed-" + seed, position);
      awsAnswers(here);

      Inverse inverse;
      try {
        inverse = here.inverse("seed-" + seed);
      } catch (InvalidTransactionException e) {
        // Of a row that nobody can read it is not known that AWS made it along.
        assertThat(e)
            .as("-Diasql.seed=" + seed)
            .hasMessageMatching("(?s)(grp|lan_table) .* refers to .*");
        said++;
        continue;
      }

      String about =
          "-Diasql.seed="
              + seed
              + "\nedits:\n"
              + String.join("\n", done)
              + "\ninverse:\n"
              + inverse.sql()
              + "\nnotes:\n"
              + String.join("\n", inverse.notes());
      boolean ambiguous =
          inverse.notes().stream().anyMatch(n -> n.contains("nothing tells them apart"));
      try {
        here.run(inverse.sql());
      } catch (SQLException e) {
        if (ambiguous && e.getSQLState().equals("21000")) {
          said++;
          continue;
        }
        throw new AssertionError(about, e);
      }
      awsAnswers(here);
      if (inverse.notes().stream().anyMatch(n -> n.contains("commit first"))) {
        // What AWS is yet to name cannot be named: the notes say so.
        said++;
        continue;
      }
      assertThat(here.rows()).as(about).isEqualTo(before);
      equal++;
    }
    System.out.printf("%d were taken back, of %d it is said what is missing%n", equal, said);
    assertThat(equal).isGreaterThan(PROGRAMS / 2);
  }

  private static void run(List<String> statements, boolean asOne) throws SQLException {
    if (asOne) {
      there.run(String.join("\n", statements));
    } else {
      for (String statement : statements) {
        there.run(statement);
      }
    }
  }

  private static void begin() {
    for (ExportTwin twin : List.of(here, there)) {
      twin.empty();
      twin.execute(
          "INSERT INTO zone VALUES ('eu-1a', 'eu-1'), ('eu-1b', 'eu-1');"
              + " INSERT INTO aws_regions VALUES ('eu-1', true, true), ('eu-2', false, true);"
              + " INSERT INTO net (net_id, cidr, is_default) VALUES ('net-0', '10.0.0.0/16', true);"
              + " INSERT INTO grp (name, net_id) SELECT 'default', id FROM net");
    }
  }

  /** What a commit writes back: other ids in each account, and what comes with a parent. */
  private static void awsAnswers(ExportTwin twin) {
    twin.execute(
        "UPDATE gateway SET gateway_id = 'gw-"
            + twin.firstId()
            + "-' || label WHERE gateway_id IS NULL;"
            + " UPDATE net SET net_id = 'net-"
            + twin.firstId()
            + "-' || id, state = 'up' WHERE net_id IS NULL;"
            + " UPDATE bucket SET created_at = now(), secret = NULL;"
            + " INSERT INTO lan_table (lan_id, region, is_main) SELECT id, region, true FROM lan l"
            + "  WHERE NOT EXISTS (SELECT FROM lan_table t WHERE t.lan_id = l.id AND is_main);"
            + " INSERT INTO grp (name, net_id) SELECT 'default', id FROM net n WHERE NOT EXISTS"
            + "  (SELECT FROM grp g WHERE g.net_id = n.id AND g.name = 'default')");
  }

  private List<String> edit() throws SQLException {
    Instant before = here.moment();
    done.clear();
    here.connection().setAutoCommit(false);
    try {
      for (int i = 0; i < EDITS; i++) {
        String sql = next();
        Savepoint savepoint = here.connection().setSavepoint();
        try (var statement = here.connection().createStatement()) {
          statement.execute(sql);
          here.connection().releaseSavepoint(savepoint);
          done.add(sql);
        } catch (SQLException refused) {
          // A constraint does not let everything happen that is thought of here.
          here.connection().rollback(savepoint);
        }
      }
      here.connection().commit();
    } finally {
      here.connection().setAutoCommit(true);
    }
    return here.since(before);
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Some row's id, as a sub-select that always means the same one. */
  private String some(String table) {
    return "(SELECT id FROM "
        + table
        + " ORDER BY hashint4(id::int + "
        + random.nextInt(1000)
        + ") LIMIT 1)";
  }

  private String bucket() {
    return "(SELECT name FROM bucket ORDER BY hashtext(name || '"
        + random.nextInt(1000)
        + "') LIMIT 1)";
  }

  private String word() {
    return pick(
        "'a'", "'b'", "'c'", "'it''s'", "E'two\\nlines'", "'back\\slash'", "'x -- y'", "NULL");
  }

  /** Few enough for some rows to be alike. */
  private String label() {
    return "'l" + random.nextInt(25) + "'";
  }

  private String json() {
    return pick(
        "NULL",
        "'{}'",
        "'{\"Name\":\"a''b\"}'",
        "'{\"b\":\"2\",\"a\":\"1\"}'",
        "'{\"n\":[1,2.5,null,true]}'");
  }

  private String name() {
    return pick("'alpha'", "'beta'", "'gamma'", "'delta'");
  }

  private String text() {
    return pick(
        "NULL",
        "'local'",
        "(SELECT gateway_id FROM gateway WHERE gateway_id IS NOT NULL ORDER BY hashtext(gateway_id || '"
            + random.nextInt(100)
            + "') LIMIT 1)");
  }

  private String next() {
    return switch (random.nextInt(36)) {
      case 0 ->
          "INSERT INTO net (cidr, dns, tags) VALUES ('10."
              + random.nextInt(200)
              + ".0.0/16', "
              + random.nextBoolean()
              + ", "
              + json()
              + ")";
      case 1 ->
          "UPDATE net SET dns = NOT dns, tags = "
              + json()
              + " WHERE NOT is_default AND id = "
              + some("net");
      case 2 ->
          "INSERT INTO subnet (net_id, cidr, zone_name, label) SELECT id, '10.1."
              + random.nextInt(200)
              + ".0/24', "
              + pick("'eu-1a'", "'eu-1b'", "NULL")
              + ", "
              + word()
              + " FROM net WHERE id = "
              + some("net");
      case 3 ->
          "UPDATE subnet SET label = "
              + word()
              + ", cidr = '10.2."
              + random.nextInt(200)
              + ".0/24' WHERE id = "
              + some("subnet");
      case 4, 5 ->
          "INSERT INTO grp (name, description, net_id, peer_id) VALUES ("
              + name()
              + ", "
              + word()
              + ", "
              + pick("NULL", some("net"))
              + ", "
              + pick("NULL", some("grp"))
              + ")";
      case 6 ->
          "UPDATE grp SET peer_id = "
              + pick("NULL", "id", some("grp"))
              + ", label = "
              + word()
              + " WHERE id = "
              + some("grp");
      case 7 ->
          "UPDATE grp g SET name = o.name FROM grp o WHERE o.net_id = g.net_id AND o.id <> g.id"
              + " AND 'default' NOT IN (g.name, o.name) AND (SELECT count(*) FROM grp c WHERE"
              + " c.net_id = g.net_id AND c.name <> 'default') = 2";
      case 8 ->
          "INSERT INTO gateway (kind, label) VALUES ("
              + pick("'nat'", "'vpn'")
              + ", 'g"
              + random.nextInt(100_000)
              + "')";
      case 9, 10 ->
          "INSERT INTO route (net_id, dest, target, hops, via) SELECT id, "
              + name()
              + ", "
              + text()
              + ", ARRAY["
              + text()
              + ", "
              + text()
              + "], "
              + text()
              + " FROM net WHERE id = "
              + some("net");
      case 11 ->
          "UPDATE route SET target = "
              + text()
              + ", hops = "
              + pick("NULL", "'{}'", "ARRAY[" + text() + "]")
              + " WHERE id = "
              + some("route");
      case 12, 13 ->
          "INSERT INTO bucket (name, region, tier, size, policy, tags, owners, secret,"
              + " pinned) VALUES ("
              + name()
              + ", "
              + pick("'eu-1'", "'eu-2'")
              + ", "
              + word()
              + ", "
              + (1 + random.nextInt(9))
              + ", "
              + json()
              + ", "
              + json()
              + ", "
              + pick("NULL", "'{}'", "ARRAY['a','b,c',NULL]")
              + ", "
              + pick("NULL", "'hush'")
              + ", "
              + random.nextBoolean()
              + ")";
      case 14 -> "UPDATE bucket SET name = " + name() + " WHERE name = " + bucket();
      case 15 ->
          "UPDATE bucket SET size = "
              + pick("NULL", "7")
              + ", tags = "
              + json()
              + ", policy = "
              + json()
              + ", owners = "
              + pick("NULL", "ARRAY['z']")
              + ", secret = 's', pinned = NOT pinned"
              + " WHERE name = "
              + bucket();
      case 16, 17 ->
          "INSERT INTO bucket_rule (bucket_name, prefix, days) VALUES ("
              + bucket()
              + ", "
              + name()
              + ", "
              + random.nextInt(9)
              + ")";
      case 18 ->
          "UPDATE bucket_rule SET prefix = 'tmp' WHERE prefix = 'alpha'; UPDATE bucket_rule SET"
              + " prefix = 'alpha' WHERE prefix = 'beta'; UPDATE bucket_rule SET prefix = 'beta' WHERE"
              + " prefix = 'tmp'";
      case 19 ->
          "INSERT INTO block (bucket_name, strict) VALUES ("
              + bucket()
              + ", "
              + random.nextBoolean()
              + ")";
      case 20 -> "UPDATE block SET strict = NOT strict WHERE bucket_name = " + bucket();
      case 21 -> "DELETE FROM bucket WHERE name = " + bucket();
      case 22 ->
          "DELETE FROM bucket WHERE name = 'alpha'; UPDATE bucket SET name = 'alpha' WHERE name = 'beta'";
      case 23, 24 ->
          "INSERT INTO queue (name, region, visibility, dead_letter_id) VALUES ("
              + name()
              + ", "
              + pick("'eu-1'", "'eu-2'")
              + ", "
              + pick("NULL", "30")
              + ", "
              + pick("NULL", some("queue"))
              + ")";
      case 25 ->
          "UPDATE queue SET dead_letter_id = "
              + pick("NULL", "id", some("queue"))
              + " WHERE id = "
              + some("queue");
      case 26 ->
          "UPDATE queue SET name = 'tmp' WHERE name = 'alpha'; UPDATE queue SET name = 'alpha' WHERE"
              + " name = 'beta'; UPDATE queue SET name = 'beta' WHERE name = 'tmp'";
      case 27 ->
          "UPDATE queue SET dead_letter_id = NULL WHERE dead_letter_id = (SELECT id FROM queue"
              + " WHERE name = 'gamma' AND region = 'eu-1'); DELETE FROM queue WHERE name = 'gamma' AND"
              + " region = 'eu-1'; INSERT INTO queue (name, region, visibility) VALUES ('gamma', 'eu-1', 60)";
      case 28 ->
          "INSERT INTO host (label, size, subnet_id, boot_disk_id) VALUES ("
              + label()
              + ", "
              + pick("'s'", "'m'")
              + ", "
              + pick("NULL", some("subnet"))
              + ", "
              + pick("NULL", some("disk"))
              + ")";
      case 29 ->
          "INSERT INTO disk (gib, label, host_id) VALUES ("
              + random.nextInt(9)
              + ", "
              + label()
              + ", "
              + pick("NULL", some("host"))
              + ")";
      case 30 ->
          "UPDATE host SET boot_disk_id = "
              + pick("NULL", some("disk"))
              + ", label = "
              + label()
              + " WHERE id = "
              + some("host");
      case 31 -> "INSERT INTO host_grp VALUES (" + some("host") + ", " + some("grp") + ")";
      case 32 -> "DELETE FROM host_grp WHERE host_id = " + some("host");
      case 33 ->
          "INSERT INTO lan (cidr, region, tags) VALUES ('10."
              + random.nextInt(200)
              + ".0.0/16', "
              + pick("'eu-1'", "'eu-2'")
              + ", "
              + json()
              + "); INSERT INTO gate (label, lan_id,"
              + " region) SELECT "
              + label()
              + ", id, region FROM lan WHERE id = "
              + some("lan")
              + "; INSERT INTO address (gate_id) VALUES ("
              + some("gate")
              + ")";
      case 34 ->
          "DELETE FROM gate WHERE NOT EXISTS (SELECT FROM address a WHERE a.gate_id = gate.id);"
              + " INSERT INTO gate (label, lan_id, region) SELECT "
              + label()
              + ", id, region FROM lan l"
              + " WHERE NOT EXISTS (SELECT FROM gate g WHERE g.lan_id = l.id)";
      default -> {
        String table =
            pick(
                "net", "subnet", "grp", "gateway", "route", "queue", "host", "disk", "memo", "lan",
                "gate", "address");
        String kept =
            switch (table) {
              case "net" -> " AND NOT is_default";
              case "grp" -> " AND name <> 'default'";
              default -> "";
            };
        yield "DELETE FROM " + table + " WHERE id = " + some(table) + kept;
      }
    };
  }
}
