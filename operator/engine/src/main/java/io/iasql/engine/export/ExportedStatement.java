package io.iasql.engine.export;

import java.util.List;

/**
 * A statement of an export with what must be true where it runs.
 *
 * @param sql the text, with comments before it, ending in a semicolon
 * @param table the table it writes to
 * @param row a number for the row it writes to, the same in all statements about it
 * @param name what people know the row by
 * @param arrival for an INSERT, how a row like the new one is found; null else
 * @param references the other rows that the text names, those within others' names first; for an
 *     UPDATE or DELETE the row itself is the last of them
 */
public record ExportedStatement(
    String sql, String table, int row, String name, Arrival arrival, List<Reference> references) {

  public ExportedStatement {
    references = List.copyOf(references);
  }

  /**
   * How a row like an inserted one is found.
   *
   * @param condition what is true of it, as SQL; {@code true} when nothing tells it apart
   * @param like how many others like it the text has made, or found, before
   */
  public record Arrival(String condition, int like) {}

  /**
   * A row that must be there, once.
   *
   * @param row its number, or 0 for one that is named by its key alone
   * @param table its table
   * @param column the column whose value is taken, or an empty string for the row alone
   * @param condition what is true of it and of no other, as SQL; empty when nothing is known by
   *     which it could be found
   * @param name what people know it by
   */
  public record Reference(int row, String table, String column, String condition, String name) {}
}
