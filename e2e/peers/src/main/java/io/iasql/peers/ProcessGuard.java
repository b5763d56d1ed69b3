package io.iasql.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ends a process that left this JVM's care (a daemon) when the JVM is killed: a shell that waits
 * for a word, and kills when its input ends without one.
 */
final class ProcessGuard {
  private static final String SCRIPT =
      "trap '' INT HUP; read -r word || kill -QUIT \"$1\" 2>/dev/null";

  /** For a process that is yet to come, or to be started anew: found when it is time. */
  private static final String BY_FILE =
      "trap '' INT HUP; read -r word || for try in 1 2 3 4 5 6 7 8 9 10; do"
          + " [ -f \"$1\" ] && kill -QUIT \"$(head -n 1 \"$1\")\" 2>/dev/null; sleep 1; done";

  private final Process shell;

  private ProcessGuard(Process shell) {
    this.shell = shell;
  }

  static ProcessGuard over(long pid) {
    return start(SCRIPT, Long.toString(pid));
  }

  /** Over whichever process has its id in the first line of this file when the JVM is killed. */
  static ProcessGuard overPidFile(Path file) {
    return start(BY_FILE, file.toString());
  }

  private static ProcessGuard start(String script, String argument) {
    try {
      return new ProcessGuard(
          new ProcessBuilder(List.of("sh", "-c", script, "guard", argument))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot guard process " + argument, e);
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
