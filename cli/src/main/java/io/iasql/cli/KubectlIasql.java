package io.iasql.cli;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code kubectl iasql}: the commands, and what their exit codes mean. */
@Command(
    name = "kubectl iasql",
    description = "Reviews and approves changes to AWS, and opens psql to an environment.",
    subcommands = {
      PlanCommand.class,
      ApproveCommand.class,
      RejectCommand.class,
      DiffCommand.class,
      HistoryCommand.class,
      PsqlCommand.class,
      CompletionCommand.class,
      CompleteCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = KubectlIasql.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:refused, not found, or out of reach; of diff: there is a difference",
      "2:a word or flag that is none; of diff: any error",
      "of psql:what psql says"
    })
public final class KubectlIasql {
  /** What could not be done. */
  static final int FAILED = 1;

  private KubectlIasql() {}

  /** The build's version, as the jar has it. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = KubectlIasql.class.getPackage().getImplementationVersion();
      return new String[] {"kubectl-iasql " + (version == null ? "of a build folder" : version)};
    }
  }

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String... arguments) {
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    int code = commandLine(out, err).execute(arguments);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** Names and plans are written in any alphabet, whatever the machine's encoding is. */
  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return new CommandLine(new KubectlIasql())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              command.getErr().println("error: " + Text.safe(words(failure)));
              return command.getCommandSpec().exitCodeOnExecutionException();
            });
  }

  private static String words(Exception failure) throws Exception {
    if (failure instanceof PluginException) {
      return failure.getMessage();
    }
    if (failure instanceof KubernetesClientException ofClient) {
      return Refusal.words(ofClient);
    }
    throw failure;
  }
}
