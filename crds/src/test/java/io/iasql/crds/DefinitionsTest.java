package io.iasql.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DefinitionsTest {
  private static final Path FOLDER = Path.of("kubernetes");
  // Helm reads files of the chart's folder only.
  private static final Path CHART = Path.of("../helm/iasql-operator/definitions");
  // Where Maven has put a copy for the jar by the time that tests run.
  private static final Path PACKAGED = Path.of("target/classes/io/iasql/crds");
  private static final boolean UPDATE = !System.getProperty("iasql.crds.update", "").isEmpty();

  @Test
  void committedDefinitionsAreThoseOfTheTypes() throws IOException {
    Map<String, String> generated = DefinitionGenerator.generate();
    if (UPDATE) {
      for (Map.Entry<String, String> file : generated.entrySet()) {
        Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
        Files.writeString(CHART.resolve(file.getKey()), file.getValue());
        Files.writeString(PACKAGED.resolve(file.getKey()), file.getValue());
      }
    }

    for (Path folder : List.of(FOLDER, CHART)) {
      assertThat(committed(folder))
          .as(folder + " is stale; run: mvn install -pl crds -Diasql.crds.update")
          .isEqualTo(generated);
    }
  }

  private static Map<String, String> committed(Path folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.toList()) {
        files.put(path.getFileName().toString(), Files.readString(path));
      }
    }
    return files;
  }
}
