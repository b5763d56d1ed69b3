package io.iasql.engine.replicate;

import java.util.List;

/**
 * A row that the other environment must have, once, and has not; or one that it must not have, and
 * has.
 *
 * @param table its table
 * @param name what people know it by
 * @param neededBy the row that needs it, or why it is in the way
 * @param suggestions what to do, or what may be meant
 */
public record Unmapped(String table, String name, String neededBy, List<String> suggestions) {
  public Unmapped {
    suggestions = List.copyOf(suggestions);
  }
}
