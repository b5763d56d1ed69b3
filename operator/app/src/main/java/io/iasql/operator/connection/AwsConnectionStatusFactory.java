package io.iasql.operator.connection;

import io.iasql.crds.AwsConnection;
import io.iasql.crds.AwsConnectionStatus;
import io.iasql.crds.Condition;
import io.iasql.operator.connection.Verification.Verified;
import io.iasql.operator.status.Conditions;
import io.iasql.operator.status.Reason;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Says in a status what a connection is like. */
final class AwsConnectionStatusFactory {
  private final Clock clock;

  AwsConnectionStatusFactory(Clock clock) {
    this.clock = clock;
  }

  /** The status that follows on the one that the connection has; facts once confirmed stay. */
  AwsConnectionStatus status(AwsConnection connection, ConnectionState state) {
    Optional<AwsConnectionStatus> before = Optional.ofNullable(connection.getStatus());
    long generation = connection.getMetadata().getGeneration();
    List<Condition> conditions =
        Conditions.following(conditions(before), generation, clock)
            .set(
                Conditions.READY,
                state.ready() ? Condition.Status.TRUE : Condition.Status.FALSE,
                state.reason(),
                state.message())
            .setIf(
                !state.ready() && !state.stalled(),
                Conditions.RECONCILING,
                state.reason(),
                state.message())
            .setIf(state.stalled(), Conditions.STALLED, state.reason(), state.message())
            .toList();
    return state
        .verified()
        .map(verified -> confirmed(generation, verified, conditions))
        .orElseGet(() -> keeping(before, generation, conditions));
  }

  /** The status after an error that nobody foresaw: what is true is not known. */
  AwsConnectionStatus unknown(AwsConnection connection, String message) {
    Optional<AwsConnectionStatus> before = Optional.ofNullable(connection.getStatus());
    long generation = connection.getMetadata().getGeneration();
    return keeping(
        before,
        generation,
        Conditions.following(conditions(before), generation, clock)
            .set(Conditions.READY, Condition.Status.UNKNOWN, Reason.INTERNAL_ERROR, message)
            .setIf(true, Conditions.RECONCILING, Reason.INTERNAL_ERROR, message)
            .toList());
  }

  private static AwsConnectionStatus confirmed(
      long generation, Verified verified, List<Condition> conditions) {
    return new AwsConnectionStatus(
        generation,
        verified.accountId(),
        verified.regions(),
        verified.accessKey().orElse(null),
        verified.at().truncatedTo(ChronoUnit.SECONDS),
        conditions);
  }

  private static AwsConnectionStatus keeping(
      Optional<AwsConnectionStatus> before, long generation, List<Condition> conditions) {
    return new AwsConnectionStatus(
        generation,
        before.map(AwsConnectionStatus::accountId).orElse(null),
        before.map(AwsConnectionStatus::regions).orElse(List.of()),
        before.map(AwsConnectionStatus::accessKey).orElse(null),
        before.map(AwsConnectionStatus::lastVerified).orElse((Instant) null),
        conditions);
  }

  private static List<Condition> conditions(Optional<AwsConnectionStatus> status) {
    return status.map(AwsConnectionStatus::conditions).orElse(List.of());
  }
}
