package io.iasql.peers;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Says what takes long, how long it usually takes, and every 15 seconds how long it has taken. */
final class Progress implements AutoCloseable {
  private static final long PERIOD = 15;

  private final long started = System.nanoTime();
  private final Narrator narrator;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "progress");
            thread.setDaemon(true);
            return thread;
          });

  private Progress(Narrator narrator) {
    this.narrator = narrator;
  }

  /**
   * Speaks until closed.
   *
   * @param what {@code "Installing LocalStack 4.13.1"}
   * @param usually {@code "half a minute"}
   */
  static Progress of(Narrator narrator, String what, String usually) {
    Progress progress = new Progress(narrator);
    narrator.say(what + ", once; usually takes about " + usually);
    progress.clock.scheduleAtFixedRate(
        () ->
            narrator.say(
                "  "
                    + what
                    + ": "
                    + progress.elapsed()
                    + " so far (usually about "
                    + usually
                    + ")"),
        PERIOD,
        PERIOD,
        TimeUnit.SECONDS);
    return progress;
  }

  private String elapsed() {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
    return elapsed.toMinutes() == 0
        ? elapsed.toSeconds() + " s"
        : elapsed.toMinutes() + " min " + elapsed.toSecondsPart() + " s";
  }

  @Override
  public void close() {
    clock.shutdownNow();
    narrator.say("  done after " + elapsed());
  }
}
