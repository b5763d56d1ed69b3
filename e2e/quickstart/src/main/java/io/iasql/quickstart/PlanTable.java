package io.iasql.quickstart;

import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Plan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A plan as a table: a line for each column of each change. */
final class PlanTable {
  private static final List<String> HEAD =
      List.of("ACTION", "TABLE", "RESOURCE", "COLUMN", "OLD", "NEW");
  private static final List<Integer> WIDEST = List.of(10, 26, 44, 24, 30, 44);

  private static final Pattern REFERENCE =
      Pattern.compile(
          "\\{\"\\w+\":\"(?<before>[^\"]+)\",\"region\":\"[^\"]+\"}"
              + "|\\{\"region\":\"[^\"]+\",\"\\w+\":\"(?<after>[^\"]+)\"}");

  private PlanTable() {}

  static List<String> lines(Plan plan) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEAD);
    List<String> notes = new ArrayList<>();
    for (Change change : plan.changes()) {
      rows.addAll(rows(change));
      if (change.note() != null) {
        notes.add("  " + change.table() + " " + resource(change) + ": " + change.note());
      }
    }
    List<String> lines = new ArrayList<>(aligned(rows));
    if (Boolean.TRUE.equals(plan.truncated())) {
      lines.add("… and more, in ConfigMap " + plan.configMap());
    }
    if (!notes.isEmpty()) {
      lines.add("Notes:");
      lines.addAll(notes);
    }
    return lines;
  }

  private static List<List<String>> rows(Change change) {
    List<List<String>> rows = new ArrayList<>();
    for (ColumnChange column : change.columns()) {
      rows.add(row(rows.isEmpty(), change, column));
    }
    return rows.isEmpty() ? List.of(row(true, change, new ColumnChange("", null, null))) : rows;
  }

  private static List<String> row(boolean first, Change change, ColumnChange column) {
    return List.of(
        first ? action(change) : "",
        first ? change.table() : "",
        first ? resource(change) : "",
        column.name(),
        value(column.oldValue()),
        value(column.newValue()));
  }

  private static String action(Change change) {
    return switch (change.action()) {
      case CREATE -> "+ create";
      case UPDATE -> "~ update";
      case REPLACE -> "± replace";
      case DELETE -> "- delete";
    };
  }

  /** What the resource is known by, its region at the end. */
  private static String resource(Change change) {
    return text(change.description()).replace('|', ' ');
  }

  /** A reference to another resource is shown as that resource is. */
  private static String value(String value) {
    Matcher reference = REFERENCE.matcher(text(value));
    return reference.matches()
        ? Stream.of("before", "after")
            .map(reference::group)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow()
        : text(value);
  }

  private static String text(String value) {
    return Objects.requireNonNullElse(value, "").replaceAll("\\s+", " ");
  }

  private static List<String> aligned(List<List<String>> rows) {
    List<Integer> widths = new ArrayList<>(Collections.nCopies(HEAD.size(), 0));
    List<List<String>> cut = rows.stream().map(PlanTable::cut).toList();
    for (List<String> row : cut) {
      for (int i = 0; i < widths.size(); i++) {
        widths.set(i, Math.max(widths.get(i), row.get(i).length()));
      }
    }
    return cut.stream().map(row -> line(row, widths)).toList();
  }

  private static List<String> cut(List<String> row) {
    List<String> cut = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      String cell = row.get(i);
      int widest = WIDEST.get(i);
      cut.add(cell.length() <= widest ? cell : cell.substring(0, widest - 1) + "…");
    }
    return cut;
  }

  private static String line(List<String> row, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      line.append(row.get(i)).append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
    }
    return line.toString().stripTrailing();
  }
}
