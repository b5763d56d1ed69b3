package io.iasql.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.contract.CallLog.Moment;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.Plan;
import io.iasql.peers.faults.Fault;
import io.iasql.peers.faults.Faults;
import io.iasql.peers.faults.OperationFaults;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Reach;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicReference;
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
  /** What the calm life of a sample looks like, by table; learnt once. */
  private static final Map<String, Calm> CALM = new ConcurrentHashMap<>();

  private static final int MANY = 400;

  private final Sample sample;
  private final Modules modules = Templates.modules();
  private final CloudResource<?> resource;
  private final Shape shape;
  private final Deque<Staged> spare = new ConcurrentLinkedDeque<>();

  /**
   * The calls of a sample's life without faults.
   *
   * @param reads the operations that read
   * @param writes how often each operation that changes something reached AWS
   * @param count how many writes there were
   */
  private record Calm(Set<String> reads, Map<String, Integer> writes, int count) {
    Set<String> all() {
      Set<String> all = new TreeSet<>(reads);
      all.addAll(writes.keySet());
      return all;
    }
  }

  /**
   * A world with the sample's stage.
   *
   * @param keys of all resources of the sample's table that there are before any test
   */
  private record Staged(World world, Set<String> keys) {}

  /** A check over a world with the sample's stage. */
  @FunctionalInterface
  private interface Body {
    void run(World world);
  }

  /** The suite over a sample. */
  protected ResourceContract(Sample sample) {
    this.sample = sample;
    this.resource =
        modules
            .resource(sample.table)
            .orElseThrow(() -> new IllegalArgumentException("no table " + sample.table));
    this.shape = Shape.of(resource.type());
  }

  // Creation, listing --------------------------------------------------------------------------

  @Test
  void aCreationIsPlannedMadeAndLeavesNoDrift() {
    check(
        Check.CREATES,
        world -> {
          world.sync();
          Set<String> before = keys(world);
          Plan plan = world.plan(sample.insert);
          Plan.Action action = only(plan, Plan.Kind.CREATE);
          assertThat(action.changes())
              .as("a creation has nothing before")
              .allMatch(change -> change.before().isNull());
          assertThat(keys(world)).as("planning makes nothing").isEqualTo(before);

          world.committed(sample.insert);

          ObjectNode row = assertRowIsAws(world, sample.where);
          for (Plan.Change change : action.changes()) {
            Column column = shape.column(change.name()).orElseThrow();
            if (!change.knownAfterCommit() && !column.writeOnly()) {
              assertThat(Shape.canonical(column, row))
                  .as("column %s keeps the value that the plan showed", change.name())
                  .isEqualTo(change.after());
            }
          }
          assertThat(keys(world)).hasSize(before.size() + 1).containsAll(before);
          assertThat(world.plan(untouched()).actions()).as("plan of nothing").isEmpty();
          world.assertNoDrift();
        },
        Creates.class);
  }

  @Test
  void listsFindItInItsRegionAndOnEveryPage() {
    check(
        Check.LISTS,
        world -> {
          world.sync();
          put(world);
          if (!sample.another.isEmpty()) {
            world.committed(sample.another);
          }
          ObjectNode row = world.row(resource, sample.where);
          String region = shape.region(row).orElse(World.HOME);
          String key = shape.keyOf(row).toString();
          if (shape.reach() == Reach.REGIONAL) {
            String other = region.equals(World.HOME) ? World.ABROAD : World.HOME;
            assertThat(keys(world, region)).contains(key);
            assertThat(keys(world, other)).doesNotContain(key);
          } else {
            assertThat(keys(world, World.HOME)).containsOnlyOnce(key);
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
            assertThat(keyOf(other, sample.where)).isEqualTo(key);
            if (!sample.another.isEmpty()) {
              assertThat(keyOf(other, sample.anotherWhere))
                  .isEqualTo(keyOf(world, sample.anotherWhere));
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
          Set<String> before = keys(world);

          world.committed(sample.insert + ";\n" + sample.another);

          assertRowIsAws(world, sample.where);
          assertRowIsAws(world, sample.anotherWhere);
          assertThat(keys(world)).hasSize(before.size() + 2);
          if (resource instanceof Deletes<?>) {
            world.committed(
                sample.delete()
                    + ";\nDELETE FROM "
                    + sample.table
                    + " WHERE "
                    + sample.anotherWhere);
            assertThat(keys(world)).isEqualTo(before);
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
    Staged[] staged = new Staged[1];
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
                        if (staged[0] == null) {
                          staged[0] = staged();
                          put(staged[0].world());
                        }
                        changes(staged[0].world(), change);
                      });
                } finally {
                  left.remove(number);
                  if (left.isEmpty() && staged[0] != null) {
                    leave(staged[0]);
                  }
                }
              }));
    }
    return tests.stream();
  }

  private void changes(World world, Sample.Change change) {
    ObjectNode before = aws(world, world.row(resource, sample.where)).orElseThrow();
    Column column = shape.column(change.column()).orElseThrow();

    Plan plan = world.plan(change.sql());
    Plan.Action action = only(plan, Plan.Kind.UPDATE);
    Map<String, Plan.Change> promised = new HashMap<>();
    action.changes().forEach(one -> promised.put(one.name(), one));
    assertThat(promised).containsKey(change.column());
    world.committed(change.sql());

    ObjectNode row = assertRowIsAws(world, change.where());
    ObjectNode after = aws(world, row).orElseThrow();
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
    assertThat(shape.keyOf(row).equals(shape.keyOf(before)) || assignedAnew())
        .as("the key is the same")
        .isTrue();
    assertThat(world.plan(untouched()).actions()).as("plan of nothing").isEmpty();
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
                put(world);
                List<Sample.Dependant> dependants =
                    sample.dependants.stream()
                        .filter(one -> one.column().equals(change.column()))
                        .toList();
                dependants.forEach(one -> world.committed(one.insert()));
                ObjectNode before = world.row(resource, sample.where);
                Set<String> keys = keys(world);

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

                ObjectNode row = assertRowIsAws(world, change.where());
                assertThat(shape.keyOf(row)).as("the key").isNotEqualTo(shape.keyOf(before));
                assertThat(aws(world, before)).as("the old one").isEmpty();
                assertThat(keys(world)).hasSize(keys.size());
                for (Sample.Dependant dependant : dependants) {
                  assertRowIsAws(
                      world, modules.resource(dependant.table()).orElseThrow(), dependant.where());
                }
                world.assertNoDrift();
              }));
    }
    return tests.stream();
  }

  @Test
  void whatCannotBeIsAnErrorOfThePlan() {
    check(
        Check.REFUSES,
        world -> {
          put(world);
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
          assertRowIsAws(world, sample.where);
        });
  }

  private void assertAssignedIsRefused(World world, Column column) {
    String sql =
        "UPDATE %s SET %s = NULL WHERE %s".formatted(sample.table, column.sqlName(), sample.where);
    if (world.row(resource, sample.where).path(column.name()).isNull()) {
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
    assertRowIsAws(world, sample.where);
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
          Set<String> before = keys(world);
          put(world);
          ObjectNode row = world.row(resource, sample.where);

          assertThat(world.plan(sample.delete()).actions())
              .filteredOn(action -> action.row().table().equals(sample.table))
              .extracting(Plan.Action::kind)
              .containsExactly(Plan.Kind.DELETE);
          world.committed(sample.delete());

          assertThat(aws(world, row)).isEmpty();
          assertThat(world.rows(resource, sample.where)).isEmpty();
          assertThat(keys(world)).isEqualTo(before);
          world.assertNoDrift(sample.table);
        },
        Deletes.class);
  }

  @Test
  void aDeletionOfWhatIsGoneIsDone() {
    check(
        Check.DELETES_WHAT_IS_GONE,
        world -> {
          put(world);
          ObjectNode row = world.row(resource, sample.where);
          delete((Deletes<?>) resource, world, row);

          world.committed(sample.delete());
          assertThat(world.rows(resource, sample.where)).isEmpty();

          // The resource's own promise: what is gone already is a success.
          delete((Deletes<?>) resource, world, row);
        },
        Deletes.class);
  }

  private <R extends Record> void delete(Deletes<R> deletes, World world, ObjectNode row) {
    deletes.delete(scope(world, row), Json.to(row, deletes.type()));
  }

  // Drift --------------------------------------------------------------------------------------

  @Test
  void driftIsShownLeftAloneAndTakenOver() {
    check(
        Check.DRIFT,
        world -> {
          put(world);
          Sample.Change there = sample.changes.get(0);
          Column drifted = shape.column(there.column()).orElseThrow();
          ObjectNode original = aws(world, world.row(resource, sample.where)).orElseThrow();
          ObjectNode changed;
          try (World sibling = world.sibling()) {
            sibling.sync();
            sibling.committed(there.sql());
            changed = aws(sibling, sibling.row(resource, there.where())).orElseThrow();
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
            assertThat(Shape.canonical(drifted, aws(world, original).orElseThrow()))
                .as("the drift in AWS is left alone")
                .isEqualTo(Shape.canonical(drifted, changed));
          }
          world.sync(sample.table);
          assertRowIsAws(world, sample.where);
          if (!drifted.writeOnly()) {
            assertThat(Shape.canonical(drifted, world.row(resource, sample.where)))
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
            put(world);
            if (shape.isPart() || !shape.hasChosenIdentity()) {
              only(sibling.plan(sample.insert), Plan.Kind.CREATE);
            } else {
              assertThatThrownBy(() -> sibling.plan(sample.insert))
                  .isInstanceOf(InvalidTransactionException.class)
                  .hasMessageContaining("exists in AWS already");
            }
            sibling.sync();
            assertRowIsAws(sibling, sample.where);
            assertThat(keyOf(sibling, sample.where)).isEqualTo(keyOf(world, sample.where));
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
          Set<String> before = keys(world);

          world.rolledBack(sample.insert + ";\n" + FailingModule.SQL);

          assertThat(keys(world)).isEqualTo(before);
          assertThat(world.rows(resource, sample.where)).isEmpty();
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
          put(world);
          ObjectNode before = world.row(resource, sample.where);

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
                      put(world);
                      ObjectNode before = world.row(resource, sample.where);
                      Set<String> keys = keys(world);

                      world.rolledBack(change.sql() + ";\n" + FailingModule.SQL);

                      assertSameDesired(assertRowIsAws(world, sample.where), before);
                      assertThat(keys(world)).hasSize(keys.size());
                      world.assertNoDrift(sample.table);
                    }));
  }

  @Test
  void aDeletionIsTakenBackWhenTheCommitFails() {
    check(
        Check.ROLLS_BACK_A_DELETION,
        world -> {
          put(world);
          ObjectNode before = world.row(resource, sample.where);
          Set<String> keys = keys(world);

          takenBack(world, sample.delete(), before);

          assertThat(keys(world)).hasSize(sample.irreversible ? keys.size() - 1 : keys.size());
        },
        Creates.class,
        Deletes.class);
  }

  private void takenBack(World world, String sql, ObjectNode before) {
    String failing = sql + ";\n" + FailingModule.SQL;
    if (sample.irreversible) {
      world.partlyApplied(failing);
      world.sync(sample.table);
      world.rows(resource, sample.where).forEach(row -> assertThat(aws(world, row)).isPresent());
    } else {
      world.rolledBack(failing);
      assertSameDesired(assertRowIsAws(world, sample.where), before);
    }
    world.assertNoDrift(sample.table);
  }

  @Test
  void aCreationRefusedHalfWayLeavesNothing() {
    check(
        Check.CREATION_REFUSED_HALF_WAY,
        world -> {
          Set<String> before = keys(world);
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
            assertThat(keys(world)).as("after write %d was refused", number).isEqualTo(before);
            assertThat(world.rows(resource, sample.where)).isEmpty();
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
          put(world);
          ObjectNode before = world.row(resource, sample.where);
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
            assertSameDesired(assertRowIsAws(world, sample.where), before);
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
            badLife(
                world,
                true,
                faults -> calm().all().forEach(op -> everyOther(faults.on(op), Fault.THROTTLED)),
                faults ->
                    assertThat(calm().all())
                        .allMatch(op -> faults.injected(op, Fault.THROTTLED) > 0)));
  }

  @Test
  void everyCallMayFailBeforeItsEffect() {
    check(
        Check.FAILS_BEFORE_THE_EFFECT,
        world ->
            badLife(
                world,
                true,
                faults -> {
                  calm().reads().forEach(op -> everyOther(faults.on(op), Fault.ERROR_BEFORE));
                  for (String op : calm().writes().keySet()) {
                    for (int i = 0; i < MANY; i++) {
                      faults.on(op).failBeforeEffect(1).resetBeforeEffect(1).pass(1);
                    }
                  }
                },
                faults ->
                    assertThat(calm().writes().keySet())
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
    badLife(
        world,
        false,
        faults -> calm().writes().keySet().forEach(op -> everyOther(faults.on(op), fault)),
        faults ->
            assertThat(calm().writes().keySet()).allMatch(op -> faults.injected(op, fault) > 0));
  }

  /** Longer than the SDK tries: the engine itself has to look what has become of the call. */
  @Test
  void aWriteMayFailUntilTheSdkGivesUp() {
    check(
        Check.OUTAGE,
        world ->
            badLife(
                world,
                false,
                faults ->
                    calm()
                        .writes()
                        .keySet()
                        .forEach(
                            op ->
                                faults
                                    .on(op)
                                    .failAfterEffect(1)
                                    .failBeforeEffect(Operator.ATTEMPTS - 1)),
                faults ->
                    assertThat(calm().writes().keySet())
                        .allMatch(op -> faults.injected(op, Fault.ERROR_AFTER) > 0)));
  }

  @Test
  void readsMayBeStaleAfterEveryWrite() {
    check(
        Check.STALE_READS,
        world ->
            badLife(
                world,
                true,
                faults -> calm().reads().forEach(op -> faults.on(op).staleReads(2)),
                faults ->
                    assertThat(faults.injected() > 0)
                        .as("answers were stale\n%s", faults)
                        .isEqualTo(calm().count() > 0)));
  }

  @Test
  void theOperatorMayDieAroundEveryWrite() {
    check(
        Check.CRASH,
        world -> {
          int writes = calm().count();
          if (!(resource instanceof Creates<?>)
              && !(resource instanceof Updates<?>)
              && !(resource instanceof Deletes<?>)) {
            assertThat(writes).as("writes of a resource without roles").isZero();
            return;
          }
          dyingLife(world, 0, Moment.BEFORE);
          for (int number = 0; number < writes; number++) {
            int write = number;
            inStage(other -> dyingLife(other, write, Moment.AFTER));
          }
        });
  }

  private void dyingLife(World world, int number, Moment moment) {
    String when = moment + " write " + number;
    beforeLife(world);
    Set<String> before = others(world);
    world.operator().calls().restart();
    world.operator().calls().dieAround(number, moment);
    boolean died = false;
    for (Phase phase : life()) {
      died |= dyingCommit(world, phase.sql(), when);
      phase.verify(world, before, when);
    }
    assertThat(died).as("the operator died %s of %s", when, calm()).isTrue();
    world.assertNoDrift(sample.table);
  }

  /** Commits; if the operator dies of it, the next one brings it to its end. */
  private static boolean dyingCommit(World world, String sql, String when) {
    String id = world.submit(sql);
    TransactionView view = world.awaitEndOrDeath(id);
    boolean died = world.operator().calls().isDead();
    if (died) {
      world.restart();
      world.engine().wake();
      view = world.await(id);
    }
    assertThat(view.state())
        .as("%s: %s\n%s", when, sql, view.message())
        .isEqualTo(TransactionState.COMMITTED);
    return died;
  }

  // The life of a sample -------------------------------------------------------------------------

  private enum Expected {
    THERE,
    GONE
  }

  private final class Phase {
    private final String sql;
    private final Expected expected;

    Phase(String sql, Expected expected) {
      this.sql = sql;
      this.expected = expected;
    }

    String sql() {
      return sql;
    }

    /** What nobody can change is read. */
    void run(World world) {
      if (sql.isEmpty()) {
        world.sync(sample.table);
      } else {
        world.committed(sql);
      }
    }

    void verify(World world, Set<String> before, String when) {
      if (expected == Expected.GONE) {
        assertThat(keys(world)).as("%s: after the deletion", when).isEqualTo(before);
        assertThat(world.rows(resource, sample.where)).as(when).isEmpty();
        return;
      }
      assertRowIsAws(world, sample.where);
      assertThat(keys(world)).as("%s: there once", when).hasSize(before.size() + 1);
    }
  }

  /** What the roles allow of: made, changed in every column, deleted. */
  private List<Phase> life() {
    List<Phase> phases = new ArrayList<>();
    if (resource instanceof Creates<?>) {
      phases.add(new Phase(sample.insert, Expected.THERE));
    }
    if (resource instanceof Updates<?>) {
      phases.add(new Phase(sample.allChanges(), Expected.THERE));
    }
    if (resource instanceof Deletes<?>) {
      phases.add(new Phase(sample.delete(), Expected.GONE));
    }
    if (phases.isEmpty()) {
      phases.add(new Phase("", Expected.THERE));
    }
    return phases;
  }

  private Calm calm() {
    return CALM.computeIfAbsent(
        sample.table,
        table -> {
          AtomicReference<Calm> calm = new AtomicReference<>();
          inStage(world -> calm.set(calmLife(world)));
          return calm.get();
        });
  }

  private Calm calmLife(World world) {
    beforeLife(world);
    Set<String> before = others(world);
    CallLog calls = world.operator().calls();
    calls.restart();
    for (Phase phase : life()) {
      phase.run(world);
      phase.verify(world, before, "without faults");
    }
    Map<String, Integer> writes = new TreeMap<>();
    calls.writeOperations().forEach(op -> writes.put(op, calls.count(op)));
    return new Calm(calls.readOperations(), writes, calls.writes());
  }

  /** What nobody can insert is there before its life. */
  private void beforeLife(World world) {
    if (!(resource instanceof Creates<?>)) {
      put(world);
    }
  }

  /** The keys of all resources but the sample. */
  private Set<String> others(World world) {
    Set<String> all = keys(world);
    world.rows(resource, sample.where).forEach(row -> all.remove(shape.keyOf(row).toString()));
    return all;
  }

  /** How often each write reached AWS, from now on. */
  private static final class Reached {
    private final Faults faults;
    private final Map<String, Integer> earlier = new HashMap<>();

    Reached(Faults faults, Set<String> operations) {
      this.faults = faults;
      operations.forEach(op -> earlier.put(op, faults.reached(op)));
    }

    Map<String, Integer> counts() {
      Map<String, Integer> counts = new TreeMap<>();
      earlier.forEach((op, before) -> counts.put(op, faults.reached(op) - before));
      return counts;
    }
  }

  /**
   * A life with faults, after which everything is as after one without.
   *
   * @param once whether each write has to reach AWS exactly as often as without faults
   */
  private void badLife(World world, boolean once, Consumer<Faults> set, Consumer<Faults> verify) {
    Calm calm = calm();
    beforeLife(world);
    Set<String> before = others(world);
    Faults faults = world.operator().faults();
    Reached reached = new Reached(faults, calm.writes().keySet());
    set.accept(faults);
    for (Phase phase : life()) {
      phase.run(world);
      phase.verify(world, before, "with faults");
    }
    verify.accept(faults);
    if (once) {
      assertThat(reached.counts()).as("writes that reached AWS").isEqualTo(calm.writes());
    }
    faults.calm();
    world.assertNoDrift(sample.table);
  }

  private static void everyOther(OperationFaults operation, Fault fault) {
    for (int i = 0; i < MANY; i++) {
      operation.fail(fault, 1).pass(1);
    }
  }

  // Worlds -------------------------------------------------------------------------------------

  private void check(Check check, Body body, Class<?>... roles) {
    for (Class<?> role : roles) {
      if (!role.isInstance(resource)) {
        inWorld(
            Check.LACKS_A_ROLE,
            role.getSimpleName(),
            world -> {
              put(world);
              assertRefused(world, role);
            });
        return;
      }
    }
    inWorld(check, "", body);
  }

  private DynamicTest dynamic(String detail, Check check, Body body) {
    return DynamicTest.dynamicTest(detail, () -> inWorld(check, detail, body));
  }

  private void inWorld(Check check, String detail, Body body) {
    withGap(check, detail, () -> inStage(body));
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

  private void inStage(Body body) {
    Staged staged = staged();
    try {
      body.run(staged.world());
    } catch (Throwable e) {
      staged.world().close();
      throw e;
    }
    leave(staged);
  }

  /** A world in which there is what the sample stands on, and nothing that a test has made. */
  private Staged staged() {
    Staged used = spare.poll();
    if (used != null) {
      used.world().restart();
      return used;
    }
    World world = World.open(sample.emulator);
    try {
      enter(world);
      return new Staged(world, keys(world));
    } catch (Throwable e) {
      world.close();
      throw e;
    }
  }

  /** Keeps the world for the next test if nothing is left of this one. */
  private void leave(Staged staged) {
    if (!sample.stage.isEmpty() && !sample.leavesTraces && isCleared(staged)) {
      spare.push(staged);
    } else {
      staged.world().close();
    }
  }

  private boolean isCleared(Staged staged) {
    World world = staged.world();
    world.restart();
    Set<String> conditions = new LinkedHashSet<>(List.of(sample.where));
    sample.replacements.forEach(change -> conditions.add(change.where()));
    if (!sample.anotherWhere.isEmpty()) {
      conditions.add(sample.anotherWhere);
    }
    for (String condition : conditions) {
      if (!world.rows(resource, condition).isEmpty() && !isDeleted(world, condition)) {
        return false;
      }
    }
    return keys(world).equals(staged.keys()) && world.sync(sample.table).changedTables().isEmpty();
  }

  private boolean isDeleted(World world, String condition) {
    String sql =
        condition.equals(sample.where)
            ? sample.delete()
            : "DELETE FROM " + sample.table + " WHERE " + condition;
    try {
      return world.commit(sql).state() == TransactionState.COMMITTED;
    } catch (InvalidTransactionException e) {
      // Something else refers to it: the world is not used again.
      return false;
    }
  }

  @AfterAll
  void closeSpareWorlds() {
    spare.forEach(staged -> staged.world().close());
  }

  /** Imports what the sample needs, and makes what it stands on. */
  private void enter(World world) {
    Set<String> tables = new TreeSet<>(sample.needs);
    tables.add("aws_regions");
    addWithReferences(shape, tables);
    world.sync(tables.toArray(String[]::new));
    stage(world);
  }

  private static void addWithReferences(Shape of, Set<String> tables) {
    if (tables.add(of.table())) {
      of.references().forEach(column -> addWithReferences(Shape.of(column.target()), tables));
    }
  }

  private void stage(World world) {
    sample.stage.forEach(world::committed);
  }

  /** Makes the sample, or has it made by others and reads it into the rows. */
  private void put(World world) {
    if (resource instanceof Creates<?>) {
      world.committed(sample.insert);
    } else {
      sample.found.accept(world.aws());
      Set<String> tables = new TreeSet<>();
      addWithReferences(shape, tables);
      world.sync(tables.toArray(String[]::new));
    }
  }

  private String untouched() {
    String column =
        shape.columns().stream()
            .filter(c -> !c.sqlName().isEmpty())
            .map(Column::sqlName)
            .findFirst()
            .orElseThrow();
    return "UPDATE %s SET %s = %s".formatted(sample.table, column, column);
  }

  /** Whether an update gives the resource another key, as that of a route table association. */
  private boolean assignedAnew() {
    return sample.keyChanges;
  }

  private static Plan.Action only(Plan plan, Plan.Kind kind) {
    assertThat(plan.actions()).as("the plan %s", plan.summary().text()).hasSize(1);
    Plan.Action action = plan.actions().get(0);
    assertThat(action.kind()).isEqualTo(kind);
    return action;
  }

  private Set<String> keys(World world) {
    Set<String> all = new TreeSet<>(keys(world, World.HOME));
    if (shape.reach() == Reach.REGIONAL) {
      all.addAll(keys(world, World.ABROAD));
    }
    return all;
  }

  private List<String> keys(World world, String region) {
    try (Stream<? extends Record> all = resource.list(world.aws().in(region))) {
      return all.map(found -> shape.keyOf(Json.ofRecord(found)).toString()).toList();
    }
  }

  private String keyOf(World world, String where) {
    return shape.keyOf(world.row(resource, where)).toString();
  }

  private AwsScope scope(World world, ObjectNode row) {
    return world.aws().in(shape.region(row).orElse(World.HOME));
  }

  private Optional<ObjectNode> aws(World world, ObjectNode row) {
    return aws(world, resource, row);
  }

  private static <R extends Record> Optional<ObjectNode> aws(
      World world, CloudResource<R> resource, ObjectNode row) {
    AwsScope scope = world.aws().in(Shape.of(resource.type()).region(row).orElse(World.HOME));
    return resource.read(scope, Json.to(row, resource.type())).map(Json::ofRecord);
  }

  private ObjectNode assertRowIsAws(World world, String where) {
    return assertRowIsAws(world, resource, where);
  }

  /** The row says what AWS says, and knows all that AWS assigns. */
  private ObjectNode assertRowIsAws(World world, CloudResource<?> of, String where) {
    Shape its = Shape.of(of.type());
    ObjectNode row = world.row(of, where);
    Optional<ObjectNode> aws = aws(world, of, row);
    assertThat(aws).as("%s %s in AWS", its.table(), where).isPresent();
    ObjectNode said = Json.ofRecord(Json.to(row, of.type()));
    for (Column column : its.columns()) {
      if (column.writeOnly()) {
        assertThat(row.path(column.name()).isNull()).as("%s is kept", column.name()).isTrue();
      } else if (!column.local()) {
        assertThat(Shape.canonical(column, said))
            .as("%s.%s in the row, compared with AWS", its.table(), column.name())
            .isEqualTo(Shape.canonical(column, aws.get()));
      }
      if (column.assigned() && its == shape && !sample.mayStayNull.contains(column.name())) {
        assertThat(row.path(column.name()).isNull())
            .as("%s is assigned by AWS and empty in the row", column.name())
            .isFalse();
      }
    }
    return row;
  }

  private void assertSameDesired(ObjectNode row, ObjectNode before) {
    for (Column column : shape.columns()) {
      if (column.isDesired() && !column.writeOnly()) {
        assertThat(Shape.canonical(column, row))
            .as("%s is as before", column.name())
            .isEqualTo(Shape.canonical(column, before));
      }
    }
  }
}
