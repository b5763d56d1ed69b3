package io.iasql.engine.session;

/** A call that cannot be answered; its message is what the caller reads after {@code Error: }. */
sealed class CallException extends RuntimeException permits UnfinishedException {
  private static final long serialVersionUID = 1L;

  CallException(String message) {
    super(message);
  }
}
