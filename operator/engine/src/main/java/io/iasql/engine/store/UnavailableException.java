package io.iasql.engine.store;

/** PostgreSQL or AWS cannot be reached now; the same request passes later. */
public final class UnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
