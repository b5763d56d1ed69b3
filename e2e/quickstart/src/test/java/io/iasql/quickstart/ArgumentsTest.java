package io.iasql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.quickstart.Arguments.Action;
import io.iasql.quickstart.Arguments.InvalidException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

  @Test
  void shouldKeepAllRunningOnlyOnTerminalByDefault() throws InvalidException {
    assertThat(Arguments.parse(List.of(), true).keep()).isTrue();
    assertThat(Arguments.parse(List.of(), false).keep()).isFalse();
    assertThat(Arguments.parse(List.of("--no-keep"), true).keep()).isFalse();
    assertThat(Arguments.parse(List.of("--keep"), false).keep()).isTrue();
  }

  @Test
  void shouldReadValuesAfterBlankAndAfterEqualsSign() throws InvalidException {
    Arguments arguments =
        Arguments.parse(
            List.of(
                "-f", "my manifests", "--kubeconfig=k.yaml", "--aws-endpoint", "http://[::1]:4566"),
            false);

    assertThat(arguments.action()).isEqualTo(Action.RUN);
    assertThat(arguments.manifests()).contains(Path.of("my manifests"));
    assertThat(arguments.kubeconfig()).contains(Path.of("k.yaml"));
    assertThat(arguments.awsEndpoint()).contains(URI.create("http://[::1]:4566"));
  }

  @Test
  void shouldTakeASampleByItsName() throws InvalidException {
    assertThat(Arguments.parse(List.of("--sample", "replicate"), false).sample())
        .contains("replicate");
    assertThat(Arguments.parse(List.of(), false).sample()).isEmpty();
  }

  @Test
  void shouldSayWhatIsWrong() {
    assertThatThrownBy(() -> Arguments.parse(List.of("-f", "mine", "--sample", "replicate"), false))
        .isInstanceOf(InvalidException.class)
        .hasMessage("-f and --sample exclude each other.");
    assertThatThrownBy(() -> Arguments.parse(List.of("--fast"), false))
        .isInstanceOf(InvalidException.class)
        .hasMessage("There is no option --fast.");
    assertThatThrownBy(() -> Arguments.parse(List.of("-f"), false))
        .isInstanceOf(InvalidException.class)
        .hasMessage("-f needs a value.");
    assertThatThrownBy(() -> Arguments.parse(List.of("--aws-endpoint", "localhost:4566"), false))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("http://127.0.0.1:4566");
  }
}
