package io.iasql.cli;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Change;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what a transaction would change, or has changed. */
@Command(
    name = "plan",
    description = "Shows the plan of a SqlTransaction as a diff of rows, whole however long.",
    mixinStandardHelpOptions = true,
    exitCodeOnExecutionException = KubectlIasql.FAILED)
final class PlanCommand implements Callable<Integer> {
  @Mixin private ClusterOptions clusterOptions;
  @Mixin private OutputOptions output;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "json: for machines.")
  private Format format;

  @Parameters(paramLabel = "NAME", description = "The SqlTransaction.")
  private String name;

  /** What {@code -o json} shows. */
  @JsonPropertyOrder({
    "name",
    "namespace",
    "environment",
    "phase",
    "message",
    "plan",
    "text",
    "changes",
    "missing"
  })
  record Shown(
      String name,
      String namespace,
      String environment,
      String phase,
      String message,
      String plan,
      String text,
      List<Change> changes,
      int missing) {

    static Shown of(SqlTransaction transaction, WholePlan whole) {
      Standing standing = Standing.of(transaction);
      return new Shown(
          standing.name(),
          transaction.getMetadata().getNamespace(),
          transaction.getSpec().environmentRef().name(),
          Text.camel(standing.phase()),
          standing.message(),
          whole.plan().id(),
          whole.plan().text(),
          whole.changes(),
          whole.missing());
    }
  }

  @Override
  public Integer call() {
    try (Cluster cluster = clusterOptions.open()) {
      SqlTransaction transaction = cluster.transaction(name);
      WholePlan whole = WholePlan.of(cluster, transaction);
      if (format == Format.JSON) {
        output.out().println(Format.json(Shown.of(transaction, whole)));
      } else {
        new PlanDiff(output.palette()).lines(transaction, whole).forEach(output.out()::println);
      }
      return 0;
    }
  }
}
