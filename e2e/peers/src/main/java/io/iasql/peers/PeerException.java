package io.iasql.peers;

/** A peer cannot be had, or failed: the message says what is missing and the remedy. */
public final class PeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PeerException(String message) {
    super(message);
  }

  PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
