package io.iasql.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.ReflectionSupport;

/** Nothing is left out here: no module of the product, no resource of a module. */
class EveryResourceTest {
  /** What the connection says, not what AWS has: nobody makes or changes it there. */
  private static final Set<String> OF_THE_CONNECTION = Set.of("aws_regions", "aws_credentials");

  private final Modules modules = Modules.discover();

  @Test
  void everyModuleIsOnTheClassPath() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("../../modules"))) {
      assertThat(modules.names())
          .containsExactlyInAnyOrderElementsOf(
              folders
                  .map(folder -> folder.getFileName().toString().replace('-', '_'))
                  .filter(name -> name.startsWith("aws_"))
                  .toList());
    }
  }

  @Test
  void everyResourceHasAContract() {
    Set<String> checked =
        ReflectionSupport.findAllClassesInPackage(
                "io.iasql.aws", ResourceContract.class::isAssignableFrom, name -> true)
            .stream()
            .map(type -> ((ResourceContract) ReflectionSupport.newInstance(type)).table())
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> all =
        modules.names().stream()
            .flatMap(name -> modules.module(name).orElseThrow().resources().stream())
            .map(resource -> Shape.of(resource.type()).table())
            .filter(table -> !OF_THE_CONNECTION.contains(table))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(checked).isEqualTo(all);
  }
}
