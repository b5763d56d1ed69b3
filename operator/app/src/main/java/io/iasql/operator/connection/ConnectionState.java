package io.iasql.operator.connection;

import io.iasql.operator.connection.Verification.Failed;
import io.iasql.operator.connection.Verification.Verified;
import io.iasql.operator.status.Reason;
import io.iasql.spi.CloudFailure;
import java.util.Optional;

/**
 * A connection in the terms of its status.
 *
 * @param ready whether AWS confirmed the account
 * @param stalled whether a person must mend something
 * @param reason for conditions and events
 * @param message for people
 * @param verified what AWS confirmed, when it is ready
 */
record ConnectionState(
    boolean ready, boolean stalled, Reason reason, String message, Optional<Verified> verified) {

  static ConnectionState verifying() {
    return new ConnectionState(
        false, false, Reason.VERIFYING, "Asking AWS for the account.", Optional.empty());
  }

  static ConnectionState missingCredentials(String message) {
    return stalled(Reason.CREDENTIALS_MISSING, message);
  }

  static ConnectionState of(Verification verification) {
    if (verification instanceof Verified verified) {
      return new ConnectionState(
          true,
          false,
          Reason.ACCOUNT_CONFIRMED,
          "STS confirmed account %s.".formatted(verified.accountId()),
          Optional.of(verified));
    }
    return failed(((Failed) verification).failure());
  }

  private static ConnectionState failed(CloudFailure failure) {
    return switch (failure.kind()) {
      case UNAVAILABLE -> waiting(Reason.ENDPOINT_UNREACHABLE, failure);
      case THROTTLED -> waiting(Reason.THROTTLED, failure);
      case DENIED, UNAUTHENTICATED -> stalled(denied(failure.code()), failure.toString());
      case INVALID_INPUT, NOT_FOUND, CONFLICT ->
          stalled(Reason.INVALID_SETTINGS, failure.toString());
      case INTERNAL -> stalled(Reason.INTERNAL_ERROR, failure.toString());
    };
  }

  private static Reason denied(String code) {
    return switch (code) {
      case "WrongAccount" -> Reason.WRONG_ACCOUNT;
      case "NoCredentials" -> Reason.CREDENTIALS_MISSING;
      default -> Reason.CREDENTIALS_REJECTED;
    };
  }

  private static ConnectionState waiting(Reason reason, CloudFailure failure) {
    return new ConnectionState(
        false, false, reason, failure + ". It is tried again.", Optional.empty());
  }

  private static ConnectionState stalled(Reason reason, String message) {
    return new ConnectionState(false, true, reason, message, Optional.empty());
  }
}
