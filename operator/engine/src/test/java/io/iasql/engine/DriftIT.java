package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.sync.DriftPolicy;
import io.iasql.engine.sync.SyncReport;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sync does where the account was changed past the engine. */
class DriftIT {
  private static final int MANY = 5_000;

  private TestEnvironment environment;

  @BeforeEach
  void open() {
    environment = TestEnvironment.fresh();
    environment.commit(
        "INSERT INTO bucket (name, size) VALUES ('changed', 1), ('gone', 2), ('same', 3)");
  }

  @AfterEach
  void close() {
    environment.close();
  }

  /** One changed, one gone, one new. */
  private void drift() {
    environment.account().change("bucket", "name", "changed", "size", 9);
    environment.account().remove("bucket", "name", "gone");
    ObjectNode made = environment.account().one("bucket", "name", "same").deepCopy();
    made.put("name", "made");
    environment.account().put("bucket", made);
  }

  private List<String> buckets() {
    return environment.query("SELECT name || ' ' || size FROM bucket ORDER BY 1");
  }

  private SyncReport sync(DriftPolicy policy) {
    return environment.engine().sync(Set.of(), policy);
  }

  @Test
  void rowsFollowWhereDriftIsAccepted() {
    drift();

    SyncReport report = sync(DriftPolicy.ACCEPT);

    assertThat(report.drift()).isEmpty();
    assertThat(buckets()).containsExactly("changed 9", "made 3", "same 3");
    environment.assertRowsEqualCloud();
    assertThat(environment.engine().proposals()).isEmpty();
  }

  @Test
  void aTableThatPostgresqlCannotHoldIsReportedAndItsRowsStay() {
    drift();
    ObjectNode broken = environment.account().one("bucket", "name", "same").deepCopy();
    broken.put("name", "nul\u0000");
    environment.account().put("bucket", broken);

    SyncReport report = sync(DriftPolicy.ACCEPT);

    assertThat(report.failures())
        .singleElement()
        .asString()
        .contains("bucket")
        .contains("PostgreSQL cannot hold what AWS has");
    assertThat(buckets()).containsExactly("changed 1", "gone 2", "same 3");
  }

  /** More than is held in memory of one listing. */
  private void addMany() {
    ObjectNode many = environment.account().one("bucket", "name", "same").deepCopy();
    for (int i = 0; i < MANY; i++) {
      environment.account().put("bucket", many.deepCopy().put("name", "many-%05d".formatted(i)));
    }
  }

  @Test
  void aTableOfAnyLengthIsRead() {
    addMany();

    assertThat(sync(DriftPolicy.ACCEPT).inserted()).isEqualTo(MANY);

    assertThat(buckets()).hasSize(MANY + 3).contains("many-00000 3", "many-04999 3", "gone 2");
  }

  @Test
  void nothingOfATableIsTakenWhosePartCannotBeHeld() {
    addMany();
    ObjectNode broken = environment.account().one("bucket", "name", "same").deepCopy();
    broken.put("name", "nul\u0000");
    environment.account().put("bucket", broken);

    assertThat(sync(DriftPolicy.ACCEPT).failures()).hasSize(1);

    assertThat(buckets()).containsExactly("changed 1", "gone 2", "same 3");
  }

  @Test
  void rowsStayWhereDriftIsReported() {
    drift();
    long audited = environment.audited();

    SyncReport report = sync(DriftPolicy.REPORT);

    assertThat(report.drift())
        .containsExactlyInAnyOrder(
            "update bucket changed", "delete bucket gone", "create bucket made");
    assertThat(report.changedTables()).isEmpty();
    assertThat(buckets()).containsExactly("changed 1", "gone 2", "same 3");
    assertThat(environment.audited()).isEqualTo(audited);
    assertThat(environment.engine().proposals()).isEmpty();
  }

  @Test
  void aProposalBringsTheAccountBackWhereDriftIsRestored() {
    drift();

    SyncReport report = sync(DriftPolicy.RESTORE);

    assertThat(report.drift())
        .containsExactlyInAnyOrder("update bucket changed", "create bucket gone");
    assertThat(buckets()).containsExactly("changed 9", "made 3", "same 3");
    assertThat(environment.engine().proposals()).hasSize(1);
    Proposal proposal = environment.engine().proposals().get(0);
    assertThat(proposal.description()).contains("update bucket changed");
    environment.engine().taken(proposal);
    assertThat(sync(DriftPolicy.RESTORE).drift()).as("told once").isEmpty();
    assertThat(environment.engine().proposals()).isEmpty();

    environment.commit(proposal.sql());

    assertThat(environment.account().one("bucket", "name", "changed").get("size").asInt())
        .isEqualTo(1);
    assertThat(buckets()).containsExactly("changed 1", "gone 2", "made 3", "same 3");
    environment.assertRowsEqualCloud();
  }

  @Test
  void nothingIsWrittenWhereNothingHasChanged() {
    long audited = environment.audited();
    String moved =
        environment.value("SELECT coalesce(max(moved_at)::text, '') FROM iasql.table_move");
    for (DriftPolicy policy : DriftPolicy.values()) {
      SyncReport report = sync(policy);
      assertThat(report.drift()).as(policy.name()).isEmpty();
      assertThat(report.changedTables()).as(policy.name()).isEmpty();
    }
    assertThat(environment.audited()).isEqualTo(audited);
    assertThat(environment.value("SELECT coalesce(max(moved_at)::text, '') FROM iasql.table_move"))
        .isEqualTo(moved);
  }

  @Test
  void whatWasNeverReadIsTakenIntoTheRowsUnderEveryPolicy() {
    environment.execute("DELETE FROM iasql.setting WHERE name = 'imported'");
    drift();

    assertThat(sync(DriftPolicy.REPORT).drift()).isEmpty();
    environment.assertRowsEqualCloud();
  }
}
