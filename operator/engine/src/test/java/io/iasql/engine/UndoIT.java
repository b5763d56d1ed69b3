package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.fake.Fault;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Taking committed transactions back. */
class UndoIT {
  private TestEnvironment env;

  @BeforeEach
  void start() {
    env = TestEnvironment.fresh();
    env.commit(
        "INSERT INTO bucket (name, size, tags) VALUES ('assets', 5, '{\"a\": \"1\"}'), ('logs', 6, NULL);"
            + " INSERT INTO block (bucket_name) VALUES ('logs')");
  }

  @AfterEach
  void stop() {
    env.close();
  }

  private String commit(String sql, TransactionState state) {
    String id =
        env.submit(
            sql, state == TransactionState.PARTIALLY_APPLIED ? OnFailure.STOP : OnFailure.ROLLBACK);
    TransactionView view = env.await(id);
    assertThat(view.state()).as(view.message()).isEqualTo(state);
    return id;
  }

  private String commit(String sql) {
    return commit(sql, TransactionState.COMMITTED);
  }

  private static Draft undoOf(String id) {
    return new Draft.Undo("name-" + id);
  }

  private Plan plan(String id, String of) {
    return env.engine().plan(id, undoOf(of));
  }

  /** Plans, approves and commits the undoing; returns its id. */
  private String undo(String of) {
    String id = TestEnvironment.newId();
    Plan plan = plan(id, of);
    env.engine()
        .submit(
            new Submission(
                id, "name-" + id, undoOf(of), OnFailure.ROLLBACK, plan.id(), "somebody"));
    TransactionView view = env.await(id);
    assertThat(view.state()).as(view.message()).isEqualTo(TransactionState.COMMITTED);
    env.assertRowsEqualCloud();
    return id;
  }

  @Test
  void shouldTakeBackWhatWasMadeChangedAndDeleted() {
    List<String> before = env.rows();
    String id =
        commit(
            "INSERT INTO bucket (name) VALUES ('images');"
                + " INSERT INTO bucket_rule (bucket_name, prefix) VALUES ('assets', 'tmp');"
                + " UPDATE bucket SET size = 9, tags = '{\"a\": \"2\"}' WHERE name = 'assets';"
                + " DELETE FROM bucket WHERE name = 'logs'");
    assertThat(env.rows()).isNotEqualTo(before);
    String undo = TestEnvironment.newId();

    assertThat(TestEnvironment.actions(plan(undo, id)))
        .containsExactly(
            "create block logs",
            "create bucket logs",
            "update bucket assets",
            "delete bucket images");
    PlanStore.Stored stored = env.engine().storedPlan(undo, 10).orElseThrow();
    assertThat(stored.sql())
        .contains("DELETE FROM bucket\nWHERE name = 'images';")
        .contains("UPDATE bucket\nSET size = 5, tags = ");
    assertThat(stored.notes())
        .contains("bucket logs: a secret that it had is not known here and does not come back");
    assertThat(env.engine().isOf(stored, undoOf(id))).isTrue();

    undo(id);

    assertThat(env.rows()).isEqualTo(before);
  }

  @Test
  void shouldTakeBackAnUndoing() {
    String id = commit("UPDATE bucket SET size = 9 WHERE name = 'assets'");
    List<String> after = env.rows();

    String undo = undo(id);
    undo(undo);

    assertThat(env.rows()).isEqualTo(after);
  }

  @Test
  void shouldLeaveColumnsAloneThatTheTransactionLeftAlone() {
    String id = commit("UPDATE bucket SET size = 9 WHERE name = 'assets'");
    env.account().change("bucket", "name", "assets", "tags", Map.of("a", "3"));
    env.sync();

    undo(id);

    assertThat(env.query("SELECT size || ' ' || (tags ->> 'a') FROM bucket WHERE name = 'assets'"))
        .containsExactly("5 3");
  }

  @Test
  void shouldNotGuessWhereALaterTransactionChangedTheRow() {
    String id = commit("UPDATE bucket SET size = 9 WHERE name = 'assets'");
    String later = commit("UPDATE bucket SET size = 10 WHERE name = 'assets'");

    assertThatThrownBy(() -> plan("tx-undo", id))
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessage(
            "bucket assets was changed by transaction name-"
                + later
                + " since: undo that first, or change the row by SQL of your own");

    undo(later);
    undo(id);
    assertThat(env.value("SELECT size::text FROM bucket WHERE name = 'assets'")).isEqualTo("5");
  }

  @Test
  void shouldNotMindALaterTransactionThatWasRolledBack() {
    String id = commit("UPDATE bucket SET size = 9 WHERE name = 'assets'");
    env.account().fault("update", "bucket", "assets", Fault.Kind.REFUSE, 1);
    commit("UPDATE bucket SET size = 10 WHERE name = 'assets'", TransactionState.ROLLED_BACK);

    undo(id);

    assertThat(env.account().one("bucket", "name", "assets").get("size").asInt()).isEqualTo(5);
  }

  @Test
  void shouldNameWhatRefersToWhatItWouldDelete() {
    String id = commit("INSERT INTO bucket (name) VALUES ('images')");
    String later = commit("INSERT INTO block (bucket_name) VALUES ('images')");

    assertThatThrownBy(() -> plan("tx-undo", id))
        .hasMessageContaining(
            "block images refers to bucket images, which the transaction made; it was made by"
                + " transaction name-"
                + later
                + ": delete it first");
  }

  @Test
  void shouldTakeAlongWhatAwsMadeAlong() {
    List<String> before = env.rows();
    String id = commit("INSERT INTO site (cidr) VALUES ('10.0.0.0/16')");
    assertThat(env.account().all("site_table")).isNotEmpty();

    undo(id);

    assertThat(env.rows()).isEqualTo(before);
    assertThat(env.account().all("site")).isEmpty();
  }

  @Test
  void shouldTakeBackThePartThatWasApplied() {
    List<String> before = env.rows();
    env.account().fault("update", "bucket", "assets", Fault.Kind.REFUSE, 1);
    String id =
        commit(
            "INSERT INTO bucket (name) VALUES ('images');"
                + " UPDATE bucket SET size = 9 WHERE name = 'assets'",
            TransactionState.PARTIALLY_APPLIED);
    assertThat(env.account().one("bucket", "name", "images")).isNotNull();

    assertThat(TestEnvironment.actions(plan("tx-undo", id)))
        .containsExactly("delete bucket images");
    undo(id);

    assertThat(env.rows()).isEqualTo(before);
  }

  @Test
  void shouldSayThatAnotherIdComesBack() {
    String made = commit("INSERT INTO queue (name) VALUES ('jobs')");
    String url = env.value("SELECT url FROM queue");
    String id = commit("DELETE FROM queue");
    String undo = TestEnvironment.newId();

    plan(undo, id);

    assertThat(env.engine().storedPlan(undo, 1).orElseThrow().notes())
        .containsExactly(
            "queue " + url + " does not come back under this url: AWS gives another one");
    undo(id);
    assertThat(env.query("SELECT name FROM queue")).containsExactly("jobs");
    // It is the queue that was made first, with all that people decided.
    assertThat(plan("tx-undo", made).summary().text()).isEqualTo("+0 ~0 ±0 -1");
  }

  @Test
  void shouldSayThatThereIsNothingToUndo() {
    env.account().fault("create", "bucket", "images", Fault.Kind.REFUSE, 1);
    String id = commit("INSERT INTO bucket (name) VALUES ('images')", TransactionState.ROLLED_BACK);

    for (String of : List.of(id, "never")) {
      assertThatThrownBy(() -> plan("tx-undo", of))
          .isInstanceOf(InvalidTransactionException.class)
          .hasMessage(
              "there is nothing to undo: this environment knows of no commit of transaction name-"
                  + of);
    }
  }

  @Test
  void shouldChangeNothingWhereItWasUndoneByHand() {
    String id = commit("INSERT INTO bucket (name) VALUES ('images')");
    commit("DELETE FROM bucket WHERE name = 'images'");

    assertThat(plan("tx-undo", id).actions()).isEmpty();
  }
}
