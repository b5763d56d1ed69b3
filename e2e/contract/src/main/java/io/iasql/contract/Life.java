package io.iasql.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.contract.CallLog.Moment;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.peers.faults.Faults;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The life of a sample: what its roles allow of being made, changed in every column and deleted. A
 * bad life and a calm one end alike.
 */
final class Life {
  /** What the calm life of a sample looks like, by table; learnt once. */
  private static final Map<String, Calm> CALM = new ConcurrentHashMap<>();

  private final Subject subject;
  private final Stages stages;

  /**
   * The calls of a life without faults.
   *
   * @param reads the operations that read
   * @param writes how often each operation that changes something reached AWS
   * @param perCommit how many writes each commit had
   */
  record Calm(Set<String> reads, Map<String, Integer> writes, List<Integer> perCommit) {
    Set<String> all() {
      Set<String> all = new TreeSet<>(reads);
      all.addAll(writes.keySet());
      return all;
    }

    /** How many writes the commit had that had the most. */
    int most() {
      return perCommit.stream().mapToInt(Integer::intValue).max().orElse(0);
    }
  }

  private enum Expected {
    THERE,
    GONE
  }

  private record Phase(String sql, Expected expected) {}

  Life(Subject subject, Stages stages) {
    this.subject = subject;
    this.stages = stages;
  }

  /** What a life without faults is like. */
  Calm calm() {
    return CALM.computeIfAbsent(
        subject.sample.table,
        table -> {
          AtomicReference<Calm> calm = new AtomicReference<>();
          stages.run(false, world -> calm.set(live(world)));
          return calm.get();
        });
  }

  private Calm live(World world) {
    begin(world);
    Set<String> before = others(world);
    CallLog calls = world.operator().calls();
    calls.restart();
    List<Integer> perCommit = new ArrayList<>();
    for (Phase phase : phases()) {
      int earlier = calls.writes();
      run(phase, world);
      perCommit.add(calls.writes() - earlier);
      verify(phase, world, before, "without faults");
    }
    Map<String, Integer> writes = new TreeMap<>();
    calls.writeOperations().forEach(op -> writes.put(op, calls.count(op)));
    return new Calm(calls.readOperations(), writes, perCommit);
  }

  /**
   * A life with faults, after which everything is as after one without.
   *
   * @param once whether each write has to reach AWS exactly as often as without faults
   */
  void bad(World world, boolean once, Consumer<Faults> set, Consumer<Faults> verify) {
    Calm calm = calm();
    begin(world);
    Set<String> before = others(world);
    Faults faults = world.operator().faults();
    Reached reached = new Reached(faults, calm.writes().keySet());
    set.accept(faults);
    for (Phase phase : phases()) {
      run(phase, world);
      verify(phase, world, before, "with faults");
    }
    verify.accept(faults);
    if (once) {
      assertThat(reached.counts()).as("writes that reached AWS").isEqualTo(calm.writes());
    }
    faults.calm();
    world.assertNoDrift(subject.sample.table);
  }

  /**
   * A life in which the operator dies in each commit that has so many writes, and the next one goes
   * on.
   *
   * @param number of the write around which it dies, from 0 in each commit
   */
  void dying(World world, int number, Moment moment) {
    Calm calm = calm();
    begin(world);
    Set<String> before = others(world);
    List<Phase> phases = phases();
    for (int i = 0; i < phases.size(); i++) {
      Phase phase = phases.get(i);
      String when = moment + " write " + number + " of " + phase.sql();
      world.operator().calls().restart();
      world.operator().calls().dieAround(number, moment);
      assertThat(dyingCommit(world, phase.sql(), when))
          .as("the operator died %s", when)
          .isEqualTo(number < calm.perCommit().get(i));
      world.operator().calls().restart();
      verify(phase, world, before, when);
    }
    world.assertNoDrift(subject.sample.table);
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

  private List<Phase> phases() {
    Sample sample = subject.sample;
    List<Phase> phases = new ArrayList<>();
    if (subject.resource instanceof Creates<?>) {
      phases.add(new Phase(sample.insert, Expected.THERE));
    }
    if (subject.resource instanceof Updates<?>) {
      phases.add(new Phase(sample.allChanges(), Expected.THERE));
    }
    if (subject.resource instanceof Deletes<?>) {
      phases.add(new Phase(sample.delete(), Expected.GONE));
    }
    if (phases.isEmpty()) {
      phases.add(new Phase("", Expected.THERE));
    }
    return phases;
  }

  /** What nobody can insert is there before its life. */
  private void begin(World world) {
    if (!(subject.resource instanceof Creates<?>)) {
      subject.put(world);
    }
  }

  /** What nobody can change is read. */
  private void run(Phase phase, World world) {
    if (phase.sql().isEmpty()) {
      world.sync(subject.sample.table);
    } else {
      world.committed(phase.sql());
    }
  }

  private void verify(Phase phase, World world, Set<String> before, String when) {
    if (phase.expected() == Expected.GONE) {
      assertThat(subject.keys(world)).as("%s: after the deletion", when).isEqualTo(before);
      assertThat(subject.rows(world)).as(when).isEmpty();
      return;
    }
    subject.assertRowIsAws(world);
    assertThat(subject.keys(world)).as("%s: there once", when).hasSize(before.size() + 1);
  }

  /** The keys of all resources but the sample. */
  private Set<String> others(World world) {
    Set<String> all = subject.keys(world);
    subject.rows(world).forEach(row -> all.remove(subject.shape.keyOf(row).toString()));
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
}
