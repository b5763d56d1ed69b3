package io.iasql.engine.session;

import java.util.List;

/**
 * A call of a SQL function that waits for the engine's answer.
 *
 * @param id its number
 * @param function the function's name
 * @param arguments its arguments as text; null for SQL NULL
 * @param caller the login that calls
 */
record Call(long id, String function, List<String> arguments, String caller) {

  /** An argument, or null when it is NULL or not given. */
  String argument(int position) {
    return position < arguments.size() ? arguments.get(position) : null;
  }
}
