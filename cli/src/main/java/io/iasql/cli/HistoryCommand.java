package io.iasql.cli;

import io.fabric8.kubernetes.api.model.Event;
import io.iasql.cli.Palette.Ink;
import io.iasql.crds.Condition;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what was committed to an environment, and on whose word. */
@Command(
    name = "history",
    description = {
      "Shows what was committed to an Environment, when and on whose word, the newest first.",
      "Of what the cluster still has; table iasql_audit_log of the database forgets nothing."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnExecutionException = KubectlIasql.FAILED)
final class HistoryCommand implements Callable<Integer> {
  private static final String REQUESTED_BY = "iasql.io/requested-by";
  private static final String WRITTEN_BY = "iasql.io/written-by";

  @Mixin private ClusterOptions clusterOptions;
  @Mixin private OutputOptions output;

  @Option(names = "--events", description = "Also the Events of each, as long as they are kept.")
  private boolean events;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "json: for machines.")
  private Format format;

  @Parameters(paramLabel = "ENVIRONMENT", description = "The Environment.")
  private String name;

  /** One transaction that changed AWS. */
  record Entry(
      String when,
      String name,
      String phase,
      String plan,
      String changes,
      String requestedBy,
      String approvedBy,
      String description,
      List<Happening> events) {}

  /** One Event. */
  record Happening(String when, String type, String reason, String message) {}

  @Override
  public Integer call() {
    try (Cluster cluster = clusterOptions.open()) {
      List<SqlTransaction> done =
          cluster.transactionsOf(cluster.environment(name)).stream()
              .filter(t -> Standing.of(t).hasChangedAws())
              .sorted(Comparator.comparing(HistoryCommand::when).reversed())
              .toList();
      Map<String, List<Happening>> happenings = events ? happenings(cluster) : Map.of();
      List<Entry> entries =
          done.stream()
              .map(t -> entry(t, happenings.getOrDefault(t.getMetadata().getUid(), List.of())))
              .toList();
      if (format == Format.JSON) {
        output.out().println(Format.json(entries));
      } else if (entries.isEmpty()) {
        output.out().println("Nothing was committed to Environment " + name + " yet.");
      } else {
        print(entries);
      }
      return 0;
    }
  }

  /** When it ended: Ready has been what it is since then. */
  private static Instant when(SqlTransaction transaction) {
    return transaction.getStatus().conditions().stream()
        .filter(condition -> condition.type().equals("Applied"))
        .map(Condition::lastTransitionTime)
        .findFirst()
        .orElseGet(() -> Instant.parse(transaction.getMetadata().getCreationTimestamp()));
  }

  private static Map<String, List<Happening>> happenings(Cluster cluster) {
    return cluster
        .client()
        .v1()
        .events()
        .inNamespace(cluster.namespace())
        .withField("involvedObject.kind", "SqlTransaction")
        .list()
        .getItems()
        .stream()
        .sorted(Comparator.comparing(Event::getLastTimestamp))
        .collect(
            Collectors.groupingBy(
                event -> event.getInvolvedObject().getUid(),
                Collectors.mapping(
                    e ->
                        new Happening(
                            e.getLastTimestamp(), e.getType(), e.getReason(), e.getMessage()),
                    Collectors.toList())));
  }

  private static Entry entry(SqlTransaction transaction, List<Happening> happenings) {
    Standing standing = Standing.of(transaction);
    Map<String, String> annotations =
        Objects.requireNonNullElse(transaction.getMetadata().getAnnotations(), Map.of());
    return new Entry(
        when(transaction).toString(),
        standing.name(),
        Text.camel(standing.phase()),
        standing.hasPlan() ? standing.plan().id() : "",
        standing.hasPlan() ? standing.plan().text() : "",
        Optional.ofNullable(annotations.get(REQUESTED_BY))
            .orElse(annotations.getOrDefault(WRITTEN_BY, "")),
        Objects.requireNonNullElse(transaction.getStatus().approvedBy(), ""),
        Objects.requireNonNullElse(transaction.getSpec().description(), ""),
        happenings);
  }

  private void print(List<Entry> entries) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "WHEN",
            "NAME",
            "PHASE",
            "PLAN",
            "CHANGES",
            "REQUESTED BY",
            "APPROVED BY",
            "DESCRIPTION"));
    for (Entry entry : entries) {
      rows.add(
          List.of(
              entry.when(),
              entry.name(),
              entry.phase(),
              entry.plan(),
              entry.changes(),
              Text.line(entry.requestedBy()),
              Text.line(entry.approvedBy()),
              Text.line(entry.description())));
    }
    List<String> lines = Columns.aligned(rows);
    output.out().println(lines.get(0));
    for (int i = 0; i < entries.size(); i++) {
      boolean whole = entries.get(i).phase().equals(Text.camel(Phase.COMMITTED));
      String line = lines.get(i + 1);
      output.out().println(whole ? line : output.palette().paint(Ink.CHANGED, line));
      for (Happening happening : entries.get(i).events()) {
        output
            .out()
            .println(
                output
                    .palette()
                    .paint(
                        Ink.FAINT,
                        "  %s %s: %s"
                            .formatted(
                                happening.when(),
                                happening.reason(),
                                Text.line(happening.message()))));
      }
    }
  }
}
