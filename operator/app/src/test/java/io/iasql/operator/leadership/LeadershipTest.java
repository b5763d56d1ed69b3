package io.iasql.operator.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.iasql.operator.OperatorConfig;
import io.iasql.operator.OperatorConfigs;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeadershipTest {
  private static final OperatorConfig.LeaderElection CONFIG =
      OperatorConfigs.with(
              Map.of(
                  "iasql.leader-election.enabled", "true",
                  "iasql.leader-election.namespace", "iasql-system",
                  "iasql.leader-election.identity", "me",
                  // Only the test looks.
                  "iasql.leader-election.retry-period", "1h",
                  "iasql.leader-election.renew-deadline", "10s"))
          .leaderElection();

  private final FakeLease lease = new FakeLease();
  private final AtomicInteger exits = new AtomicInteger();
  private final MovingClock clock = new MovingClock();
  private final Leadership leadership =
      new Leadership(CONFIG, lease, clock, exits::incrementAndGet);

  private static final class FakeLease extends LeaseStore {
    private Optional<Held> held = Optional.empty();
    private boolean away;
    private boolean released;

    FakeLease() {
      super(null, CONFIG);
    }

    @Override
    Optional<Held> read() {
      if (away) {
        throw new KubernetesClientException("no answer");
      }
      return held;
    }

    @Override
    void release() {
      released = true;
    }
  }

  private static final class MovingClock extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

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
      throw new UnsupportedOperationException();
    }
  }

  private LeaderElectionConfiguration lead() {
    LeaderElectionConfiguration election = leadership.configuration();
    election.getLeaderCallbacks().orElseThrow().onStartLeading();
    return election;
  }

  private void pass(Duration time) {
    clock.now = clock.now.plus(time);
  }

  @Test
  void shouldWorkAlwaysWhereThereIsNoElection() {
    Leadership alone =
        new Leadership(
            OperatorConfigs.defaults().leaderElection(), lease, clock, exits::incrementAndGet);

    assertThat(alone.configuration()).isNull();
    assertThat(alone.isLeading()).isTrue();
    alone.ended(null);
    assertThat(lease.released).isFalse();
  }

  @Test
  void shouldNeverLetTheFrameworkEndTheProcess() {
    assertThat(leadership.configuration().isExitOnStopLeading()).isFalse();
    assertThat(leadership.isLeading()).isFalse();
  }

  @Test
  void shouldGoOnWhileTheLeaseIsRenewed() {
    lead();
    for (int i = 0; i < 10; i++) {
      pass(Duration.ofSeconds(9));
      lease.held = Optional.of(new LeaseStore.Held("me", clock.now));
      leadership.check();
    }

    assertThat(leadership.isLeading()).isTrue();
    assertThat(exits).hasValue(0);
  }

  @Test
  void shouldEndWhenTheApiServerIsAwayForLongerThanTheDeadline() {
    lead();
    lease.away = true;
    pass(Duration.ofSeconds(10));
    leadership.check();
    assertThat(exits).hasValue(0);

    pass(Duration.ofMillis(1));
    leadership.check();
    leadership.check();

    assertThat(leadership.isLeading()).isFalse();
    assertThat(exits).hasValue(1);
  }

  @Test
  void shouldEndWhenItsLeaseIsReadButNoLongerRenewed() {
    lead();
    lease.held = Optional.of(new LeaseStore.Held("me", clock.now));
    pass(Duration.ofSeconds(11));
    leadership.check();

    assertThat(exits).hasValue(1);
  }

  @Test
  void shouldEndWhenSomebodyElseLeads() {
    lead();
    lease.held = Optional.of(new LeaseStore.Held("other", clock.now));
    leadership.check();

    assertThat(exits).hasValue(1);
  }

  @Test
  void shouldEndOnceWhenTheFrameworkSaysSo() {
    LeaderElectionConfiguration election = lead();

    election.getLeaderCallbacks().orElseThrow().onStopLeading();
    election.getLeaderCallbacks().orElseThrow().onStopLeading();

    assertThat(exits).hasValue(1);
    leadership.ended(null);
    assertThat(lease.released).as("what is lost is not given back").isFalse();
  }

  @Test
  void shouldGiveTheLeaseBackAtAnOrderlyEnd() {
    LeaderElectionConfiguration election = lead();

    leadership.ending(null);
    election.getLeaderCallbacks().orElseThrow().onStopLeading();
    leadership.ended(null);

    assertThat(exits).as("it is ending already").hasValue(0);
    assertThat(lease.released).isTrue();
  }

  @Test
  void shouldGiveNothingBackThatItNeverHad() {
    leadership.ending(null);
    leadership.ended(null);

    assertThat(lease.released).isFalse();
  }
}
