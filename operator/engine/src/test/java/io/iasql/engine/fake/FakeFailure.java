package io.iasql.engine.fake;

import io.iasql.spi.CloudFailure;

/** What the fake cloud's client throws. */
public final class FakeFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient CloudFailure failure;

  public FakeFailure(CloudFailure.Kind kind, String code, String message) {
    super(code + ": " + message);
    this.failure = new CloudFailure(kind, code, message, "req-failed");
  }

  public CloudFailure failure() {
    return failure;
  }
}
