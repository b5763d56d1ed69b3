package io.iasql.operator.transaction;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.iasql.crds.Replication;
import io.iasql.crds.ReplicationStatus;
import io.iasql.crds.ReplicationStatus.Comparison;
import io.iasql.crds.ReplicationStatus.Difference;
import io.iasql.crds.ReplicationStatus.Verdict;
import io.iasql.crds.SqlTransaction;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What the review of a SqlTransaction says of the one in another environment that it repeats. */
final class ReplicatedFrom {
  private static final String KIND = "Replication";

  private ReplicatedFrom() {}

  /** Replications, by the SqlTransactions that they made. */
  static EventSource<?, SqlTransaction> source(EventSourceContext<SqlTransaction> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Replication.class, SqlTransaction.class)
            .withName("replications")
            .withNamespacesInheritedFromController()
            .withSecondaryToPrimaryMapper(
                r ->
                    r.getStatus() == null || r.getStatus().transactionRef() == null
                        ? Set.of()
                        : Set.of(
                            new ResourceID(
                                r.getStatus().transactionRef().name(),
                                r.getMetadata().getNamespace())))
            .withOnUpdateFilter(
                (now, before) -> !Objects.equals(comparison(now), comparison(before)))
            .<SqlTransaction>withPrimaryToSecondaryMapper(
                t -> owner(t).map(Set::of).orElse(Set.of()))
            .build(),
        context);
  }

  private static Optional<ResourceID> owner(SqlTransaction transaction) {
    return transaction.getMetadata().getOwnerReferences().stream()
        .filter(o -> o.getKind().equals(KIND))
        .map(OwnerReference::getName)
        .map(name -> new ResourceID(name, transaction.getMetadata().getNamespace()))
        .findFirst();
  }

  private static Comparison comparison(Replication replication) {
    return replication.getStatus() == null ? null : replication.getStatus().comparison();
  }

  /** Markdown for the review; empty where nothing was compared. */
  static String review(SqlTransaction transaction, Context<SqlTransaction> context) {
    Optional<ReplicationStatus> status =
        context
            .getSecondaryResource(Replication.class)
            .map(Replication::getStatus)
            .filter(
                s ->
                    s.transactionRef() != null
                        && s.transactionRef().name().equals(transaction.getMetadata().getName()));
    Map<String, String> labels =
        Optional.ofNullable(transaction.getMetadata().getLabels()).orElse(Map.of());
    return status
        .map(ReplicationStatus::comparison)
        .map(
            c ->
                text(
                    labels.getOrDefault(SqlTransaction.SOURCE_TRANSACTION, "the source"),
                    labels.getOrDefault(SqlTransaction.SOURCE_ENVIRONMENT, ""),
                    c))
        .orElse("");
  }

  static String text(String source, String environment, Comparison comparison) {
    List<Difference> all = comparison.differences();
    long unexplained = all.stream().filter(d -> d.explainedBy() == null).count();
    StringBuilder text = new StringBuilder();
    text.append("Compared with `%s` of `%s`: ".formatted(source, environment));
    if (comparison.verdict() == Verdict.SAME) {
      text.append(all.isEmpty() ? "**Same**." : "**Same**, but for what was asked to differ.");
    } else {
      text.append("**Different**: nothing asked for %d of what differs.".formatted(unexplained));
    }
    if (Boolean.TRUE.equals(comparison.edited())) {
      text.append(" The SQL was edited since it was made.");
    }
    if (!all.isEmpty()) {
      List<String> lines = new ArrayList<>();
      lines.add("| table | row | column | there | here | because of |");
      lines.add("| --- | --- | --- | --- | --- | --- |");
      for (Difference one : all) {
        lines.add(
            "| %s | %s | %s | %s | %s | %s |"
                .formatted(
                    one.table(),
                    cell(one.row()),
                    cell(one.column()),
                    cell(one.source()),
                    cell(one.target()),
                    one.explainedBy() == null ? "**?**" : one.explainedBy()));
      }
      text.append("\n\n").append(String.join("\n", lines));
    }
    return text.toString();
  }

  private static String cell(String value) {
    return value == null ? "" : value.replace("|", "\\|").replaceAll("\\R", " ");
  }
}
