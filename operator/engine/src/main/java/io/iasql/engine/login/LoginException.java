package io.iasql.engine.login;

/** People cannot get their logins before a person has mended something; the message says what. */
public final class LoginException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LoginException(String message, Throwable cause) {
    super(message, cause);
  }
}
