package io.iasql.operator.status;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Why a condition is as it is, and what an event is about: one word for machines. */
public enum Reason {
  /** AWS has not answered yet. */
  VERIFYING,
  /** STS named the account of the spec. */
  ACCOUNT_CONFIRMED,
  /** STS named another account. */
  WRONG_ACCOUNT,
  /** There are no credentials to be found. */
  CREDENTIALS_MISSING,
  /** AWS does not take the credentials, or they may not do what is needed. */
  CREDENTIALS_REJECTED,
  /** No answer from AWS. */
  ENDPOINT_UNREACHABLE,
  /** AWS asks for patience. */
  THROTTLED,
  /** The spec cannot be right. */
  INVALID_SETTINGS,
  /** A defect of the operator. */
  INTERNAL_ERROR,
  /** The database is on its way. */
  DATABASE_STARTING,
  /** The database can be connected to. */
  DATABASE_READY,
  /** The Secret with the database's login is not there or not complete. */
  DATABASE_SECRET_MISSING,
  /** The database could not be made. */
  DATABASE_FAILED;

  private final String text =
      Arrays.stream(name().split("_"))
          .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
          .collect(Collectors.joining());

  /** {@code WrongAccount}, as conditions and events have it. */
  @Override
  public String toString() {
    return text;
  }
}
