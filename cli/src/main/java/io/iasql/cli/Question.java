package io.iasql.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Option;

/** Asks before something is done that cannot be taken back. */
final class Question {
  private static final Set<String> YES = Set.of("y", "yes");

  @Option(
      names = {"-y", "--yes"},
      description = "Does not ask.")
  private boolean yes;

  /**
   * Returns when the answer is yes.
   *
   * @throws PluginException when it is anything else; no answer is a no
   */
  void ask(PrintWriter out, String question, String otherwise) {
    if (yes) {
      return;
    }
    out.print(question + " [y/N] ");
    out.flush();
    try {
      // One line, unbuffered beyond it: nobody reads after this.
      String answer =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      if (answer == null) {
        out.println();
      }
      if (answer == null || !YES.contains(answer.strip().toLowerCase(Locale.ROOT))) {
        throw new PluginException(otherwise);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the answer cannot be read", e);
    }
  }
}
