package io.iasql.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTest {

  @Test
  void namesThatFitStayAsTheyAre() {
    assertThat(Sql.fitting("infra.staging.alice")).isEqualTo("infra.staging.alice");
    assertThat(Sql.fitting("n".repeat(63))).isEqualTo("n".repeat(63));
  }

  @ParameterizedTest
  @ValueSource(strings = {"n", "ö", "𝕏"})
  void longNamesAreCutAtACharacterAndStayApart(String letter) {
    String one = Sql.fitting(letter.repeat(70) + ".one");
    String two = Sql.fitting(letter.repeat(70) + ".two");

    assertThat(one).isNotEqualTo(two).startsWith(letter.repeat(46 / utf8(letter).length) + ".");
    assertThat(utf8(one).length).isBetween(60, 63);
    assertThat(new String(utf8(one), StandardCharsets.UTF_8)).isEqualTo(one);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
