package io.iasql.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What others wrote, made fit for a terminal. A name that moves the cursor or turns the direction
 * of writing could hide from a reviewer what is approved.
 */
final class Text {
  private static final Pattern UNSEEN =
      Pattern.compile(
          "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\u2028\\u2029&&[^\\n]]", Pattern.UNICODE_CHARACTER_CLASS);

  private Text() {}

  /** As it is, but for characters that cannot be seen, which are spelt out. Lines stay. */
  static String safe(String text) {
    return text == null
        ? ""
        : UNSEEN
            .matcher(text.replace("\r\n", "\n"))
            .replaceAll(
                match ->
                    match
                        .group()
                        .codePoints()
                        .mapToObj("\\\\u{%x}"::formatted)
                        .collect(Collectors.joining()));
  }

  /** The same in one line: what breaks lines is spelt out, too, so that no two texts look alike. */
  static String line(String text) {
    return text == null
        ? ""
        : safe(text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t"));
  }

  /** {@code AWAITING_APPROVAL} as the status has it: {@code AwaitingApproval}. */
  static String camel(Enum<?> constant) {
    return Arrays.stream(constant.name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining());
  }
}
