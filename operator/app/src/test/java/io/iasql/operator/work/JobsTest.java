package io.iasql.operator.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JobsTest {
  private static final int PLACES = 4;

  private final Jobs jobs = new Jobs(PLACES);
  private final CountDownLatch end = new CountDownLatch(1);
  private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() throws InterruptedException {
    end.countDown();
    jobs.stop();
  }

  /** Says that it has begun and ends with the test. */
  private Runnable held(String name) {
    return () -> {
      begun.add(name);
      awaitEnd(end);
    };
  }

  private static void awaitEnd(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> taken(int count) throws InterruptedException {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(begun.take());
    }
    return taken;
  }

  @Test
  void runsAJobOffTheCallersThread() throws InterruptedException {
    jobs.run("env", "one", () -> begun.add(Thread.currentThread().getName()));

    assertThat(begun.take()).startsWith("job-");
  }

  @Test
  void whatIsAskedForWhileItRunsRunsOnceMoreWithTheNewest() throws InterruptedException {
    CountDownLatch first = new CountDownLatch(1);
    AtomicInteger atOnce = new AtomicInteger();
    jobs.run(
        "env",
        "one",
        () -> {
          begun.add("first " + atOnce.incrementAndGet());
          awaitEnd(first);
          atOnce.decrementAndGet();
        });
    assertThat(begun.take()).isEqualTo("first 1");

    jobs.run("env", "one", () -> begun.add("second"));
    jobs.run("env", "one", () -> begun.add("third " + atOnce.incrementAndGet()));
    first.countDown();

    assertThat(begun.take()).isEqualTo("third 1");
    jobs.run("env", "last", () -> begun.add("last"));
    assertThat(begun.take()).isEqualTo("last");
  }

  @Test
  void oneGroupHasHalfOfTheWorkersAndOthersTheRest() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      jobs.run("busy", "busy-" + i, held("busy"));
    }
    assertThat(taken(PLACES / 2)).containsOnly("busy");

    jobs.run("other", "other", held("other"));

    assertThat(begun.take()).isEqualTo("other");
    assertThat(begun).isEmpty();
  }

  @Test
  void groupsTakeTurns() throws InterruptedException {
    CountDownLatch open = new CountDownLatch(1);
    for (String group : List.of("a", "b")) {
      for (int i = 0; i < PLACES / 2; i++) {
        jobs.run(
            group,
            group + "-held-" + i,
            () -> {
              begun.add("held");
              awaitEnd(open);
            });
      }
    }
    assertThat(taken(PLACES)).containsOnly("held");
    // All of "many" were asked for before the one of "few".
    for (int i = 0; i < 100; i++) {
      jobs.run("many", "many-" + i, held("many"));
    }
    jobs.run("few", "few", held("few"));

    open.countDown();

    assertThat(taken(PLACES / 2 + 1)).containsExactlyInAnyOrder("many", "many", "few");
    assertThat(begun).isEmpty();
  }

  @Test
  void aJobThatFailsLeavesItsKeyAndItsPlaceFree() throws InterruptedException {
    for (int i = 0; i < PLACES; i++) {
      jobs.run(
          "env",
          "one",
          () -> {
            begun.add("failing");
            throw new IllegalStateException("on purpose");
          });
      assertThat(begun.take()).isEqualTo("failing");
    }

    jobs.run("env", "one", () -> begun.add("sound"));

    assertThat(begun.take()).isEqualTo("sound");
  }

  @Test
  void anErrorLeavesItsPlaceFree() throws InterruptedException {
    for (int i = 0; i < PLACES; i++) {
      jobs.run(
          "env",
          "one-" + i,
          () -> {
            begun.add("failing");
            throw new AssertionError("on purpose");
          });
    }
    assertThat(taken(PLACES)).containsOnly("failing");

    jobs.run("env", "sound", () -> begun.add("sound"));

    assertThat(begun.take()).isEqualTo("sound");
  }

  @Test
  void logFieldsOfWhoeverAskedDoNotStick() throws InterruptedException {
    MDC.put("environment", "of the caller");
    try {
      jobs.run("env", "one", () -> begun.add(String.valueOf(MDC.get("environment"))));
      assertThat(begun.take()).isEqualTo("null");
      jobs.calls().execute(() -> begun.add(String.valueOf(MDC.get("environment"))));
      assertThat(begun.take()).isEqualTo("null");
    } finally {
      MDC.remove("environment");
    }
  }

  @Test
  void somethingIsDoneLater() throws InterruptedException {
    jobs.later(Duration.ofMillis(1), () -> begun.add(Thread.currentThread().getName()));

    assertThat(begun.take()).startsWith("timer-");
  }

  @Test
  void whoStopsWaitsForWhatRunsAndBeginsNothingMore() throws InterruptedException {
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    jobs.run(
        "env",
        "one",
        () -> {
          begun.add("running");
          awaitEnd(open);
          ended.incrementAndGet();
        });
    assertThat(begun.take()).isEqualTo("running");
    Thread stopping = new Thread(this::stopped);
    stopping.start();
    while (!jobs.timer().isShutdown()) {
      Thread.onSpinWait();
    }

    jobs.later(Duration.ZERO, () -> begun.add("later"));
    open.countDown();
    stopping.join(TimeUnit.SECONDS.toMillis(20));

    assertThat(stopping.isAlive()).isFalse();
    assertThat(ended).hasValue(1);
    jobs.run("env", "two", () -> begun.add("two"));
    assertThat(begun).isEmpty();
  }

  private void stopped() {
    try {
      jobs.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
