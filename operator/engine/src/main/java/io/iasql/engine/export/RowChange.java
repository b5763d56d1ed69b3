package io.iasql.engine.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.plan.Plan;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happens to one row, without anything that differs from one account to the next: others are
 * named by what people chose for them. The same change in two environments gives equal identities
 * and columns.
 *
 * @param kind what happens; a replacement where a column is set that cannot be changed in place
 * @param table the table
 * @param name what people know the row by
 * @param identity the same as canonical JSON
 * @param columns what is written; write-only values as {@link #HIDDEN}; empty for a deletion
 * @param row the row as this environment has it afterwards, or before a deletion
 */
public record RowChange(
    Plan.Kind kind,
    String table,
    String name,
    JsonNode identity,
    Map<String, JsonNode> columns,
    ObjectNode row) {

  /** What stands for a value that is never shown. */
  public static final String HIDDEN = "(write-only)";

  public RowChange {
    columns = new TreeMap<>(columns);
  }
}
