package io.iasql.cli;

import io.iasql.cli.Palette.Ink;
import io.iasql.crds.SqlTransaction;
import io.iasql.crds.SqlTransactionStatus.Action;
import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Summary;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan as a diff of rows: a line for each row that changes, and below it what its columns lose
 * ({@code -}) and get ({@code +}). Values are never shortened here.
 */
record PlanDiff(Palette palette) {

  /** What the transaction is, how far it is, and its plan. */
  List<String> lines(SqlTransaction transaction, WholePlan whole) {
    List<String> lines = new ArrayList<>(head(transaction));
    lines.add("");
    lines.add(palette.paint(Ink.STRONG, whole.plan().id()) + ": " + text(whole.plan().summary()));
    for (Change change : whole.changes()) {
      lines.addAll(lines(change));
    }
    if (whole.missing() > 0) {
      lines.add(
          palette.paint(
              Ink.CHANGED,
              "and %d more changes, in the environment's database alone: see table iasql.plan_change"
                  .formatted(whole.missing())));
    }
    return lines;
  }

  /** What the transaction is and how far it is. */
  List<String> head(SqlTransaction transaction) {
    Standing standing = Standing.of(transaction);
    List<String> lines = new ArrayList<>();
    lines.add(
        palette.paint(Ink.STRONG, standing.name())
            + " in environment "
            + transaction.getSpec().environmentRef().name()
            + ": "
            + Text.camel(standing.phase()));
    if (transaction.getSpec().description() != null) {
      lines.add(Text.line(transaction.getSpec().description()));
    }
    Text.safe(standing.message()).lines().map(l -> palette.paint(Ink.FAINT, l)).forEach(lines::add);
    return lines;
  }

  /** {@code +1 ~2 ±0 -0}, each in its colour unless it is nothing. */
  String text(Summary summary) {
    return String.join(
        " ",
        count(Ink.ADDED, "+", summary.create()),
        count(Ink.CHANGED, "~", summary.update()),
        count(Ink.REPLACED, "±", summary.replace()),
        count(Ink.REMOVED, "-", summary.delete()));
  }

  private String count(Ink ink, String sign, int count) {
    return count == 0 ? sign + count : palette.paint(ink, sign + count);
  }

  private List<String> lines(Change change) {
    List<String> lines = new ArrayList<>();
    String resource = Text.line(change.description()).replace('|', ' ');
    lines.add(
        palette.paint(
            ink(change.action()),
            "%s %s %s"
                .formatted(sign(change.action()), Text.line(change.table()), resource)
                .stripTrailing()));
    int width = change.columns().stream().mapToInt(c -> c.name().length()).max().orElse(0);
    for (ColumnChange column : change.columns()) {
      if (column.oldValue() != null) {
        lines.add(palette.paint(Ink.REMOVED, value("-", column.name(), width, column.oldValue())));
      }
      if (column.newValue() != null) {
        lines.add(palette.paint(Ink.ADDED, value("+", column.name(), width, column.newValue())));
      }
      if (column.oldValue() == null && column.newValue() == null) {
        lines.add(("      " + Text.line(column.name())).stripTrailing());
      }
    }
    if (change.note() != null) {
      lines.add(palette.paint(Ink.CHANGED, "    ! " + Text.line(change.note())));
    }
    for (String dependant : change.dependants()) {
      lines.add(palette.paint(Ink.CHANGED, "    ! referred to by " + Text.line(dependant)));
    }
    return lines;
  }

  private static String value(String sign, String column, int width, String value) {
    String name = Text.line(column);
    return "    %s %s%s  %s"
        .formatted(sign, name, " ".repeat(Math.max(0, width - name.length())), Text.line(value))
        .stripTrailing();
  }

  private static String sign(Action action) {
    return switch (action) {
      case CREATE -> "+";
      case UPDATE -> "~";
      case REPLACE -> "±";
      case DELETE -> "-";
    };
  }

  private static Ink ink(Action action) {
    return switch (action) {
      case CREATE -> Ink.ADDED;
      case UPDATE -> Ink.CHANGED;
      case REPLACE -> Ink.REPLACED;
      case DELETE -> Ink.REMOVED;
    };
  }
}
