package io.iasql.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every resource that a release took is taken by the definitions of today. */
class CompatibilityTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Path RELEASED = Path.of("src/test/resources/released");
  private static final Path NOW = Path.of("kubernetes");

  static List<Path> released() throws IOException {
    try (Stream<Path> files = Files.walk(RELEASED)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("released")
  void shouldTakeWhatAnEarlierReleaseTook(Path definition) throws IOException {
    assertThat(
            Compatibility.breaks(
                YAML.readTree(definition.toFile()),
                YAML.readTree(NOW.resolve(definition.getFileName()).toFile())))
        .isEmpty();
  }

  @Test
  void shouldLookAtEveryKind() throws IOException {
    assertThat(released()).hasSizeGreaterThanOrEqualTo(CustomResources.TYPES.size());
  }

  /** So that the test above can fail. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {type: string}                 | {type: integer}                | v1.a: type was "string", is "integer"
          {type: string}                 | {type: string, maxLength: 9}   | v1.a: maxLength was null, is 9
          {type: string, maxLength: 10}  | {type: string, maxLength: 9}   | v1.a: maxLength was 10, is 9
          {type: integer, minimum: 1}    | {type: integer, minimum: 2}    | v1.a: minimum was 1, is 2
          {type: string, enum: [x, y]}   | {type: string, enum: [x, z]}   | v1.a no longer takes "y"
          {type: string}                 | {type: string, enum: [x]}      | v1.a takes some values only
          {type: string}                 | {type: string, pattern: "^x"}  | v1.a: pattern was null, is "^x"
          {properties: {b: {}}}          | {properties: {}}               | v1.a.b is gone
          {items: {type: string}}        | {items: {type: integer}}       | v1.a.items: type was "string", is "integer"
          {properties: {}}               | {properties: {}, required: [c]} | v1.a demands "c"
          """)
  void shouldSeeWhatBreaks(String released, String now, String said) throws IOException {
    assertThat(Compatibility.breaks(definition(released), definition(now))).containsExactly(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {type: string, maxLength: 10}  | {type: string, maxLength: 11}
          {type: string, enum: [x]}      | {type: string, enum: [x, y]}
          {properties: {b: {}}}          | {properties: {b: {}, c: {type: string}}}
          {properties: {}}               | {properties: {c: {default: 1}}, required: [c]}
          {properties: {}, required: [c]} | {properties: {}}
          """)
  void shouldAllowWhatIsWider(String released, String now) throws IOException {
    assertThat(Compatibility.breaks(definition(released), definition(now))).isEmpty();
  }

  @Test
  void shouldSeeAVersionThatIsNoLongerServed() throws IOException {
    JsonNode now =
        YAML.readTree("{spec: {versions: [{name: v1, served: false}, {name: v2, served: true}]}}");

    assertThat(Compatibility.breaks(definition("{}"), now))
        .containsExactly("v1 is no longer served");
  }

  private static JsonNode definition(String property) throws IOException {
    return YAML.readTree(
        "{spec: {versions: [{name: v1, served: true, schema: {openAPIV3Schema: {properties: {a: "
            + property
            + "}}}}]}}");
  }
}
