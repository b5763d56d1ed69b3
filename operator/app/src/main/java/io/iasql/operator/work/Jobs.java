package io.iasql.operator.work;

import io.iasql.operator.OperatorConfig;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Runs jobs by key, at most one at a time for each key and a limited number in all. A job asked for
 * while it runs runs once more, so that it sees what it was asked for about.
 */
@ApplicationScoped
public class Jobs {
  private static final Logger LOG = Logger.getLogger(Jobs.class);
  private static final long PATIENCE_SECONDS = 20;

  private final ExecutorService workers;
  private final ExecutorService calls = Executors.newCachedThreadPool(threads("cloud"));
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(threads("timer"));
  private final Map<Object, Runnable> running = new HashMap<>();

  Jobs(OperatorConfig config) {
    this.workers = Executors.newFixedThreadPool(config.jobs(), threads("job"));
  }

  private static java.util.concurrent.ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Where single cloud calls run; who uses it limits how many they are. */
  public ExecutorService calls() {
    return calls;
  }

  /** For doing something later; runs nothing long itself. */
  public ScheduledExecutorService timer() {
    return timer;
  }

  /** Runs a job as soon as there is a free worker; returns at once. */
  public void run(Object key, Runnable job) {
    synchronized (running) {
      if (running.containsKey(key)) {
        running.put(key, job);
        return;
      }
      running.put(key, null);
    }
    workers.execute(() -> work(key, job));
  }

  /** Whether a job of this key runs or waits for a worker. */
  public boolean isRunning(Object key) {
    synchronized (running) {
      return running.containsKey(key);
    }
  }

  private void work(Object key, Runnable job) {
    try {
      job.run();
    } catch (RuntimeException e) {
      LOG.errorf(e, "job %s", key);
    }
    Runnable again;
    synchronized (running) {
      again = running.get(key);
      if (again == null) {
        running.remove(key);
      } else {
        running.put(key, null);
      }
    }
    if (again != null) {
      workers.execute(() -> work(key, again));
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
