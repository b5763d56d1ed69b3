package io.iasql.engine.session;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.commit.Pending;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.Sql;
import io.iasql.engine.sync.DriftPolicy;
import io.iasql.engine.sync.Importer;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudModule;
import io.iasql.spi.ModuleFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jdbi.v3.core.Jdbi;

/** Modules as people handle them in psql, and the functions that modules bring. */
final class ModuleCalls {
  private final EngineContext context;
  private final Jdbi jdbi;
  private final Installer installer;
  private final Importer importer;
  private final BooleanSupplier automatic;
  private final Supplier<Set<String>> required;

  /**
   * @param automatic whether every plan is approved
   * @param required the modules that the environment is declared with
   */
  ModuleCalls(
      EngineContext context,
      Installer installer,
      Importer importer,
      BooleanSupplier automatic,
      Supplier<Set<String>> required) {
    this.context = context;
    this.jdbi = Jdbis.over(context.database().pool());
    this.installer = installer;
    this.importer = importer;
    this.automatic = automatic;
    this.required = required;
  }

  /** Every module of the product. */
  JsonNode list() {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (String name : context.modules().names()) {
      ObjectNode row = rows.addObject();
      row.put("module_name", name).put("module_version", Installer.VERSION);
      ArrayNode dependencies = row.putArray("dependencies");
      module(name).dependencies().forEach(d -> dependencies.add(versioned(d)));
    }
    return rows;
  }

  private CloudModule module(String name) {
    return context.modules().module(name).orElseThrow();
  }

  private static String versioned(String name) {
    return name + "@" + Installer.VERSION;
  }

  /** Installs, and reads what is new. */
  JsonNode install(List<String> arguments) {
    List<String> names = names(arguments, true);
    List<String> added = installer.install(names);
    Set<String> tables = new TreeSet<>();
    jdbi.useHandle(h -> added.forEach(m -> tables.addAll(Installer.tables(h, m))));
    if (!tables.isEmpty()) {
      importer.sync(tables, DriftPolicy.ACCEPT);
    }
    return tables(names, "created_table_name");
  }

  /** Takes modules out. */
  JsonNode uninstall(List<String> arguments) {
    List<String> names = names(arguments, false);
    Set<String> installed = new LinkedHashSet<>(jdbi.withHandle(Installer::installed));
    names.retainAll(installed);
    if (jdbi.withHandle(Pending::any)) {
      throw new CallException(
          "people have written rows that are not committed; commit them or roll them back first");
    }
    for (String name : names) {
      if (context.modules().closure(required.get()).stream().anyMatch(m -> m.name().equals(name))) {
        throw new CallException(
            "Cannot uninstall "
                + versioned(name)
                + ": the Environment asks for it in spec.modules; take it out there first");
      }
      for (String other : installed) {
        if (!names.contains(other) && module(other).dependencies().contains(name)) {
          throw new CallException(
              "Cannot uninstall "
                  + versioned(name)
                  + " as "
                  + versioned(other)
                  + " still depends on one or more of them");
        }
      }
    }
    JsonNode rows = tables(names, "dropped_table_name");
    installer.uninstall(names);
    return rows;
  }

  private List<String> names(List<String> arguments, boolean suggest) {
    Set<String> names = new LinkedHashSet<>();
    List<String> unknown = new ArrayList<>();
    List<String> suggestions = new ArrayList<>();
    for (String argument : arguments) {
      String text = argument == null ? "" : argument;
      int at = text.indexOf('@');
      String name = at < 0 ? text : text.substring(0, at);
      String version = at < 0 ? Installer.VERSION : text.substring(at + 1);
      if (context.modules().module(name).isPresent() && version.equals(Installer.VERSION)) {
        names.add(name);
      } else if (!name.startsWith("iasql_")) {
        unknown.add(name + "@" + version);
        suggestions.add(versioned(nearest(name)));
      }
    }
    if (!unknown.isEmpty()) {
      throw new CallException(
          "The following modules do not exist: "
              + String.join(", ", unknown)
              + (suggest ? ". Did you mean: " + String.join(", ", suggestions) : ""));
    }
    if (arguments.isEmpty()) {
      throw new CallException("name at least one module; iasql_modules_list() has them all");
    }
    return new ArrayList<>(names);
  }

  private String nearest(String name) {
    return context.modules().names().stream()
        .min(
            Comparator.comparing(
                known -> LevenshteinDistance.getDefaultInstance().apply(known, name)))
        .orElseThrow();
  }

  /** One row for each table, as the original counted. */
  private JsonNode tables(List<String> names, String column) {
    return jdbi.withHandle(
        h -> {
          ArrayNode rows = JsonNodeFactory.instance.arrayNode();
          for (String name : names) {
            for (String table : Installer.tables(h, name)) {
              rows.addObject()
                  .put("module_name", versioned(name))
                  .put(column, table)
                  .put(
                      "record_count",
                      h.createQuery("SELECT count(*) FROM public." + Sql.quote(table))
                          .mapTo(Integer.class)
                          .one());
            }
          }
          return rows;
        });
  }

  /** The function of an installed module. */
  Optional<ModuleFunction> function(String name) {
    Set<String> installed = new HashSet<>(jdbi.withHandle(Installer::installed));
    return installed.stream()
        .flatMap(m -> module(m).functions().stream())
        .filter(f -> f.name().equals(name))
        .findFirst();
  }

  /** Runs a module's function, and reads the module's tables anew. */
  JsonNode call(ModuleFunction function, List<String> arguments) {
    if (!automatic.getAsBoolean()) {
      throw new CallException(
          function.name()
              + "() changes AWS at once, and plans of this environment wait for approval; it can be"
              + " called where spec.approval is Automatic");
    }
    context
        .guardRoom()
        .guards()
        .windows()
        .commitClosed(context.clock().instant())
        .ifPresent(
            closed -> {
              throw new CallException(
                  function.name() + "() changes AWS at once, and not now: " + closed);
            });
    AwsScope scope = context.scope();
    List<JsonNode> values = new ArrayList<>();
    arguments.forEach(a -> values.add(a == null ? null : TextNode.valueOf(a)));
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    context
        .call(scope, () -> function.call(scope, values))
        .forEach(row -> rows.addObject().setAll(row));
    String module =
        context.modules().names().stream()
            .filter(
                m -> module(m).functions().stream().anyMatch(f -> f.name().equals(function.name())))
            .findFirst()
            .orElseThrow();
    importer.sync(
        Set.copyOf(jdbi.withHandle(h -> Installer.tables(h, module))), DriftPolicy.ACCEPT);
    return rows;
  }
}
