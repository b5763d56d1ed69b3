package io.iasql.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.iasql.crds.AwsConnection;
import io.iasql.crds.AwsConnectionStatus;
import io.iasql.crds.Condition;
import io.iasql.operator.connection.Verification.Failed;
import io.iasql.operator.connection.Verification.Verified;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudFailure.Kind;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionStateTest {
  private static final Instant NOW = Instant.parse("2026-11-01T10:00:00.5Z");
  private static final Verified VERIFIED =
      new Verified(NOW, "111122223333", List.of("eu-west-1"), Optional.empty());

  private final AwsConnectionStatusFactory statuses =
      new AwsConnectionStatusFactory(Clock.fixed(NOW, ZoneOffset.UTC));

  @ParameterizedTest
  @CsvSource({
    "DENIED, WrongAccount, WrongAccount, Stalled",
    "UNAUTHENTICATED, NoCredentials, CredentialsMissing, Stalled",
    "UNAUTHENTICATED, ExpiredToken, CredentialsRejected, Stalled",
    "UNAVAILABLE, SdkClientException, EndpointUnreachable, Reconciling",
    "THROTTLED, Throttling, Throttled, Reconciling",
    "INVALID_INPUT, InvalidRoleArn, InvalidSettings, Stalled",
    "INTERNAL, NullPointerException, InternalError, Stalled"
  })
  void saysWhoHasToAct(Kind kind, String code, String reason, String condition) {
    CloudFailure failure = new CloudFailure(kind, code, "what AWS says", "req-1");

    AwsConnectionStatus status =
        statuses.status(connection(), ConnectionState.of(new Failed(NOW, failure, 1)));

    assertThat(status.conditions())
        .extracting(Condition::type, c -> c.status().toString(), Condition::reason)
        .containsExactly(tuple("Ready", "FALSE", reason), tuple(condition, "TRUE", reason));
    assertThat(status.conditions().get(0).message()).contains("what AWS says (request req-1)");
  }

  @Test
  void saysWhatAwsConfirmed() {
    AwsConnectionStatus status = statuses.status(connection(), ConnectionState.of(VERIFIED));

    assertThat(status.observedGeneration()).isEqualTo(3);
    assertThat(status.accountId()).isEqualTo("111122223333");
    assertThat(status.regions()).containsExactly("eu-west-1");
    assertThat(status.lastVerified()).isEqualTo("2026-11-01T10:00:00Z");
    assertThat(status.conditions())
        .extracting(Condition::type, Condition::reason)
        .containsExactly(tuple("Ready", "AccountConfirmed"));
  }

  @Test
  void keepsWhatWasConfirmedWhileAwsIsOutOfReach() {
    AwsConnection connection = connection();
    connection.setStatus(statuses.status(connection, ConnectionState.of(VERIFIED)));

    AwsConnectionStatus status =
        statuses.status(
            connection,
            ConnectionState.of(
                new Failed(NOW, new CloudFailure(Kind.UNAVAILABLE, "x", "y", ""), 1)));

    assertThat(status.accountId()).isEqualTo("111122223333");
    assertThat(status.lastVerified()).isEqualTo("2026-11-01T10:00:00Z");
  }

  @Test
  void anUnforeseenErrorIsUnknown() {
    AwsConnectionStatus status = statuses.unknown(connection(), "what went wrong");

    assertThat(status.conditions().get(0).status()).isEqualTo(Condition.Status.UNKNOWN);
    assertThat(status.conditions().get(0).message()).isEqualTo("what went wrong");
  }

  private static AwsConnection connection() {
    AwsConnection connection = new AwsConnection();
    connection.getMetadata().setGeneration(3L);
    return connection;
  }
}
