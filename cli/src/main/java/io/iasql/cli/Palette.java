package io.iasql.cli;

/** The colours of a terminal, or none. */
enum Palette {
  /** ANSI colours, as every terminal shows them. */
  COLOURED,
  /** Text alone; the signs + ~ ± - say the same. */
  PLAIN;

  /** What a piece of text is. */
  enum Ink {
    ADDED("32"),
    CHANGED("33"),
    REPLACED("35"),
    REMOVED("31"),
    STRONG("1"),
    FAINT("2");

    private final String code;

    Ink(String code) {
      this.code = code;
    }
  }

  String paint(Ink ink, String text) {
    return this == PLAIN || text.isEmpty() ? text : "\033[" + ink.code + "m" + text + "\033[0m";
  }
}
