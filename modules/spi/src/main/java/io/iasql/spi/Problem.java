package io.iasql.spi;

import java.util.Objects;

/**
 * Why a desired resource cannot be.
 *
 * @param column the column at fault, in snake case, or an empty string for the whole row
 * @param message what is wrong and what would be right, as a sentence
 */
public record Problem(String column, String message) {
  public Problem {
    Objects.requireNonNull(column);
    Objects.requireNonNull(message);
  }
}
