package io.iasql.operator.connection;

import io.iasql.spi.CloudFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What came of asking AWS about a connection. */
sealed interface Verification {

  /** When it was asked. */
  Instant at();

  /**
   * STS named the right account.
   *
   * @param accessKey the key in use, shortened, where there is one
   */
  record Verified(Instant at, String accountId, List<String> regions, Optional<String> accessKey)
      implements Verification {}

  /**
   * It did not work.
   *
   * @param tries how many times in a row
   */
  record Failed(Instant at, CloudFailure failure, int tries) implements Verification {}
}
