package io.iasql.engine.session;

/**
 * A call that is left before its end. What it asked for goes on without it, so nothing of that may
 * be taken back.
 */
final class UnfinishedException extends CallException {
  private static final long serialVersionUID = 1L;

  UnfinishedException(String message) {
    super(message);
  }
}
