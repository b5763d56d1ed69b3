package io.iasql.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script by which a shell completes the commands. */
@Command(
    name = "completion",
    description = {
      "Prints a script by which a shell completes kubectl-iasql.",
      "  source <(kubectl iasql completion bash)",
      "kubectl completes `kubectl iasql` when this program is on the PATH as kubectl_complete-iasql,",
      "too: ln -s kubectl-iasql kubectl_complete-iasql"
    },
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  /** The shells that take the script. */
  enum Shell {
    /** GNU Bash. */
    BASH(""),
    /** Z shell, which takes a script for bash after this. */
    ZSH("autoload -Uz compinit bashcompinit && compinit && bashcompinit\n");

    private final String before;

    Shell(String before) {
      this.before = before;
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell;

  @Override
  public Integer call() {
    spec.commandLine()
        .getOut()
        .println(shell.before + AutoComplete.bash("kubectl-iasql", spec.root().commandLine()));
    return 0;
  }
}
