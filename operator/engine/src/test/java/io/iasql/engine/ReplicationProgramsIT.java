package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.Power;
import io.iasql.engine.replicate.Carried;
import io.iasql.engine.replicate.Comparison;
import io.iasql.engine.replicate.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random transactions committed in one account and carried to an empty one leave the same rows
 * there, and each comparison says that it is the same. Rows that nothing tells apart stop it.
 */
class ReplicationProgramsIT {
  private static final int PROGRAMS = 5;
  private static final int TRANSACTIONS = 4;
  private static final int EDITS = 4;

  /** Rows without what each account assigns; rows that others refer to stand for their ids. */
  private static final List<String> ROWS =
      List.of(
          "SELECT concat_ws('|', cidr, dns, tags) FROM net",
          "SELECT concat_ws('|', s.cidr, zone_name, label, n.cidr) FROM subnet s JOIN net n ON n.id = s.net_id",
          "SELECT concat_ws('|', g.name, g.description, g.label, n.cidr, p.name) FROM grp g"
              + " LEFT JOIN net n ON n.id = g.net_id LEFT JOIN grp p ON p.id = g.peer_id",
          "SELECT concat_ws('|', kind, label) FROM gateway",
          "SELECT concat_ws('|', name, region, tier, size, policy::jsonb, tags::jsonb, owners, pinned, secret IS NULL) FROM bucket",
          "SELECT concat_ws('|', bucket_name, prefix, days) FROM bucket_rule",
          "SELECT concat_ws('|', bucket_name, strict) FROM block",
          "SELECT concat_ws('|', q.name, q.region, q.visibility, d.name, d.region) FROM queue q"
              + " LEFT JOIN queue d ON d.id = q.dead_letter_id",
          "SELECT concat_ws('|', h.label, h.size, s.cidr, d.label) FROM host h"
              + " LEFT JOIN subnet s ON s.id = h.subnet_id LEFT JOIN disk d ON d.id = h.boot_disk_id",
          "SELECT concat_ws('|', d.gib, d.label, h.label) FROM disk d LEFT JOIN host h ON h.id = d.host_id",
          "SELECT concat_ws('|', h.label, g.name) FROM host_grp x JOIN host h ON h.id = x.host_id"
              + " JOIN grp g ON g.id = x.grp_id");

  private int carried;

  @Test
  void shouldLeaveEqualRowsInAnEmptyAccount() {
    long first = Long.getLong("iasql.seed", 20_261_128L);
    for (long seed = first; seed < first + PROGRAMS; seed++) {
      try (TestEnvironment here = environment("111122223333");
          TestEnvironment there = environment("444455556666")) {
        run(seed, here, there);
      }
    }
    System.out.printf("%d transactions were carried%n", carried);
    assertThat(carried).isGreaterThan(PROGRAMS);
  }

  private static TestEnvironment environment(String account) {
    TestEnvironment environment =
        new TestEnvironment(TestServer.newDatabase(), new FakeAccount(account), Power.lasting());
    environment.sync();
    return environment;
  }

  private void run(long seed, TestEnvironment here, TestEnvironment there) {
    RandomEdits edits = new RandomEdits(new Random(seed));
    List<String> done = new ArrayList<>();
    for (int i = 0; i < TRANSACTIONS; i++) {
      List<String> statements = new ArrayList<>();
      for (int j = 0; j < EDITS; j++) {
        // Tags are texts; a plan does not take others.
        statements.add(edits.next().replace("{\"n\":[1,2.5,null,true]}", "{\"n\":\"1\"}"));
      }
      String id = committed(here, statements);
      if (id == null) {
        continue;
      }
      done.addAll(statements);
      Carried text =
          here.engine().replicas().carry(id, there.engine().replicas().place(), Rules.NONE, true);
      String about =
          "-Diasql.seed=" + seed + "\n" + String.join("\n", done) + "\ncarried:\n" + text.sql();
      if (text.isEmpty()) {
        continue;
      }
      if (text.sql().contains("nothing tells them apart") || text.sql().contains("commit first")) {
        return;
      }
      assertThat(there.engine().replicas().unmapped(text)).as(about).isEmpty();
      Comparison comparison = there.engine().replicas().compare(text.sql(), text);
      assertThat(comparison.differences()).as(about).isEmpty();
      assertThat(comparison.same()).as(about).isTrue();
      there.commit(ParameterCalls.withoutValues(text.sql()));
      for (String rows : ROWS) {
        assertThat(there.query(rows))
            .as(about)
            .containsExactlyInAnyOrderElementsOf(here.query(rows));
      }
      carried++;
    }
  }

  /** The edits that can be, as one transaction; null when none can. */
  private static String committed(TestEnvironment here, List<String> statements) {
    List<String> kept = new ArrayList<>();
    for (String statement : List.copyOf(statements)) {
      kept.add(statement);
      try {
        here.plan(String.join(";\n", kept));
      } catch (InvalidTransactionException refused) {
        // A constraint, or the cloud, does not let everything happen that is thought of here.
        kept.remove(statement);
      }
    }
    statements.retainAll(kept);
    if (kept.isEmpty()) {
      return null;
    }
    String id = here.submit(String.join(";\n", kept), OnFailure.ROLLBACK);
    return here.await(id).state() == TransactionState.COMMITTED ? id : null;
  }
}
