package io.iasql.cli;

import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Approves the plan that it has shown, and no other. */
@Command(
    name = "approve",
    description = {
      "Shows the plan of a SqlTransaction, asks, and approves exactly that plan in your name.",
      "When another plan takes its place meanwhile, nothing is approved."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnExecutionException = KubectlIasql.FAILED)
final class ApproveCommand implements Callable<Integer> {
  @Mixin private ClusterOptions clusterOptions;
  @Mixin private OutputOptions output;
  @Mixin private Question question;

  @Option(
      names = "--plan",
      paramLabel = "ID",
      description = "Approves only if this is the plan, such as one reviewed elsewhere.")
  private String expected;

  @Parameters(paramLabel = "NAME", description = "The SqlTransaction.")
  private String name;

  @Override
  public Integer call() {
    PrintWriter out = output.out();
    try (Cluster cluster = clusterOptions.open()) {
      SqlTransaction transaction = cluster.transaction(name);
      check(transaction);
      WholePlan whole = WholePlan.of(cluster, transaction);
      new PlanDiff(output.palette()).lines(transaction, whole).forEach(out::println);
      String user = cluster.whoAmI();
      String id = whole.plan().id();
      out.println();
      question.ask(
          out,
          "Approve %s as %s?".formatted(id, Text.line(user)),
          "Not approved: nothing was done.");
      new SpecPatch(transaction).set("approvePlan", id).set("approvedBy", user).apply(cluster);
      out.println("Approved: " + id + " by " + Text.line(user) + ". To wait for the end:");
      out.println(
          "  kubectl wait sqltransaction/%s -n %s --for=condition=Ready"
              .formatted(name, cluster.namespace()));
      return 0;
    }
  }

  private void check(SqlTransaction transaction) {
    Standing standing = Standing.of(transaction);
    if (standing.phase() != Phase.AWAITING_APPROVAL) {
      throw new PluginException(
          "SqlTransaction %s does not wait for an approval, it is %s: %s"
              .formatted(name, Text.camel(standing.phase()), standing.message()));
    }
    if (!standing.isCurrent()) {
      throw new PluginException(
          "SqlTransaction %s was just changed, and is being planned again. Try again in a moment."
              .formatted(name));
    }
    if (expected != null && !expected.equals(standing.plan().id())) {
      throw new PluginException(
          "The plan of SqlTransaction %s is %s, not %s: nothing was done."
              .formatted(name, standing.plan().id(), expected));
    }
  }
}
