package io.iasql.operator.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iasql.operator.OperatorConfigs;
import io.iasql.operator.connection.Verification.Failed;
import io.iasql.operator.connection.Verification.Verified;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsAccountSettings.DefaultChain;
import io.iasql.spi.AwsAccountSettings.StaticKeys;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure.Kind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AwsAccountsTest {
  private static final String ACCOUNT = "111122223333";
  private static final ResourceID ID = new ResourceID("staging", "infra");

  private final FakeAws aws = new FakeAws();
  private final SettableClock clock = new SettableClock();
  private final List<ResourceID> told = new CopyOnWriteArrayList<>();
  private final AwsAccounts accounts =
      new AwsAccounts(aws, OperatorConfigs.with(Map.of("iasql.aws.retire-after", "10ms")), clock);

  AwsAccountsTest() {
    accounts.onAnswer(told::add);
  }

  @AfterEach
  void stop() {
    accounts.stop();
    assertThat(aws.open).as("accounts left open").hasValue(0);
  }

  @Test
  void asksAwsOnAnotherThreadAndTellsOfTheAnswer() {
    aws.answers.drainPermits();

    assertThat(accounts.verify(ID, settings("one"))).isEmpty();
    assertThatThrownBy(() -> accounts.scope(ID))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("AwsConnection infra/staging is not ready");

    aws.answers.release();
    awaitAnswers(1);
    assertThat(accounts.verify(ID, settings("one")))
        .contains(
            new Verified(clock.instant(), ACCOUNT, List.of("eu-west-1"), Optional.of("AKIA…WXYZ")));
    assertThat(accounts.scope(ID).accountId()).isEqualTo(ACCOUNT);
  }

  @Test
  void asksOnceUntilItIsTimeAgain() {
    verifyAndAwait(settings("one"), 1);

    accounts.verify(ID, settings("one"));
    clock.advance(Duration.ofMinutes(9));
    accounts.verify(ID, settings("one"));
    assertThat(aws.asked).hasValue(1);

    clock.advance(Duration.ofMinutes(1));
    assertThat(accounts.verify(ID, settings("one"))).get().isInstanceOf(Verified.class);
    awaitAnswers(2);
    assertThat(aws.open).hasValue(1);
  }

  @Test
  void opensTheAccountAnewWhenKeysChange() {
    verifyAndAwait(settings("one"), 1);

    aws.answers.drainPermits();
    assertThat(accounts.verify(ID, settings("two"))).isEmpty();

    aws.answers.release();
    awaitAnswers(2);
    assertThat(accounts.verify(ID, settings("two"))).isPresent();
    await("the old account is closed").untilAsserted(() -> assertThat(aws.open).hasValue(1));
  }

  @Test
  void handsOutNothingOnceCredentialsAreRefused() {
    verifyAndAwait(settings("one"), 1);
    aws.refuse(ACCOUNT, Kind.UNAUTHENTICATED, "ExpiredToken");

    clock.advance(Duration.ofMinutes(10));
    verifyAndAwait(settings("one"), 2);

    assertThat(accounts.verify(ID, settings("one"))).get().isInstanceOf(Failed.class);
    assertThatThrownBy(() -> accounts.scope(ID))
        .hasMessageContaining("AwsConnection infra/staging is not ready: ExpiredToken: no");
  }

  @Test
  void keepsTheAccountWhileAwsIsOutOfReach() {
    verifyAndAwait(settings("one"), 1);
    aws.refuse(ACCOUNT, Kind.UNAVAILABLE, "SdkClientException");

    clock.advance(Duration.ofMinutes(10));
    verifyAndAwait(settings("one"), 2);
    aws.accept(ACCOUNT);

    assertThat(accounts.scope(ID).accountId()).isEqualTo(ACCOUNT);
  }

  @Test
  void waitsLongerAfterEachFailureUpToALimit() {
    aws.refuse(ACCOUNT, Kind.UNAVAILABLE, "SdkClientException");
    List<Duration> waits = new ArrayList<>();

    for (int tries = 1; tries <= 9; tries++) {
      verifyAndAwait(settings("one"), tries);
      Duration wait = accounts.nextAfter(accounts.verify(ID, settings("one")).orElseThrow());
      waits.add(wait);
      clock.advance(wait);
    }

    assertThat(waits)
        .extracting(Duration::toSeconds)
        .containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L, 300L);
  }

  @Test
  void forgetsADisconnectedAccount() {
    verifyAndAwait(settings("one"), 1);

    accounts.disconnect(ID);

    assertThatThrownBy(() -> accounts.scope(ID)).isInstanceOf(CloudException.class);
    await("the account is closed").untilAsserted(() -> assertThat(aws.open).hasValue(0));
  }

  @Test
  void handsOutNothingOfAConnectionThatIsGoneAndClosesIt() {
    Set<ResourceID> there = ConcurrentHashMap.newKeySet();
    there.add(ID);
    accounts.keepOnly(there::contains);
    verifyAndAwait(settings("one"), 1);
    assertThat(accounts.scope(ID).accountId()).isEqualTo(ACCOUNT);

    there.remove(ID);

    assertThatThrownBy(() -> accounts.scope(ID))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("AwsConnection infra/staging is not ready: it does not exist");
    await("the account is closed").untilAsserted(() -> assertThat(aws.open).hasValue(0));

    there.add(ID);
    verifyAndAwait(settings("one"), 2);
    assertThat(accounts.scope(ID).accountId()).isEqualTo(ACCOUNT);
  }

  @Test
  void closesAnAccountWhoseSettingsChangedWhileAwsWasAsked() {
    aws.answers.drainPermits();
    accounts.verify(ID, settings("one"));
    accounts.verify(ID, settings("two"));

    aws.answers.release();

    awaitAnswers(2);
    await("one account is open").untilAsserted(() -> assertThat(aws.open).hasValue(1));
  }

  @Test
  void showsNoSecretWhenPrinted() {
    assertThat(settings("hush").toString()).doesNotContain("hush");
    assertThat(new DefaultChain()).hasToString("DefaultChain[]");
  }

  private void verifyAndAwait(AwsAccountSettings settings, int answers) {
    accounts.verify(ID, settings);
    awaitAnswers(answers);
  }

  private void awaitAnswers(int count) {
    await("answer " + count).untilAsserted(() -> assertThat(told).hasSize(count));
  }

  private static AwsAccountSettings settings(String secret) {
    return new AwsAccountSettings(
        ACCOUNT,
        "eu-west-1",
        List.of("eu-west-1"),
        new StaticKeys("AKIAABCDWXYZ", secret, Optional.empty()),
        Optional.empty());
  }

  private static final class SettableClock extends Clock {
    private volatile Instant now = Instant.parse("2026-11-01T10:00:00Z");

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("the clock is UTC");
    }
  }
}
