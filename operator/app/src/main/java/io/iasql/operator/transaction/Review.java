package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Plan;
import io.iasql.engine.export.Review.Column;
import io.iasql.engine.export.Review.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** The review of a plan as its status shows it. */
final class Review {
  private static final int MAX_SQL = 8_000;

  private Review() {}

  /**
   * The review.
   *
   * @param comparison what there is to say of the transaction that this one repeats, or empty
   * @param notes what a reader should know of the SQL besides
   */
  static String of(
      String name,
      String description,
      String comparison,
      Plan plan,
      List<String> notes,
      String sql) {
    List<String> blocks = new ArrayList<>();
    if (description != null) {
      blocks.add(description);
    }
    if (!comparison.isEmpty()) {
      blocks.add(comparison);
    }
    blocks.add("Plan `" + plan.id() + "`: " + plan.text());
    if (!notes.isEmpty()) {
      blocks.add(notes.stream().map(note -> "- " + note).collect(Collectors.joining("\n")));
    }
    String more =
        Boolean.TRUE.equals(plan.truncated())
            ? "More changes are in ConfigMap `" + plan.configMap() + "`."
            : "";
    String shown = sql.length() <= MAX_SQL ? sql : sql.substring(0, MAX_SQL) + "\n-- …";
    return new io.iasql.engine.export.Review(
            name, blocks, plan.changes().stream().map(Review::line).toList(), more, List.of(shown))
        .markdown();
  }

  private static Line line(Change change) {
    return new Line(
        change.action().name().toLowerCase(Locale.ROOT),
        change.table(),
        text(change.id()),
        text(change.description()),
        change.columns().stream().map(Review::column).toList(),
        text(change.note()),
        change.dependants());
  }

  private static Column column(ColumnChange column) {
    return new Column(
        column.name(),
        Optional.ofNullable(column.oldValue()),
        Optional.ofNullable(column.newValue()));
  }

  private static String text(String value) {
    return Objects.requireNonNullElse(value, "");
  }
}
