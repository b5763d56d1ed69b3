package io.iasql.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"\u001b[2K", "\b", "\r", "\u0007", "\u009b", "\u202e", "\u200b", "\ufeff"})
  void shouldSpellOutWhatMovesOrHides(String unseen) {
    assertThat(Text.safe("a" + unseen + "b"))
        .startsWith("a\\u{%x}".formatted(unseen.codePointAt(0)))
        .endsWith("b")
        .doesNotContain(unseen);
  }

  @Test
  void shouldLeaveWhatPeopleWrite() {
    String text = "Bücket für 日本 – ± ✓ $1 \\ {x}";

    assertThat(Text.safe(text)).isEqualTo(text);
    assertThat(Text.safe("one\r\ntwo\n")).isEqualTo("one\ntwo\n");
  }

  @Test
  void shouldShowLinesInOneLine() {
    assertThat(Text.line("{\n\t\"a\": 1\r\n}")).isEqualTo("{\\n\\t\"a\": 1\\r\\n}");
    assertThat(Text.line(null)).isEmpty();
  }
}
