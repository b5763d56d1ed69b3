package io.iasql.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command writes, and how. */
final class OutputOptions {
  /** When colours are used. */
  enum Colour {
    /** On a terminal, unless the variable NO_COLOR is set. */
    AUTO,
    /** Even into a file or a pager. */
    ALWAYS,
    /** Not at all. */
    NEVER
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description = "auto, always or never. Default: on a terminal, unless NO_COLOR is set.")
  private Colour colour;

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  Palette palette() {
    return switch (colour) {
      case ALWAYS -> Palette.COLOURED;
      case NEVER -> Palette.PLAIN;
      case AUTO ->
          Boolean.getBoolean("iasql.terminal")
                  && System.getenv("NO_COLOR") == null
                  && !"dumb".equals(System.getenv("TERM"))
              ? Palette.COLOURED
              : Palette.PLAIN;
    };
  }
}
