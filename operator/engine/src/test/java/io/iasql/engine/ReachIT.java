package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a plan says of the resources that refer to what it deletes or replaces. */
class ReachIT {
  private TestEnvironment env;

  @BeforeEach
  void open() {
    env = TestEnvironment.fresh();
    env.commit(
        "INSERT INTO net (cidr) VALUES ('10.1.0.0/16');"
            + " INSERT INTO subnet (net_id, cidr) SELECT id, '10.1.1.0/24' FROM net;"
            + " INSERT INTO grp (name, net_id) SELECT 'web', id FROM net;"
            + " INSERT INTO host (subnet_id) SELECT id FROM subnet;"
            + " INSERT INTO host_grp (host_id, grp_id)"
            + "   SELECT h.id, g.id FROM host h, grp g WHERE g.name = 'web'");
  }

  @AfterEach
  void close() {
    env.close();
  }

  private static Plan.Action of(Plan plan, String table) {
    return plan.actions().stream()
        .filter(a -> a.row().table().equals(table))
        .findFirst()
        .orElseThrow();
  }

  private String id(String table) {
    return table + " " + env.value("SELECT " + table + "_id || '|eu-1' FROM " + table);
  }

  @Test
  void namesWhatRefersToWhatIsReplaced() {
    Plan plan = env.plan("UPDATE subnet SET cidr = '10.1.2.0/24'");

    assertThat(of(plan, "subnet").dependants()).containsExactly(id("host"));
    assertThat(of(plan, "host").dependants()).isEmpty();
  }

  @Test
  void namesTheOwnerOfAJoinRowThatGoesToo() {
    Plan plan = env.plan("DELETE FROM host_grp; DELETE FROM grp WHERE name = 'web'");

    assertThat(of(plan, "grp").dependants()).containsExactly(id("host"));
    assertThat(of(plan, "host").kind()).isEqualTo(Plan.Kind.UPDATE);
    assertThat(of(plan, "host").dependants()).isEmpty();
  }

  @Test
  void countsWhatItDoesNotName() {
    env.commit(
        "INSERT INTO subnet (net_id, cidr) SELECT n.id, '10.1.' || s || '.0/24'"
            + " FROM net n, generate_series(10, 30) s");
    String id = TestEnvironment.newId();

    Plan plan = env.engine().plan(id, "UPDATE net SET cidr = '10.2.0.0/16'");

    List<String> dependants = of(plan, "net").dependants();
    // Two groups and 22 subnets: one group comes with each net.
    assertThat(dependants).hasSize(11).endsWith("+14 more");
    assertThat(env.engine().storedPlan(id, 50).orElseThrow().lines())
        .filteredOn(l -> l.table().equals("net"))
        .extracting(PlanStore.Line::dependants)
        .containsExactly(dependants);
  }

  @Test
  void namesThePartsThatGoToo() {
    env.commit(
        "INSERT INTO bucket (name) VALUES ('one'), ('two');"
            + " INSERT INTO block (bucket_name) VALUES ('one')");

    Plan plan = env.plan("DELETE FROM block; DELETE FROM bucket");

    assertThat(plan.actions())
        .filteredOn(a -> a.row().table().equals("bucket"))
        .extracting(Plan.Action::dependants)
        .containsExactlyInAnyOrder(List.of("block one"), List.of());
  }
}
