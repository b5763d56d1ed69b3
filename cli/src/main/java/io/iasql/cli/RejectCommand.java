package io.iasql.cli;

import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Says no to a transaction. */
@Command(
    name = "reject",
    description =
        "Ends a SqlTransaction whose commit has not begun, after asking. Nothing is changed in AWS.",
    mixinStandardHelpOptions = true,
    exitCodeOnExecutionException = KubectlIasql.FAILED)
final class RejectCommand implements Callable<Integer> {
  @Mixin private ClusterOptions clusterOptions;
  @Mixin private OutputOptions output;
  @Mixin private Question question;

  @Parameters(paramLabel = "NAME", description = "The SqlTransaction.")
  private String name;

  @Override
  public Integer call() {
    PrintWriter out = output.out();
    try (Cluster cluster = clusterOptions.open()) {
      SqlTransaction transaction = cluster.transaction(name);
      Standing standing = Standing.of(transaction);
      if (standing.isOver() || standing.phase() == Phase.COMMITTING) {
        throw new PluginException(
            "SqlTransaction %s cannot be rejected, it is %s: %s"
                .formatted(name, Text.camel(standing.phase()), standing.message()));
      }
      new PlanDiff(output.palette()).head(transaction).forEach(out::println);
      question.ask(out, "Reject %s?".formatted(name), "Not rejected: nothing was done.");
      new SpecPatch(transaction).set("reject", true).apply(cluster);
      out.println("Rejected: " + name + ".");
      return 0;
    }
  }
}
