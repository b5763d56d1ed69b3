package io.iasql.engine;

import java.util.List;

/**
 * The transaction cannot be planned or committed as it is written; a person must change it. Nothing
 * has been changed anywhere.
 */
public final class InvalidTransactionException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 20;

  private final List<String> problems;

  public InvalidTransactionException(List<String> problems) {
    this(problems, null);
  }

  public InvalidTransactionException(List<String> problems, Throwable cause) {
    super(message(problems), cause);
    this.problems = List.copyOf(problems);
  }

  /** Each problem as a sentence that names the row or the statement; at least one. */
  public List<String> problems() {
    return problems;
  }

  private static String message(List<String> problems) {
    String shown = String.join("\n", problems.subList(0, Math.min(SHOWN, problems.size())));
    return problems.size() <= SHOWN
        ? shown
        : shown + "\n… and " + (problems.size() - SHOWN) + " more problems";
  }
}
