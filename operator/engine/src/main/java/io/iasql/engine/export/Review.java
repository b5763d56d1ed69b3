package io.iasql.engine.export;

import io.iasql.engine.plan.PlanStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A plan and its SQL as Markdown, for a pull request or a chat: the text of {@code
 * iasql_create_review} and of a SqlTransaction's status.
 *
 * @param title the heading
 * @param blocks paragraphs below it, as Markdown: a description, which plan it is
 * @param lines the plan's changes; with none, title and blocks are all there is. Where they say
 *     more than which rows change, the table has a column for it
 * @param more what follows the table, such as where the rest of a long plan is; may be empty
 * @param statements the SQL
 */
public record Review(
    String title, List<String> blocks, List<Line> lines, String more, List<String> statements) {
  private static final int MAX_VALUE = 120;
  private static final int SHORTEST_FENCE = 3;

  public Review {
    blocks = List.copyOf(blocks);
    lines = List.copyOf(lines);
    statements = List.copyOf(statements);
  }

  /**
   * A change of a plan.
   *
   * @param action create, update, replace or delete
   * @param table the table
   * @param id the row's id, or empty
   * @param description what people or AWS know it by
   * @param columns its columns, old and new
   * @param note what a reviewer should know besides, or empty
   * @param dependants what refers to the row, where that is deleted or replaced
   */
  public record Line(
      String action,
      String table,
      String id,
      String description,
      List<Column> columns,
      String note,
      List<String> dependants) {
    public Line {
      columns = List.copyOf(columns);
      dependants = List.copyOf(dependants);
    }

    private String changes() {
      String text =
          columns.stream()
              .filter(c -> c.before().isPresent() || c.after().isPresent())
              .map(Column::text)
              .collect(Collectors.joining(", "));
      String reach = dependants.isEmpty() ? "" : "refers to it: " + String.join(", ", dependants);
      return Stream.of(text, note, reach)
          .filter(t -> !t.isEmpty())
          .collect(Collectors.joining("; "));
    }
  }

  /**
   * A column's change.
   *
   * @param name the column
   * @param before its value before, if it had one
   * @param after its value afterwards, if it has one
   */
  public record Column(String name, Optional<String> before, Optional<String> after) {
    private String text() {
      return name
          + ": "
          + before.map(b -> cut(b) + " → ").orElse("")
          + after.map(Column::cut).orElse("(none)");
    }

    private static String cut(String value) {
      return value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE - 1) + "…";
    }
  }

  /** The review of a plan by its rows alone, as {@code iasql_preview} shows them. */
  public static Review of(
      String title, String description, List<PlanStore.Line> plan, List<String> statements) {
    return new Review(
        title,
        List.of(description),
        plan.stream()
            .map(
                l ->
                    new Line(
                        l.action(), l.table(), l.id(), l.description(), List.of(), "", List.of()))
            .toList(),
        "",
        statements);
  }

  /** The text: blocks with an empty line between them. */
  public String markdown() {
    List<String> text = new ArrayList<>();
    text.add("# " + title);
    text.addAll(blocks);
    if (!lines.isEmpty()) {
      text.add("## IaSQL Preview");
      text.add(table());
      if (!more.isEmpty()) {
        text.add(more);
      }
      text.add("## SQL changes");
      text.add(sql());
    }
    return String.join("\n\n", text);
  }

  private String table() {
    boolean withChanges = lines.stream().anyMatch(l -> !l.changes().isEmpty());
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("action", "table_name", "id", "description", "changes"));
    rows.add(List.of("---", "---", "---", "---", "---"));
    lines.forEach(
        l -> rows.add(List.of(l.action(), l.table(), l.id(), l.description(), l.changes())));
    return rows.stream()
        .map(r -> withChanges ? r : r.subList(0, r.size() - 1))
        .map(r -> r.stream().map(Review::cell).collect(Collectors.joining(" | ", "| ", " |")))
        .collect(Collectors.joining("\n"));
  }

  private static String cell(String value) {
    return value.replace("|", "\\|").replaceAll("\\R", " ");
  }

  /** A fence longer than any in the text: GitHub Flavored Markdown, "Fenced code blocks". */
  private String sql() {
    String sql = String.join("\n\n", statements).stripTrailing();
    int longest = 0;
    int run = 0;
    for (int i = 0; i < sql.length(); i++) {
      run = sql.charAt(i) == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    String fence = "`".repeat(Math.max(SHORTEST_FENCE, longest + 1));
    return fence + "sql\n" + sql + "\n" + fence;
  }
}
