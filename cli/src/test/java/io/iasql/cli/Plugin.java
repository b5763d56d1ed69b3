package io.iasql.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The plugin as people run it: by kubectl, which finds it on the PATH. */
record Plugin(Path kubectl, Path kubeconfig, Path folder) {
  private static final int LIMIT_SECONDS = 120;

  /** What it said and how it ended. */
  record Said(int code, String out, String err) {}

  /** One that runs: it may be told something. */
  record Running(Process process, StringBuffer out, CompletableFuture<String> err) {

    void type(String text) throws IOException {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
    }

    Said end() throws InterruptedException {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("kubectl iasql does not end; it said " + out);
      }
      String said = err.join();
      return new Said(process.exitValue(), out.toString(), said);
    }
  }

  /** The one that this build has assembled. */
  static Plugin of(Path kubectl, Path kubeconfig) {
    return new Plugin(kubectl, kubeconfig, Path.of("target").toAbsolutePath());
  }

  /** Runs {@code kubectl iasql ...} to its end, with nothing on its standard input. */
  Said run(String... arguments) throws IOException, InterruptedException {
    return answer("", arguments);
  }

  Said answer(String typed, String... arguments) throws IOException, InterruptedException {
    Running running = start(arguments);
    running.type(typed);
    return running.end();
  }

  Running start(String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("iasql"));
    words.addAll(Arrays.asList(arguments));
    return kubectl(Map.of(), words);
  }

  Running kubectl(Map<String, String> more, List<String> words) throws IOException {
    List<String> command = new ArrayList<>(List.of(kubectl.toString()));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    builder
        .environment()
        .merge("PATH", folder.toString(), (path, ours) -> ours + File.pathSeparator + path);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // The terminal of whoever runs the tests must not matter.
    builder.environment().remove("NO_COLOR");
    builder.environment().putAll(more);
    Process process = builder.start();
    StringBuffer out = new StringBuffer();
    CompletableFuture<String> err =
        CompletableFuture.supplyAsync(() -> read(process.getErrorStream(), new StringBuffer()));
    CompletableFuture<String> reading =
        CompletableFuture.supplyAsync(() -> read(process.getInputStream(), out));
    return new Running(process, out, reading.thenCombine(err, (ignored, errors) -> errors));
  }

  private static String read(InputStream in, StringBuffer into) {
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        into.append((char) c);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return into.toString();
  }
}
