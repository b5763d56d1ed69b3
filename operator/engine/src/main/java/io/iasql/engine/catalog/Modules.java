package io.iasql.engine.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Companion;
import io.iasql.spi.Ownership;
import io.iasql.spi.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/**
 * All modules of the product, dependencies first. Immutable; built once.
 *
 * <p>Building it fails when two modules share a name or a table, or a dependency is missing or
 * cyclic: such a product must not start.
 */
public final class Modules {
  private final Map<String, CloudModule> byName = new LinkedHashMap<>();
  private final Map<String, CloudResource<?>> byTable = new LinkedHashMap<>();
  private final Map<Class<?>, CloudResource<?>> byType = new HashMap<>();
  private final Map<String, String> moduleOfTable = new HashMap<>();

  public Modules(Collection<? extends CloudModule> modules) {
    Map<String, CloudModule> given = new TreeMap<>();
    for (CloudModule module : modules) {
      if (given.put(module.name(), module) != null) {
        throw new IllegalStateException("two modules are called " + module.name());
      }
    }
    given.keySet().forEach(name -> add(name, given, new LinkedHashSet<>()));
    byName.values().forEach(this::register);
  }

  /** The modules on the class path. */
  public static Modules discover() {
    return new Modules(
        ServiceLoader.load(CloudModule.class).stream().map(ServiceLoader.Provider::get).toList());
  }

  private void add(String name, Map<String, CloudModule> given, Set<String> path) {
    if (byName.containsKey(name)) {
      return;
    }
    CloudModule module = given.get(name);
    if (module == null) {
      throw new IllegalStateException("module " + name + " is needed by " + path + " and missing");
    }
    if (!path.add(name)) {
      throw new IllegalStateException("modules depend on each other: " + path + " and " + name);
    }
    module.dependencies().stream().sorted().forEach(d -> add(d, given, path));
    path.remove(name);
    byName.put(name, module);
  }

  private void register(CloudModule module) {
    for (CloudResource<?> resource : module.resources()) {
      Table table = resource.type().getAnnotation(Table.class);
      if (table == null) {
        throw new IllegalStateException(resource.type() + " has no @Table");
      }
      if (byTable.put(table.value(), resource) != null) {
        throw new IllegalStateException("two modules claim table " + table.value());
      }
      byType.put(resource.type(), resource);
      moduleOfTable.put(table.value(), module.name());
    }
  }

  /** Names of all modules, dependencies first. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** The module of this name. */
  public Optional<CloudModule> module(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /**
   * The given modules and all they depend on, dependencies first.
   *
   * @throws IllegalArgumentException when a name is unknown; the message names it and the nearest
   */
  public List<CloudModule> closure(Collection<String> names) {
    Set<String> wanted = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(names);
    while (!open.isEmpty()) {
      String name = open.remove(open.size() - 1);
      CloudModule module = byName.get(name);
      if (module == null) {
        throw new IllegalArgumentException(
            "module " + name + " does not exist; the modules are " + String.join(", ", names()));
      }
      if (wanted.add(name)) {
        open.addAll(module.dependencies());
      }
    }
    return byName.values().stream().filter(m -> wanted.contains(m.name())).toList();
  }

  /** The resource behind a table. */
  public Optional<CloudResource<?>> resource(String table) {
    return Optional.ofNullable(byTable.get(table));
  }

  /** The shape of a table's resource; the table must be one of a module. */
  public Shape shape(String table) {
    return Shape.of(resource(table).orElseThrow().type());
  }

  /** The resource behind a table, if those of its kind come along with resources of this type. */
  public Optional<Companion<?>> companion(String table, Class<? extends Record> parent) {
    return byTable.get(table) instanceof Companion<?> companion
            && companion.parents().contains(parent)
        ? Optional.of(companion)
        : Optional.empty();
  }

  /** Whose a resource is that the cloud has like this. */
  public static <R extends Record> Ownership ownership(
      CloudResource<R> resource, ObjectNode image) {
    return resource.ownership(Json.to(image, resource.type()));
  }

  /** The resource whose record is of this type. */
  public CloudResource<?> resource(Class<? extends Record> type) {
    CloudResource<?> resource = byType.get(type);
    if (resource == null) {
      throw new IllegalStateException("no module has a resource of " + type);
    }
    return resource;
  }

  /** The name of the module that owns a table. */
  public String moduleOf(String table) {
    return moduleOfTable.get(table);
  }
}
