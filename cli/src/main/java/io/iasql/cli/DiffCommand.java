package io.iasql.cli;

import io.iasql.cli.Palette.Ink;
import io.iasql.crds.Condition;
import io.iasql.crds.Environment;
import io.iasql.crds.EnvironmentStatus;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows where an environment's AWS account differs from what was asked for. */
@Command(
    name = "diff",
    description = {
      "Shows where an Environment differs from what is asked for.",
      "That is what was changed past it, and the plans of what has not been committed, as the operator",
      "saw it last; nothing is read anew."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnExecutionException = DiffCommand.ERROR,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:no difference", "1:a difference", "2:an error"})
final class DiffCommand implements Callable<Integer> {
  static final int DIFFERENCE = 1;
  static final int ERROR = 2;

  @Mixin private ClusterOptions clusterOptions;
  @Mixin private OutputOptions output;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "json: for machines.")
  private Format format;

  @Parameters(paramLabel = "ENVIRONMENT", description = "The Environment.")
  private String name;

  /** What {@code -o json} shows. */
  record Shown(
      String environment,
      String account,
      String ready,
      boolean drifted,
      String drift,
      List<Pending> pending) {}

  /** A transaction that is not over. */
  record Pending(String name, String phase, String message, PlanCommand.Shown plan) {}

  @Override
  public Integer call() {
    try (Cluster cluster = clusterOptions.open()) {
      Environment environment = cluster.environment(name);
      List<SqlTransaction> pending =
          cluster.transactionsOf(environment).stream()
              .filter(t -> !Standing.of(t).isOver())
              .toList();
      if (format == Format.JSON) {
        output.out().println(Format.json(shown(cluster, environment, pending)));
      } else {
        print(cluster, environment, pending);
      }
      return drifted(environment) || !pending.isEmpty() ? DIFFERENCE : 0;
    }
  }

  private static Shown shown(
      Cluster cluster, Environment environment, List<SqlTransaction> pending) {
    return new Shown(
        environment.getMetadata().getName(),
        account(environment),
        condition(environment, "Ready").map(Condition::message).orElse(null),
        drifted(environment),
        condition(environment, "Drifted").map(Condition::message).orElse(null),
        pending.stream().map(t -> pending(cluster, t)).toList());
  }

  private static Pending pending(Cluster cluster, SqlTransaction transaction) {
    Standing standing = Standing.of(transaction);
    return new Pending(
        standing.name(),
        Text.camel(standing.phase()),
        standing.message(),
        standing.hasPlan()
            ? PlanCommand.Shown.of(transaction, WholePlan.of(cluster, transaction))
            : null);
  }

  private void print(Cluster cluster, Environment environment, List<SqlTransaction> pending) {
    PrintWriter out = output.out();
    Palette palette = output.palette();
    out.println(
        "Environment "
            + palette.paint(Ink.STRONG, name)
            + Optional.ofNullable(account(environment)).map(a -> ", account " + a).orElse(""));
    condition(environment, "Ready")
        .filter(ready -> !ready.isTrue())
        .ifPresent(
            ready ->
                out.println(
                    palette.paint(Ink.REMOVED, "Not ready: " + Text.safe(ready.message()))));
    out.println(
        condition(environment, "Drifted")
            .map(c -> c.isTrue() ? palette.paint(Ink.CHANGED, drift(c)) : drift(c))
            .orElse("Drift: not looked for yet."));
    if (pending.isEmpty()) {
      out.println("Pending: nothing.");
      return;
    }
    out.println("Pending: " + pending.size());
    PlanDiff diff = new PlanDiff(palette);
    for (SqlTransaction transaction : pending) {
      out.println();
      boolean planned =
          Standing.of(transaction).hasPlan() && Standing.of(transaction).phase() != Phase.FAILED;
      (planned
              ? diff.lines(transaction, WholePlan.of(cluster, transaction))
              : diff.head(transaction))
          .forEach(out::println);
    }
  }

  private static String drift(Condition condition) {
    return "Drift: " + Text.safe(condition.message());
  }

  private static boolean drifted(Environment environment) {
    return condition(environment, "Drifted").map(Condition::isTrue).orElse(false);
  }

  private static String account(Environment environment) {
    EnvironmentStatus status = environment.getStatus();
    return status == null ? null : status.accountId();
  }

  private static Optional<Condition> condition(Environment environment, String type) {
    EnvironmentStatus status = environment.getStatus();
    return status == null
        ? Optional.empty()
        : status.conditions().stream().filter(c -> c.type().equals(type)).findFirst();
  }
}
