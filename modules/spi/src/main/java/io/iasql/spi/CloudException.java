package io.iasql.spi;

import java.util.Objects;

/** A failure in the cloud, already described. */
public final class CloudException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient CloudFailure failure;

  public CloudException(CloudFailure failure, Throwable cause) {
    super(failure.toString(), cause);
    this.failure = Objects.requireNonNull(failure);
  }

  /** What happened, and whether it passes by itself. */
  public CloudFailure failure() {
    return failure;
  }
}
