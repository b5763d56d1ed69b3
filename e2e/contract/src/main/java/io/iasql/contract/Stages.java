package io.iasql.contract;

import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.commit.TransactionState;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;

/**
 * Worlds in which there is what the subject stands on. One is handed on to the next test when
 * nothing is left in it of the last one.
 */
final class Stages implements AutoCloseable {

  /**
   * A world that is ready.
   *
   * @param keys of all resources of the subject's table that there are before any test
   */
  record Stage(World world, Set<String> keys) {}

  private final Subject subject;
  private final Map<List<String>, Deque<Stage>> spare = new ConcurrentHashMap<>();

  Stages(Subject subject) {
    this.subject = subject;
  }

  /**
   * Runs a test on a stage of its own.
   *
   * @param abroad whether it needs the second region; reading one takes half the time
   */
  void run(boolean abroad, Consumer<World> test) {
    Stage stage = take(abroad);
    try {
      test.accept(stage.world());
    } catch (Throwable e) {
      stage.world().close();
      throw e;
    }
    leave(stage);
  }

  /** A stage that is the caller's until it is left. */
  Stage take(boolean abroad) {
    List<String> regions =
        abroad || subject.sample.inBothRegions
            ? List.of(World.HOME, World.ABROAD)
            : List.of(World.HOME);
    Stage used = spare(regions).poll();
    if (used != null) {
      used.world().settle();
      return used;
    }
    World world = World.open(subject.template, subject.sample.emulator, regions);
    try {
      subject.enter(world);
      return new Stage(world, subject.keys(world));
    } catch (Throwable e) {
      world.close();
      throw e;
    }
  }

  /** Gives a stage back. */
  void leave(Stage stage) {
    Sample sample = subject.sample;
    if (!sample.stage.isEmpty() && !sample.leavesTraces && isCleared(stage)) {
      spare(stage.world().regions()).push(stage);
    } else {
      stage.world().close();
    }
  }

  private Deque<Stage> spare(List<String> regions) {
    return spare.computeIfAbsent(regions, none -> new ConcurrentLinkedDeque<>());
  }

  private boolean isCleared(Stage stage) {
    Sample sample = subject.sample;
    World world = stage.world();
    world.settle();
    Set<String> conditions = new LinkedHashSet<>(List.of(sample.where));
    sample.replacements.forEach(change -> conditions.add(change.where()));
    if (!sample.anotherWhere.isEmpty()) {
      conditions.add(sample.anotherWhere);
    }
    for (String condition : conditions) {
      if (!world.rows(subject.resource, condition).isEmpty() && !isDeleted(world, condition)) {
        return false;
      }
    }
    return subject.keys(world).equals(stage.keys())
        && world.sync(sample.table).changedTables().isEmpty();
  }

  private boolean isDeleted(World world, String condition) {
    Sample sample = subject.sample;
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

  @Override
  public void close() {
    spare.values().forEach(stages -> stages.forEach(stage -> stage.world().close()));
  }
}
