package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ends a process that left this JVM's care (a daemon) when the JVM is killed: a shell that waits
 * for a word, and kills when its input ends without one.
 */
final class ProcessGuard {
  private static final String SCRIPT =
      "trap '' INT HUP; read -r word || kill -QUIT \"$1\" 2>/dev/null";

  private final Process shell;

  private ProcessGuard(Process shell) {
    this.shell = shell;
  }

  static ProcessGuard over(long pid) {
    try {
      return new ProcessGuard(
          new ProcessBuilder(List.of("sh", "-c", SCRIPT, "guard", Long.toString(pid)))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot guard process " + pid, e);
    }
  }

  /** Says that the process has ended in an orderly way. */
  void release() {
    try {
      shell.getOutputStream().write("ended\n".getBytes(StandardCharsets.US_ASCII));
      shell.getOutputStream().close();
      shell.waitFor(1, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException("The guard had gone", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
