package io.iasql.operator.transaction;

import io.iasql.crds.SqlTransactionStatus.Change;
import io.iasql.crds.SqlTransactionStatus.ColumnChange;
import io.iasql.crds.SqlTransactionStatus.Plan;

/** A plan and its SQL as Markdown, for a pull request or a chat. */
final class Review {
  private static final int MAX_SQL = 8_000;
  private static final int MAX_VALUE = 120;

  private Review() {}

  static String of(String name, String description, Plan plan, String sql) {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(description == null ? name : description).append("\n\n");
    text.append("Plan `").append(plan.id()).append("`: ").append(plan.text()).append("\n\n");
    text.append("| action | table | id | description | changes |\n");
    text.append("| --- | --- | --- | --- | --- |\n");
    for (Change change : plan.changes()) {
      text.append("| ")
          .append(change.action().name().toLowerCase(java.util.Locale.ROOT))
          .append(" | ")
          .append(change.table())
          .append(" | ")
          .append(cell(change.id()))
          .append(" | ")
          .append(cell(change.description()))
          .append(" | ")
          .append(cell(columns(change)))
          .append(" |\n");
    }
    if (Boolean.TRUE.equals(plan.truncated())) {
      text.append("\nMore changes are in ConfigMap `").append(plan.configMap()).append("`.\n");
    }
    text.append("\n## SQL\n\n```sql\n");
    text.append(sql.length() <= MAX_SQL ? sql : sql.substring(0, MAX_SQL) + "\n-- …");
    return text.append(sql.endsWith("\n") ? "" : "\n").append("```\n").toString();
  }

  private static String columns(Change change) {
    StringBuilder text = new StringBuilder();
    for (ColumnChange column : change.columns()) {
      text.append(text.isEmpty() ? "" : ", ").append(column.name()).append(": ");
      if (column.oldValue() != null) {
        text.append(cut(column.oldValue())).append(" → ");
      }
      text.append(column.newValue() == null ? "(none)" : cut(column.newValue()));
    }
    if (change.note() != null) {
      text.append(text.isEmpty() ? "" : "; ").append(change.note());
    }
    return text.toString();
  }

  private static String cut(String value) {
    return value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE - 1) + "…";
  }

  private static String cell(String value) {
    return value == null ? "" : value.replace("|", "\\|").replace("\n", " ");
  }
}
