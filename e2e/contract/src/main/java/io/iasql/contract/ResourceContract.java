package io.iasql.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.contract.CallLog.Moment;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.Plan;
import io.iasql.peers.faults.Fault;
import io.iasql.peers.faults.Faults;
import io.iasql.peers.faults.OperationFaults;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Reach;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.commons.util.ExceptionUtils;

/**
 * The contract of a resource, checked over the real engine, a real PostgreSQL and an AWS emulator.
 * Each test has an account and a database of its own; what a sample stands on is made once for
 * tests that follow each other, as long as they leave nothing behind.
 *
 * <p>What a resource cannot do is asserted to be refused with the table's hint. What an emulator
 * makes impossible stands in {@link KnownEmulatorGaps} and is asserted to fail.
 */
@Execution(ExecutionMode.CONCURRENT)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ResourceContract {
  private static final int MANY = 400;

  private final Sample sample;
  private final CloudResource<?> resource;
  private final Shape shape;
  private final Subject subject;
  private final Stages stages;
  private final Life life;

  /** The suite over a sample. */
  protected ResourceContract(Sample sample) {
    this.sample = sample;
    this.subject = new Subject(sample);
    this.resource = subject.resource;
    this.shape = subject.shape;
    this.stages = new Stages(subject);
    this.life = new Life(subject, stages);
  }

  /** The resource's table. */
  final String table() {
    return sample.table;
  }

  // Creation, listing --------------------------------------------------------------------------

  @Test
  void aCreationIsPlannedMadeAndLeavesNoDrift() {
    check(
        Check.CREATES,
        world -> {
          world.sync();
          Set<String> before = subject.keys(world);
          Plan plan = world.plan(sample.insert);
          Plan.Action action = only(plan, Plan.Kind.CREATE);
          assertThat(action.changes())
              .as("a creation has nothing before")
              .allMatch(change -> change.before().isNull());
          assertThat(subject.keys(world)).as("planning makes nothing").isEqualTo(before);

          world.committed(sample.insert);

          ObjectNode row = subject.assertRowIsAws(world);
          for (Plan.Change change : action.changes()) {
            Column column = shape.column(change.name()).orElseThrow();
            if (!change.knownAfterCommit() && !column.writeOnly()) {
              assertThat(Shape.canonical(column, row))
                  .as("column %s keeps the value that the plan showed", change.name())
                  .isEqualTo(change.after());
            }
          }
          assertThat(subject.keys(world)).hasSize(before.size() + 1).containsAll(before);
          assertThat(world.plan(subject.untouched()).actions()).as("plan of nothing").isEmpty();
          assertNoDriftAnywhere(world);
        },
        Creates.class);
  }

  @Test
  void listsFindItInItsRegionAndOnEveryPage() {
    check(
        Check.LISTS,
        world -> {
          world.sync();
          subject.put(world);
          if (!sample.another.isEmpty()) {
            world.committed(sample.another);
          }
          ObjectNode row = subject.row(world);
          String region = shape.region(row).orElse(World.HOME);
          String key = shape.keyOf(row).toString();
          if (shape.reach() == Reach.REGIONAL) {
            String other = region.equals(World.HOME) ? World.ABROAD : World.HOME;
            assertThat(subject.keys(world, region)).contains(key);
            assertThat(subject.keys(world, other)).doesNotContain(key);
          } else {
            assertThat(subject.keys(world, World.HOME)).containsOnlyOnce(key);
          }
          try (World other = world.sibling()) {
            Faults faults = other.operator().faults();
            faults.pagesOf(1);
            other.sync();
            if (sample.unpaged.isEmpty()) {
              assertThat(faults.injected())
                  .as("lists that were cut into pages\n%s", faults)
                  .isPositive();
            }
            assertThat(subject.keyOf(other, sample.where)).isEqualTo(key);
            if (!sample.another.isEmpty()) {
              assertThat(subject.keyOf(other, sample.anotherWhere))
                  .isEqualTo(subject.keyOf(world, sample.anotherWhere));
            }
            faults.calm();
            other.assertNoDrift();
          }
        });
  }

  @Test
  void twoAreMadeAndDeletedInOneTransaction() {
    check(
        Check.TWO_AT_ONCE,
        world -> {
          assertThat(sample.another).as("the sample has another one").isNotEmpty();
          Set<String> before = subject.keys(world);

          world.committed(sample.insert + ";\n" + sample.another);

          subject.assertRowIsAws(world);
          subject.assertRowIsAws(world, sample.anotherWhere);
          assertThat(subject.keys(world)).hasSize(before.size() + 2);
          if (resource instanceof Deletes<?>) {
            world.committed(
                sample.delete()
                    + ";\nDELETE FROM "
                    + sample.table
                    + " WHERE "
                    + sample.anotherWhere);
            assertThat(subject.keys(world)).isEqualTo(before);
          }
          world.assertNoDrift(sample.table);
        },
        Creates.class);
  }

  // Changes ------------------------------------------------------------------------------------

  @Test
  void everyColumnHasASample() {
    Set<String> named = new TreeSet<>(sample.fixed.keySet());
    sample.changes.forEach(change -> named.add(change.column()));
    sample.replacements.forEach(change -> named.add(change.column()));
    Set<String> wanted =
        shape.columns().stream()
            .filter(Column::isDesired)
            .filter(
                column ->
                    column.forcesReplacement()
                        ? resource instanceof Creates<?> && resource instanceof Deletes<?>
                        : resource instanceof Updates<?>)
            .map(Column::name)
            .filter(name -> !sample.unmade.contains(name))
            .filter(name -> !KnownEmulatorGaps.ignores(sample.table, name, sample.emulator))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(named).as("columns with a change, a replacement or a refusal").isEqualTo(wanted);
    Set<String> nullable = new TreeSet<>();
    sample.nulls.forEach(change -> nullable.add(change.column()));
    assertThat(wanted).containsAll(nullable);
  }

  /** The changes follow each other on one resource, so that each starts from where AWS is then. */
  @TestFactory
  @Execution(ExecutionMode.SAME_THREAD)
  Stream<DynamicTest> columnsChangeInPlace() {
    if (!(resource instanceof Updates<?>)) {
      return Stream.empty();
    }
    List<Sample.Change> all = new ArrayList<>(sample.changes);
    all.addAll(sample.nulls);
    Stages.Stage[] stage = new Stages.Stage[1];
    Set<Integer> left = new HashSet<>();
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      int number = i;
      left.add(i);
      Sample.Change change = all.get(i);
      boolean nulls = i >= sample.changes.size();
      tests.add(
          DynamicTest.dynamicTest(
              change.column() + (nulls ? " to null" : ""),
              () -> {
                try {
                  withGap(
                      Check.CHANGES,
                      change.column() + (nulls ? " to null" : ""),
                      () -> {
                        if (stage[0] == null) {
                          stage[0] = stages.take(false);
                          subject.put(stage[0].world());
                        }
                        changes(stage[0].world(), change);
                      });
                } finally {
                  left.remove(number);
                  if (left.isEmpty() && stage[0] != null) {
                    stages.leave(stage[0]);
                  }
                }
              }));
    }
    return tests.stream();
  }

  private void assertNoDriftAnywhere(World world) {
    if (!sample.stirs.isEmpty()) {
      world.sync(sample.stirs.toArray(String[]::new));
    }
    world.assertNoDrift();
  }

  private void changes(World world, Sample.Change change) {
    ObjectNode before = subject.aws(world, subject.row(world)).orElseThrow();
    Column column = shape.column(change.column()).orElseThrow();

    Plan plan = world.plan(change.sql());
    Plan.Action action = only(plan, Plan.Kind.UPDATE);
    Map<String, Plan.Change> promised = new HashMap<>();
    action.changes().forEach(one -> promised.put(one.name(), one));
    assertThat(promised).containsKey(change.column());
    world.committed(change.sql());

    ObjectNode row = subject.assertRowIsAws(world, change.where());
    ObjectNode after = subject.aws(world, row).orElseThrow();
    if (!column.writeOnly()) {
      JsonNode wanted = promised.get(change.column()).after();
      assertThat(Shape.canonical(column, after))
          .as("%s in AWS, which had %s", change.column(), Shape.canonical(column, before))
          .isNotEqualTo(Shape.canonical(column, before));
      if (!wanted.isNull()) {
        assertThat(Shape.canonical(column, after)).as(change.column()).isEqualTo(wanted);
      }
    }
    for (Column other : shape.columns()) {
      if (!promised.containsKey(other.name()) && !other.assigned()) {
        assertThat(Shape.canonical(other, after))
            .as("%s after a change of %s", other.name(), change.column())
            .isEqualTo(Shape.canonical(other, before));
      }
    }
    assertThat(shape.keyOf(row).equals(shape.keyOf(before)) || sample.keyChanges)
        .as("the key is the same")
        .isTrue();
    assertThat(world.plan(subject.untouched()).actions()).as("plan of nothing").isEmpty();
    world.assertNoDrift(sample.table);
  }

  @TestFactory
  Stream<DynamicTest> columnsThatCannotChangeReplaceTheResource() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Sample.Change change : sample.replacements) {
      tests.add(
          dynamic(
              change.column(),
              Check.REPLACES,
              world -> {
                world.sync();
                subject.put(world);
                List<Sample.Dependant> dependants =
                    sample.dependants.stream()
                        .filter(one -> one.column().equals(change.column()))
                        .toList();
                dependants.forEach(one -> world.committed(one.insert()));
                ObjectNode before = subject.row(world);
                Set<String> keys = subject.keys(world);

                Plan plan = world.plan(change.sql());
                assertThat(plan.actions())
                    .filteredOn(action -> action.row().table().equals(sample.table))
                    .as("a replacement of %s in %s", sample.table, plan.summary().text())
                    .anySatisfy(
                        action -> {
                          assertThat(action.kind()).isEqualTo(Plan.Kind.REPLACE);
                          assertThat(action.changes())
                              .extracting(Plan.Change::name)
                              .contains(change.column());
                        });
                world.committed(change.sql());

                ObjectNode row = subject.assertRowIsAws(world, change.where());
                assertThat(shape.keyOf(row)).as("the key").isNotEqualTo(shape.keyOf(before));
                assertThat(subject.aws(world, before)).as("the old one").isEmpty();
                assertThat(subject.keys(world)).hasSize(keys.size());
                for (Sample.Dependant dependant : dependants) {
                  subject.assertRowIsAws(world, dependant.table(), dependant.where());
                }
                assertNoDriftAnywhere(world);
              }));
    }
    return tests.stream();
  }

  @Test
  void whatCannotBeIsAnErrorOfThePlan() {
    check(
        Check.REFUSES,
        world -> {
          subject.put(world);
          world.operator().calls().restart();
          List<Sample.Refusal> all = new ArrayList<>(sample.fixed.values());
          all.addAll(sample.refusals);
          for (Sample.Refusal refusal : all) {
            assertThatThrownBy(() -> world.plan(refusal.sql()), refusal.sql())
                .isInstanceOf(InvalidTransactionException.class)
                .hasMessageContaining(refusal.words());
          }
          for (Column column : shape.columns()) {
            if (column.assigned() && column.kind() == Column.Kind.VALUE) {
              assertAssignedIsRefused(world, column);
            }
          }
          assertThat(world.operator().calls().writes()).isZero();
          subject.assertRowIsAws(world);
        });
  }

  private void assertAssignedIsRefused(World world, Column column) {
    String sql =
        "UPDATE %s SET %s = NULL WHERE %s".formatted(sample.table, column.sqlName(), sample.where);
    if (subject.row(world).path(column.name()).isNull()) {
      return;
    }
    assertThatThrownBy(() -> world.plan(sql), sql).isInstanceOf(InvalidTransactionException.class);
  }

  /** A role that the resource lacks is refused in the plan, with a hint what to do instead. */
  private void assertRefused(World world, Class<?> role) {
    if (role == Creates.class) {
      assertThat(sample.insert).as("the sample has an INSERT to be refused").isNotEmpty();
      refused(world, sample.insert, "cannot be inserted");
    } else if (role == Updates.class) {
      boolean replaced =
          shape.columns().stream().filter(Column::isDesired).allMatch(Column::forcesReplacement);
      if (replaced && resource instanceof Creates<?> && resource instanceof Deletes<?>) {
        // Every change is a replacement, which has a test of its own.
        assertThat(sample.replacements).isNotEmpty();
      } else {
        assertThat(sample.refusedUpdate).as("the sample has an UPDATE to be refused").isNotEmpty();
        refused(world, sample.refusedUpdate, "cannot be");
      }
    } else {
      refused(world, sample.delete(), "cannot be deleted");
    }
    subject.assertRowIsAws(world);
  }

  private void refused(World world, String sql, String words) {
    assertThat(shape.hint()).as("the hint of table " + sample.table).isNotEmpty();
    assertThatThrownBy(() -> world.plan(sql), sql)
        .isInstanceOf(InvalidTransactionException.class)
        .hasMessageContaining(words)
        .hasMessageContaining(shape.hint());
  }

  // Deletion -----------------------------------------------------------------------------------

  @Test
  void aDeletionIsPlannedAndMade() {
    check(
        Check.DELETES,
        world -> {
          Set<String> before = subject.keys(world);
          subject.put(world);
          ObjectNode row = subject.row(world);

          assertThat(world.plan(sample.delete()).actions())
              .filteredOn(action -> action.row().table().equals(sample.table))
              .extracting(Plan.Action::kind)
              .containsExactly(Plan.Kind.DELETE);
          world.committed(sample.delete());

          assertThat(subject.aws(world, row)).isEmpty();
          assertThat(subject.rows(world)).isEmpty();
          assertThat(subject.keys(world)).isEqualTo(before);
          world.assertNoDrift(sample.table);
        },
        Deletes.class);
  }

  @Test
  void aDeletionOfWhatIsGoneIsDone() {
    check(
        Check.DELETES_WHAT_IS_GONE,
        world -> {
          subject.put(world);
          ObjectNode row = subject.row(world);
          subject.delete(world, row);

          world.committed(sample.delete());
          assertThat(subject.rows(world)).isEmpty();

          // The resource's own promise: what is gone already is a success.
          subject.delete(world, row);
        },
        Deletes.class);
  }

  // Drift --------------------------------------------------------------------------------------

  @Test
  void driftIsShownLeftAloneAndTakenOver() {
    check(
        Check.DRIFT,
        world -> {
          subject.put(world);
          Sample.Change there = sample.changes.get(0);
          Column drifted = shape.column(there.column()).orElseThrow();
          ObjectNode original = subject.aws(world, subject.row(world)).orElseThrow();
          ObjectNode changed;
          try (World sibling = world.sibling()) {
            sibling.sync();
            sibling.committed(there.sql());
            changed = subject.aws(sibling, sibling.row(resource, there.where())).orElseThrow();
          }
          if (sample.changes.size() > 1 && !sample.exclusive) {
            Sample.Change here = sample.changes.get(1);
            Plan.Action action = only(world.plan(here.sql()), Plan.Kind.UPDATE);
            assertThat(action.changes())
                .extracting(Plan.Change::name)
                .contains(here.column())
                .doesNotContain(there.column());
            if (!drifted.writeOnly()) {
              assertThat(action.note()).contains("drift: " + there.column());
            }
            world.committed(here.sql());
            assertThat(Shape.canonical(drifted, subject.aws(world, original).orElseThrow()))
                .as("the drift in AWS is left alone")
                .isEqualTo(Shape.canonical(drifted, changed));
          }
          world.sync(sample.table);
          subject.assertRowIsAws(world);
          if (!drifted.writeOnly()) {
            assertThat(Shape.canonical(drifted, subject.row(world)))
                .isEqualTo(Shape.canonical(drifted, changed))
                .isNotEqualTo(Shape.canonical(drifted, original));
          }
        },
        Updates.class);
  }

  @Test
  void whatExistsAlreadyIsSaidAndCanBeAdopted() {
    check(
        Check.EXISTS_ALREADY,
        world -> {
          try (World sibling = world.sibling()) {
            sibling.sync();
            subject.put(world);
            if (shape.isPart()
                || !shape.hasChosenIdentity()
                || !shape.isIdentified(subject.row(world))) {
              only(sibling.plan(sample.insert), Plan.Kind.CREATE);
            } else {
              assertThatThrownBy(() -> sibling.plan(sample.insert))
                  .isInstanceOf(InvalidTransactionException.class)
                  .hasMessageContaining("exists in AWS already");
            }
            sibling.sync();
            subject.assertRowIsAws(sibling);
            assertThat(subject.keyOf(sibling, sample.where))
                .isEqualTo(subject.keyOf(world, sample.where));
          }
        },
        Creates.class);
  }

  // Rollback -----------------------------------------------------------------------------------

  @Test
  void aCreationIsTakenBackWhenTheCommitFails() {
    check(
        Check.ROLLS_BACK_A_CREATION,
        world -> {
          Set<String> before = subject.keys(world);

          world.rolledBack(sample.insert + ";\n" + FailingModule.SQL);

          assertThat(subject.keys(world)).isEqualTo(before);
          assertThat(subject.rows(world)).isEmpty();
          world.assertNoDrift(sample.table);
        },
        Creates.class,
        Deletes.class);
  }

  @Test
  void changesAreTakenBackWhenTheCommitFails() {
    check(
        Check.ROLLS_BACK_A_CHANGE,
        world -> {
          subject.put(world);
          ObjectNode before = subject.row(world);

          takenBack(world, sample.allChanges(), before);
        },
        Updates.class);
  }

  @TestFactory
  Stream<DynamicTest> aReplacementIsTakenBackWhenTheCommitFails() {
    return sample.replacements.stream()
        .limit(1)
        .map(
            change ->
                dynamic(
                    change.column(),
                    Check.ROLLS_BACK_A_REPLACEMENT,
                    world -> {
                      subject.put(world);
                      ObjectNode before = subject.row(world);
                      Set<String> keys = subject.keys(world);

                      world.rolledBack(change.sql() + ";\n" + FailingModule.SQL);

                      subject.assertSameDesired(subject.assertRowIsAws(world), before);
                      assertThat(subject.keys(world)).hasSize(keys.size());
                      world.assertNoDrift(sample.table);
                    }));
  }

  @Test
  void aDeletionIsTakenBackWhenTheCommitFails() {
    check(
        Check.ROLLS_BACK_A_DELETION,
        world -> {
          subject.put(world);
          ObjectNode before = subject.row(world);
          Set<String> keys = subject.keys(world);

          takenBack(world, sample.delete(), before);

          assertThat(subject.keys(world))
              .hasSize(sample.irreversible ? keys.size() - 1 : keys.size());
        },
        Creates.class,
        Deletes.class);
  }

  private void takenBack(World world, String sql, ObjectNode before) {
    String failing = sql + ";\n" + FailingModule.SQL;
    if (sample.irreversible) {
      world.partlyApplied(failing);
      world.sync(sample.table);
      subject.rows(world).forEach(row -> assertThat(subject.aws(world, row)).isPresent());
    } else {
      world.rolledBack(failing);
      subject.assertSameDesired(subject.assertRowIsAws(world), before);
    }
    world.assertNoDrift(sample.table);
  }

  @Test
  void aCreationRefusedHalfWayLeavesNothing() {
    check(
        Check.CREATION_REFUSED_HALF_WAY,
        world -> {
          Set<String> before = subject.keys(world);
          CallLog calls = world.operator().calls();
          calls.restart();
          world.committed(sample.insert);
          int writes = calls.writes();
          assertThat(writes).isPositive();
          world.committed(sample.delete());
          for (int number = 0; number < writes; number++) {
            calls.restart();
            calls.refuseWrite(number);

            TransactionView view = world.commit(sample.insert);

            assertThat(view.state())
                .as("write %d refused: %s", number, view.message())
                .isEqualTo(TransactionState.ROLLED_BACK);
            assertThat(view.message()).contains(CallLog.REFUSAL);
            assertThat(subject.keys(world))
                .as("after write %d was refused", number)
                .isEqualTo(before);
            assertThat(subject.rows(world)).isEmpty();
          }
        },
        Creates.class,
        Deletes.class);
  }

  @Test
  void aChangeRefusedHalfWayIsTakenBack() {
    check(
        Check.CHANGE_REFUSED_HALF_WAY,
        world -> {
          subject.put(world);
          ObjectNode before = subject.row(world);
          CallLog calls = world.operator().calls();
          for (int number = 0; ; number++) {
            calls.restart();
            calls.refuseWrite(number);

            TransactionView view = world.commit(sample.allChanges());

            if (view.state() == TransactionState.COMMITTED) {
              assertThat(number).as("writes that were refused").isPositive();
              break;
            }
            assertThat(view.state())
                .as("write %d refused: %s", number, view.message())
                .isEqualTo(TransactionState.ROLLED_BACK);
            calls.restart();
            subject.assertSameDesired(subject.assertRowIsAws(world), before);
          }
        },
        Updates.class);
  }

  // Bad days -----------------------------------------------------------------------------------

  @Test
  void everyCallMayBeThrottled() {
    check(
        Check.THROTTLED,
        world ->
            life.bad(
                world,
                true,
                faults ->
                    life.calm().all().forEach(op -> everyOther(faults.on(op), Fault.THROTTLED)),
                faults ->
                    assertThat(life.calm().all())
                        .allMatch(op -> faults.injected(op, Fault.THROTTLED) > 0)));
  }

  @Test
  void everyCallMayFailBeforeItsEffect() {
    check(
        Check.FAILS_BEFORE_THE_EFFECT,
        world ->
            life.bad(
                world,
                true,
                faults -> {
                  life.calm().reads().forEach(op -> everyOther(faults.on(op), Fault.ERROR_BEFORE));
                  for (String op : life.calm().writes().keySet()) {
                    for (int i = 0; i < MANY; i++) {
                      faults.on(op).failBeforeEffect(1).resetBeforeEffect(1).pass(1);
                    }
                  }
                },
                faults ->
                    assertThat(life.calm().writes().keySet())
                        .allMatch(op -> faults.injected(op, Fault.ERROR_BEFORE) > 0)
                        .allMatch(op -> faults.injected(op, Fault.RESET_BEFORE) > 0)));
  }

  @Test
  void everyWriteMayFailAfterItsEffect() {
    check(Check.FAILS_AFTER_THE_EFFECT, world -> afterEffect(world, Fault.ERROR_AFTER));
  }

  @Test
  void everyAnswerToAWriteMayGetLost() {
    check(Check.LOSES_ANSWERS, world -> afterEffect(world, Fault.RESET_AFTER));
  }

  private void afterEffect(World world, Fault fault) {
    life.bad(
        world,
        false,
        faults -> life.calm().writes().keySet().forEach(op -> everyOther(faults.on(op), fault)),
        faults ->
            assertThat(life.calm().writes().keySet())
                .allMatch(op -> faults.injected(op, fault) > 0));
  }

  /** Longer than the SDK tries: the engine itself has to look what has become of the call. */
  @Test
  void aWriteMayFailUntilTheSdkGivesUp() {
    check(
        Check.OUTAGE,
        world ->
            life.bad(
                world,
                false,
                faults ->
                    life.calm()
                        .writes()
                        .keySet()
                        .forEach(
                            op ->
                                faults
                                    .on(op)
                                    .failAfterEffect(1)
                                    .failBeforeEffect(Operator.ATTEMPTS - 1)),
                faults ->
                    assertThat(life.calm().writes().keySet())
                        .allMatch(op -> faults.injected(op, Fault.ERROR_AFTER) > 0)));
  }

  @Test
  void readsMayBeStaleAfterEveryWrite() {
    check(
        Check.STALE_READS,
        world ->
            life.bad(
                world,
                true,
                faults -> life.calm().reads().forEach(op -> faults.on(op).staleReads(2)),
                faults ->
                    assertThat(faults.injected() > 0)
                        .as("answers were stale\n%s", faults)
                        .isEqualTo(life.calm().most() > 0)));
  }

  @Test
  void theOperatorMayDieAroundEveryWrite() {
    check(
        Check.CRASH,
        world -> {
          int writes = life.calm().most();
          if (!(resource instanceof Creates<?>)
              && !(resource instanceof Updates<?>)
              && !(resource instanceof Deletes<?>)) {
            assertThat(writes).as("writes of a resource without roles").isZero();
            return;
          }
          life.dying(world, 0, Moment.BEFORE);
          for (int number = 0; number < writes; number++) {
            int write = number;
            stages.run(false, other -> life.dying(other, write, Moment.AFTER));
          }
        });
  }

  private static void everyOther(OperationFaults operation, Fault fault) {
    for (int i = 0; i < MANY; i++) {
      operation.fail(fault, 1).pass(1);
    }
  }

  // Checks -------------------------------------------------------------------------------------

  private void check(Check check, Consumer<World> body, Class<?>... roles) {
    for (Class<?> role : roles) {
      if (!role.isInstance(resource)) {
        inWorld(
            Check.LACKS_A_ROLE,
            role.getSimpleName(),
            world -> {
              subject.put(world);
              assertRefused(world, role);
            });
        return;
      }
    }
    inWorld(check, "", body);
  }

  private DynamicTest dynamic(String detail, Check check, Consumer<World> body) {
    return DynamicTest.dynamicTest(detail, () -> inWorld(check, detail, body));
  }

  private void inWorld(Check check, String detail, Consumer<World> body) {
    boolean abroad = check == Check.LISTS || check == Check.REFUSES || detail.equals("region");
    withGap(check, detail, () -> stages.run(abroad, body));
  }

  /** Runs a check; where the emulator is known not to let it pass, it must not pass. */
  private void withGap(Check check, String detail, Executable body) {
    Optional<KnownEmulatorGaps.Gap> gap =
        KnownEmulatorGaps.of(sample.table, check, detail, sample.emulator);
    try {
      body.execute();
    } catch (Throwable e) {
      if (gap.isPresent() && !(e instanceof VirtualMachineError)) {
        return;
      }
      throw ExceptionUtils.throwAsUncheckedException(e);
    }
    gap.ifPresent(
        known -> {
          throw new AssertionError(
              "this passes now: take it out of KnownEmulatorGaps, %s".formatted(known));
        });
  }

  @AfterAll
  void close() {
    stages.close();
  }

  private static Plan.Action only(Plan plan, Plan.Kind kind) {
    assertThat(plan.actions()).as("the plan %s", plan.summary().text()).hasSize(1);
    Plan.Action action = plan.actions().get(0);
    assertThat(action.kind()).isEqualTo(kind);
    return action;
  }
}
