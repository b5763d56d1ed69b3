package io.iasql.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Answers kubectl's own completion, which asks a program {@code kubectl_complete-iasql}: a
 * candidate a line, then a colon and what else the shell may do (kubectl's documentation, "Shell
 * completion for plugins").
 */
@Command(name = "__complete", hidden = true)
final class CompleteCommand implements Callable<Integer> {
  /** No file is a candidate. */
  private static final String NO_FILES = ":4";

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..*")
  private List<String> words = List.of();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    String[] arguments = words.isEmpty() ? new String[] {""} : words.toArray(String[]::new);
    int last = arguments.length - 1;
    List<CharSequence> endings = new ArrayList<>();
    AutoComplete.complete(
        spec.root(), arguments, last, arguments[last].length(), arguments[last].length(), endings);
    endings.stream().map(ending -> arguments[last] + ending).sorted().forEach(out::println);
    out.println(NO_FILES);
    return 0;
  }
}
