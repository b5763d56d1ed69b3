package io.iasql.peers;

/** Where peers say what they took and what they are waiting for, line by line. */
@FunctionalInterface
public interface Narrator {

  void say(String line);

  /** Speaks to standard error. */
  static Narrator toStandardError() {
    return System.err::println;
  }
}
