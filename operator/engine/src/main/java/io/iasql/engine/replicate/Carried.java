package io.iasql.engine.replicate;

import io.iasql.engine.export.AdaptedExport;
import io.iasql.engine.export.ExportedStatement;
import io.iasql.engine.export.ParameterCalls;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a committed transaction did, as SQL for another environment. Immutable. */
public final class Carried {
  private final AdaptedExport export;
  private final Map<String, String> modules;
  private final Map<String, Integer> actions;
  private final Translation translation;

  /**
   * @param modules the module of each table of the source
   * @param actions how often the plan that was committed did what to which table: {@code replace
   *     bucket} and a number; empty when that plan is no longer known
   * @param translation how rows were translated
   */
  Carried(
      AdaptedExport export,
      Map<String, String> modules,
      Map<String, Integer> actions,
      Translation translation) {
    this.export = export;
    this.modules = Map.copyOf(modules);
    this.actions = Map.copyOf(actions);
    this.translation = translation;
  }

  AdaptedExport export() {
    return export;
  }

  Map<String, String> modules() {
    return modules;
  }

  Map<String, Integer> actions() {
    return actions;
  }

  Translation translation() {
    return translation;
  }

  /** Whether there is nothing to be done in the other environment. */
  public boolean isEmpty() {
    return export.statements().isEmpty();
  }

  /** The SQL. */
  public String sql() {
    return export.statements().stream()
        .map(ExportedStatement::sql)
        .collect(Collectors.joining("\n\n"));
  }

  /** The parameters for values that are stored nowhere. */
  public List<String> parameters() {
    return ParameterCalls.of(sql());
  }
}
