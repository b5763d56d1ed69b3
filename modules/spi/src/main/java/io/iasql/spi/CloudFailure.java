package io.iasql.spi;

import java.util.Objects;

/**
 * What went wrong in the cloud, in terms a person can act on and the engine can decide by.
 *
 * @param kind decides whether the call is tried again
 * @param code the service's error code, such as {@code BucketAlreadyExists}, or the exception's
 *     simple name when no service answered
 * @param message the service's own words, without secrets
 * @param requestId AWS's request id, or an empty string when no service answered
 */
public record CloudFailure(Kind kind, String code, String message, String requestId) {

  /** The kinds of failure; each has one consequence. */
  public enum Kind {
    /** The request is wrong and stays wrong: a person must change it. */
    INVALID_INPUT,
    /** The credentials may not do this. */
    DENIED,
    /** The credentials have expired, are missing, or are none that the cloud knows. */
    UNAUTHENTICATED,
    /** The resource is gone or was never there. */
    NOT_FOUND,
    /** Another resource has the name, or the resource is not in a state that allows the call. */
    CONFLICT,
    /** Too many calls; the same call passes later. */
    THROTTLED,
    /** No answer, a 5xx or a broken connection; whether the call took effect is not known. */
    UNAVAILABLE,
    /** A defect of ours. */
    INTERNAL;

    /** Whether the same call may pass later with nobody changing anything. */
    public boolean isTransient() {
      return this == THROTTLED || this == UNAVAILABLE;
    }

    /** Whether the same call may pass later: after an outage, or with renewed credentials. */
    public boolean mayPassLater() {
      return isTransient() || this == UNAUTHENTICATED;
    }
  }

  public CloudFailure {
    Objects.requireNonNull(kind);
    code = Objects.requireNonNullElse(code, "");
    message = Objects.requireNonNullElse(message, "");
    requestId = Objects.requireNonNullElse(requestId, "");
  }

  /** {@code AccessDenied: … (request 7b4c…)}. */
  @Override
  public String toString() {
    String text = code.isEmpty() ? message : code + ": " + message;
    return requestId.isEmpty() || text.contains(requestId)
        ? text
        : text + " (request " + requestId + ")";
  }
}
