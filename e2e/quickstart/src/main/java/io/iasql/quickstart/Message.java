package io.iasql.quickstart;

/**
 * What a keeper tells the process that started it; exactly one part is not null.
 *
 * @param said a line for the reader
 * @param ready all runs
 * @param failed why it does not
 */
record Message(String said, Running ready, String failed) {

  static Message said(String line) {
    return new Message(line, null, null);
  }

  static Message ready(Running running) {
    return new Message(null, running, null);
  }

  static Message failed(String why) {
    return new Message(null, null, why);
  }
}
