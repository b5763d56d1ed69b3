package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.guard.Guards;
import io.iasql.engine.guard.Limits;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.DatabaseUsers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people write is too much for the environment to approve by itself. */
class LimitsIT {
  private TestEnvironment env;
  private Person alice;

  @BeforeEach
  void open() {
    env = TestEnvironment.fresh();
    env.commit("INSERT INTO bucket (name, size) VALUES ('one', 1), ('two', 2)");
    env.engine().prepare(FakeModules.NAMES);
    env.engine()
        .setUsers(List.of(new DatabaseUser("alice", DatabaseUser.Access.WRITER, "of alice")));
    alice = new Person(env.database(), DatabaseUsers.roleName(env.database(), "alice"));
    env.engine().openToPeople(true, FakeModules.NAMES);
    env.guard(new Guards(List.of(), List.of(), new Limits(Optional.of(1), Optional.empty())));
  }

  @AfterEach
  void close() throws SQLException {
    alice.close();
    env.close();
  }

  @Test
  void commitsWhatIsWithinTheLimits() throws SQLException {
    alice.run("SELECT iasql_begin()");
    alice.run("DELETE FROM bucket WHERE name = 'one'");
    alice.run("INSERT INTO bucket (name) VALUES ('three'), ('four')");
    alice.run("SELECT iasql_commit()");

    assertThat(env.account().has("bucket", "name", "one")).isFalse();
    env.assertRowsEqualCloud();
    assertThat(env.engine().proposals()).isEmpty();
  }

  @Test
  void hasTheRestWaitForApproval() throws SQLException {
    alice.run("SELECT iasql_begin()");
    alice.run("DELETE FROM bucket");

    assertThat(alice.run("SELECT action, description FROM iasql_commit('all of it')"))
        .containsExactlyInAnyOrder("delete|one", "delete|two");

    Proposal proposal = env.engine().proposals().get(0);
    assertThat(proposal.description()).isEqualTo("all of it");
    assertThat(alice.notices())
        .anyMatch(
            n ->
                n.startsWith(
                        "The plan deletes or replaces 2, and spec.limits.maxDeletes of the"
                            + " Environment is 1: plan "
                            + proposal.planId())
                    && n.contains("waits for approval as a SqlTransaction"));
    assertThat(env.account().all("bucket")).hasSize(2);
    env.assertRowsEqualCloud();
    assertThat(env.engine().plan("later", proposal.sql()).id()).isEqualTo(proposal.planId());
  }

  @Test
  void countsAReplacementAsADeletionOfADirectWrite() throws SQLException {
    alice.run("UPDATE bucket SET tier = 'cold'");

    Awaitility.await("the proposal")
        .atMost(Duration.ofSeconds(30))
        .until(() -> !env.engine().proposals().isEmpty());
    assertThat(env.engine().proposals().get(0).sql()).contains("tier");
    env.assertRowsEqualCloud();
  }
}
