package io.iasql.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs kubectl as the reader could, and shows how. */
final class Commands {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+~-]+");

  private final Path kubectl;
  private final Path kubeconfig;
  private final Path cache;
  private final Console console;

  /**
   * @param cache where kubectl may remember what a cluster has
   */
  Commands(Path kubectl, Path kubeconfig, Path cache, Console console) {
    this.kubectl = kubectl;
    this.kubeconfig = kubeconfig;
    this.cache = cache;
    this.console = console;
  }

  /**
   * Shows the command, runs it and shows what it says.
   *
   * @throws QuickstartException when it fails, with what it says
   */
  void run(String... arguments) {
    console.command(
        "kubectl "
            + Arrays.stream(arguments).map(Commands::quoted).collect(Collectors.joining(" ")));
    output(arguments).lines().forEach(console::say);
  }

  private String output(String... arguments) {
    List<String> command = new ArrayList<>(List.of(kubectl.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    builder.environment().put("KUBECACHEDIR", cache.toString());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new QuickstartException(said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot run " + kubectl, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuickstartException("kubectl was interrupted", e);
    }
  }

  /** As a shell takes it. */
  static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
