package io.iasql.spi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * A SQL function that needs the cloud and changes it at once. The schema declares it, with {@code
 * iasql.call(name, arguments as text)} in its body, which asks the engine and waits; the engine
 * runs it in a transaction of its own and reads the module's tables anew afterwards.
 */
public interface ModuleFunction {

  /** The function's SQL name, such as {@code access_key_request}. */
  String name();

  /**
   * Runs the function.
   *
   * @param arguments the SQL arguments by position, as text; null for SQL NULL
   * @return the result rows, keyed by output column name
   */
  List<Map<String, JsonNode>> call(AwsScope scope, List<JsonNode> arguments);
}
