package io.iasql.engine.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * What is otherwise in the environment in which exported text is to run. Rows are asked about as
 * this environment has them.
 */
public interface Adaptation {
  /** An environment in which everything is called and set as here. */
  Adaptation NONE = new Adaptation() {};

  /** The row as it is, or is to be, there. The given one stays as it is. */
  default ObjectNode told(String table, ObjectNode row) {
    return row;
  }

  /** Whether the text says nothing about the row. */
  default boolean leavesOut(String table, ObjectNode row) {
    return false;
  }

  /**
   * The columns by which the row is known there, when another row is meant that is there already.
   */
  default Optional<List<String>> nameOf(String table, ObjectNode row) {
    return Optional.empty();
  }

  /** Whether rows of a table may be called otherwise there. */
  default boolean renames(String table) {
    return false;
  }

  /** The default region there, when it may be another one than here. */
  default Optional<String> defaultRegion() {
    return Optional.empty();
  }

  /**
   * The parameter that holds a write-only value there; empty when such values are left out.
   *
   * @param told the row as it is to be there
   */
  default Optional<String> parameter(String table, ObjectNode told, String column) {
    return Optional.empty();
  }
}
