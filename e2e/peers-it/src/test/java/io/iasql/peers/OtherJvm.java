package io.iasql.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A JVM beside that of the test, for the test to end. */
final class OtherJvm {
  private OtherJvm() {}

  /**
   * Starts one with the class path of this JVM.
   *
   * @param main the class to run
   * @param ready the line by which it says that it is
   */
  static Process start(Class<?> main, String ready) throws IOException {
    Process jvm =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName())
            .redirectErrorStream(true)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); !ready.equals(line); line = output.readLine()) {
      assertThat(line).as("end of output after: %s", said).isNotNull();
      said.append(line).append('\n');
    }
    return jvm;
  }

  /** Whether a process has not ended; one that has stays visible until init has taken notice. */
  static boolean runs(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }
}
