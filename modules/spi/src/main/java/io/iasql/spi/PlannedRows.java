package io.iasql.spi;

import java.util.stream.Stream;

/** The rows of the planned state, for checks that need more than one row. */
public interface PlannedRows {

  /**
   * The planned rows of a table that refer to the same row as a reference of the record under
   * check.
   *
   * @param type the table's record type
   * @param target a record that was reached through a reference of the record under check, the very
   *     instance
   * @return the rows, the one under check included when it is of this type
   */
  <T extends Record> Stream<T> referringTo(Class<T> type, Record target);
}
