package io.iasql.spi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A SQL function that needs the cloud. The schema declares it; the engine runs it when it is
 * called.
 */
public interface ModuleFunction {

  /** The function's SQL name, such as {@code access_key_request}. */
  String name();

  /**
   * Runs the function.
   *
   * @param arguments the SQL arguments by position; null for SQL NULL
   * @return the result rows, keyed by output column name
   */
  List<Map<String, JsonNode>> call(AwsScope scope, List<JsonNode> arguments);
}
