package io.iasql.quickstart;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Where the run is told, line by line. */
final class Console {
  private static final String BOLD = "\033[1m";
  private static final String PLAIN = "\033[0m";

  private final PrintStream out;
  private final BufferedReader in;
  private final boolean styled;

  /**
   * @param styled whether headings and commands are set off by the terminal's means
   */
  Console(PrintStream out, InputStream in, boolean styled) {
    this.out = out;
    this.in = new BufferedReader(new InputStreamReader(in, Charset.defaultCharset()));
    this.styled = styled;
  }

  static Console ofTerminal(boolean terminal) {
    return new Console(
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8),
        System.in,
        terminal && System.getenv("NO_COLOR") == null);
  }

  /** A text as it is. */
  synchronized void print(String text) {
    out.print(text);
    out.flush();
  }

  synchronized void heading(String text) {
    out.println();
    out.println(styled ? BOLD + text + PLAIN : text);
  }

  synchronized void say(String line) {
    out.println(line.isEmpty() ? "" : "  " + line);
  }

  /** A command that is being run, or that the reader may want to run. */
  synchronized void command(String command) {
    out.println("  " + (styled ? BOLD + "$ " + command + PLAIN : "$ " + command));
  }

  /** What somebody else wrote, such as SQL. */
  void quote(String text) {
    text.strip().lines().forEach(line -> say(line.isBlank() ? "" : "    " + line));
  }

  /** Whether the reader says yes; no answer is a no. */
  boolean confirm(String question) {
    out.print("  " + question + " [y/N] ");
    out.flush();
    try {
      String answer = in.readLine();
      if (answer == null) {
        out.println();
        return false;
      }
      return answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
