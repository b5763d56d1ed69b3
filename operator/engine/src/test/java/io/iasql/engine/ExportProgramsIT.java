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
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Random edits, exported and run in a twin, leave the same rows there: whatever the edits are, in
 * one text or statement by statement. Where rows cannot be told apart the text says so, and fails.
 */
@Order(3)
class ExportProgramsIT {
  private static final int PROGRAMS = 220;
  private static final int EDITS = 14;
  private static ExportTwin here;
  private static ExportTwin there;

  private final List<String> done = new ArrayList<>();
  private Random random;
  private RandomEdits edits;

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
      edits = new RandomEdits(random);
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
      edits = new RandomEdits(random);
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
        String sql = edits.next();
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
}
