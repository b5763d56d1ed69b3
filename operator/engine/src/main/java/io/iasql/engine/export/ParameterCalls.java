package io.iasql.engine.export;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How SQL asks for values that stand in no text. */
public final class ParameterCalls {
  /** The function that gives a parameter's value while a transaction's SQL runs. */
  private static final String FUNCTION = "iasql_parameter";

  private static final Pattern CALL = Pattern.compile(FUNCTION + "\\('([a-z0-9_]+)'\\)");

  private ParameterCalls() {}

  static String call(String name) {
    return FUNCTION + "('" + name + "')";
  }

  /** The text with each parameter's name in its value's place: for trying it without values. */
  public static String withoutValues(String sql) {
    return CALL.matcher(sql).replaceAll(m -> Matcher.quoteReplacement("'" + m.group(1) + "'"));
  }

  /** The names of the parameters that a text asks for, in their order. */
  public static List<String> of(String sql) {
    return CALL.matcher(sql).results().map(m -> m.group(1)).distinct().toList();
  }
}
