package io.iasql.spi;

import java.util.Objects;

/**
 * Marks the tries of one action as one: the same for every try, different for every action.
 *
 * @param value 1 to 64 ASCII letters, digits and hyphens, valid as a client token of every AWS API
 */
public record IdempotencyToken(String value) {

  /** The tag that marks a resource at creation where the API takes no client token. */
  public static final String TAG = "iasql:token";

  public IdempotencyToken {
    Objects.requireNonNull(value);
    if (!value.matches("[A-Za-z0-9-]{1,64}")) {
      throw new IllegalArgumentException("not a token: " + value);
    }
  }
}
