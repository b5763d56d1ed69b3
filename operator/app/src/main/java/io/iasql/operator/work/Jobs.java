package io.iasql.operator.work;

import io.iasql.operator.OperatorConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Runs jobs by key, at most one at a time for each key and a limited number in all. A job asked for
 * while it waits or runs runs once more, so that it sees what it was asked for about.
 *
 * <p>Jobs belong to groups, the environments, which take turns: a thousand jobs of one do not keep
 * the others waiting, and none has more than half of the workers.
 */
@ApplicationScoped
public class Jobs {
  private static final Logger LOG = Logger.getLogger(Jobs.class);
  private static final long PATIENCE_SECONDS = 20;

  /** Jobs of one environment. Guarded by {@link #lock}. */
  private static final class Group {
    final Object id;
    final Queue<Runnable> waiting = new ArrayDeque<>();
    int active;
    boolean inTurn;

    Group(Object id) {
      this.id = id;
    }
  }

  private final int places;
  private final int placesOfGroup;
  private final ExecutorService workers;
  private final ExecutorService calls = Executors.newCachedThreadPool(threads("cloud"));
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(threads("timer"));

  private final Object lock = new Object();
  private final Map<Object, Runnable> unfinished = new HashMap<>();
  private final Map<Object, Group> groups = new HashMap<>();
  private final Queue<Group> turns = new ArrayDeque<>();
  private int active;

  @Inject
  Jobs(OperatorConfig config, MeterRegistry meters) {
    this(config.jobs());
    meters.gauge("iasql.jobs", Tags.of("state", "running"), this, Jobs::running);
    meters.gauge("iasql.jobs", Tags.of("state", "waiting"), this, Jobs::waiting);
  }

  Jobs(int places) {
    this.places = places;
    this.placesOfGroup = Math.max(1, places / 2);
    this.workers = Executors.newFixedThreadPool(places, threads("job"));
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(() -> runClean(task), name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** A new thread inherits its maker's log fields, which are about some other resource. */
  private static void runClean(Runnable task) {
    MDC.clear();
    task.run();
  }

  private int running() {
    synchronized (lock) {
      return active;
    }
  }

  private int waiting() {
    synchronized (lock) {
      return groups.values().stream().mapToInt(group -> group.waiting.size()).sum();
    }
  }

  /** Where single cloud calls run; who uses it limits how many they are. */
  public ExecutorService calls() {
    return calls;
  }

  /** For doing something later; runs nothing long itself. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /**
   * Runs a job as soon as it is its group's turn; returns at once.
   *
   * @param group whose job it is
   * @param key what it is about, of all groups
   */
  public void run(Object group, Object key, Runnable job) {
    synchronized (lock) {
      if (unfinished.containsKey(key)) {
        unfinished.put(key, job);
        return;
      }
      unfinished.put(key, null);
      enqueue(group, key, job);
      dispatch();
    }
  }

  /** Does something after a while that takes next to no time, such as asking for a job. */
  public void later(Duration delay, Runnable task) {
    try {
      timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("nothing is begun any more: the operator is stopping", e);
    }
  }

  private void enqueue(Object groupId, Object key, Runnable job) {
    Group group = groups.computeIfAbsent(groupId, Group::new);
    group.waiting.add(() -> work(group, key, job));
    takeTurn(group);
  }

  private void takeTurn(Group group) {
    if (!group.inTurn && !group.waiting.isEmpty() && group.active < placesOfGroup) {
      group.inTurn = true;
      turns.add(group);
    }
  }

  private void dispatch() {
    while (active < places && !turns.isEmpty()) {
      Group group = turns.remove();
      group.inTurn = false;
      Runnable job = group.waiting.remove();
      active++;
      group.active++;
      takeTurn(group);
      try {
        workers.execute(job);
      } catch (RejectedExecutionException e) {
        // The operator is stopping: nothing more begins.
        active--;
        group.active--;
        return;
      }
    }
  }

  private void work(Group group, Object key, Runnable job) {
    try {
      job.run();
    } catch (RuntimeException e) {
      LOG.errorf(e, "job %s", key);
    } finally {
      finished(group, key);
    }
  }

  private void finished(Group group, Object key) {
    synchronized (lock) {
      active--;
      group.active--;
      Runnable again = unfinished.remove(key);
      if (again != null) {
        unfinished.put(key, null);
        enqueue(group.id, key, again);
      }
      takeTurn(group);
      if (group.active == 0 && group.waiting.isEmpty()) {
        groups.remove(group.id, group);
      }
      dispatch();
    }
  }

  @PreDestroy
  void stop() throws InterruptedException {
    timer.shutdownNow();
    workers.shutdown();
    if (!workers.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      workers.shutdownNow();
    }
    calls.shutdown();
  }
}
