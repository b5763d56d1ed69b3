package io.iasql.engine.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When windows open and close. */
class WindowTest {
  private static final Window NIGHTS =
      new Window("0 22 * * 1-5", Duration.ofHours(8), "Europe/Berlin");

  private static Instant at(String text) {
    return Instant.parse(text);
  }

  @Test
  void isOpenFromItsMinuteOnAndForItsDuration() {
    // A Monday in winter: Berlin is an hour ahead of UTC.
    assertThat(NIGHTS.isOpen(at("2026-01-05T20:59:59.999Z"))).isFalse();
    assertThat(NIGHTS.nextOpening(at("2026-01-05T20:59:59.999Z")))
        .contains(at("2026-01-05T21:00:00Z"));
    assertThat(NIGHTS.isOpen(at("2026-01-05T21:00:00Z"))).isTrue();
    assertThat(NIGHTS.closing(at("2026-01-05T21:00:00Z"))).contains(at("2026-01-06T05:00:00Z"));
    assertThat(NIGHTS.isOpen(at("2026-01-06T04:59:59Z"))).isTrue();
    assertThat(NIGHTS.isOpen(at("2026-01-06T05:00:00Z"))).isFalse();
  }

  @Test
  void goesByTheClocksOfItsTimeZone() {
    assertThat(NIGHTS.nextOpening(at("2026-07-03T12:00:00Z"))).contains(at("2026-07-03T20:00:00Z"));
    // Friday's is the last one of the week.
    assertThat(NIGHTS.nextOpening(at("2026-07-03T20:00:00Z"))).contains(at("2026-07-06T20:00:00Z"));
  }

  @Test
  void saysWhyItNeverOpens() {
    assertThat(new Window("0 25 * * *", Duration.ofHours(1), "UTC").problem())
        .get()
        .asString()
        .contains("25");
    assertThat(new Window("0 22 * *", Duration.ofHours(1), "UTC").problem()).isPresent();
    Window nowhere = new Window("0 22 * * *", Duration.ofHours(1), "Mars/Olympus");
    assertThat(nowhere.problem()).get().asString().contains("Mars/Olympus");
    assertThat(nowhere.isOpen(at("2026-01-05T22:30:00Z"))).isFalse();
    assertThat(
            new Schedule(List.of(nowhere)).closed("spec.windows.plan", at("2026-01-05T22:30:00Z")))
        .contains(
            "no window of spec.windows.plan of the Environment is open, and none ever opens as they"
                + " are written");
  }

  @Test
  void takesTheNextOfSeveral() {
    Schedule schedule =
        new Schedule(List.of(NIGHTS, new Window("30 12 * * *", Duration.ofMinutes(5), "UTC")));

    assertThat(schedule.closed("spec.windows.commit", at("2026-01-05T12:00:00Z")))
        .contains(
            "no window of spec.windows.commit of the Environment is open, and the next one opens at"
                + " 2026-01-05T12:30:00Z");
    assertThat(schedule.isOpen(at("2026-01-05T12:34:00Z"))).isTrue();
    assertThat(schedule.nextChange(at("2026-01-05T12:34:00Z")))
        .contains(at("2026-01-05T12:35:00Z"));
    assertThat(schedule.nextChange(at("2026-01-05T12:35:00Z")))
        .contains(at("2026-01-05T21:00:00Z"));
  }

  @Test
  void isAlwaysOpenWithoutWindows() {
    assertThat(Schedule.ALWAYS.isOpen(Instant.EPOCH)).isTrue();
    assertThat(Schedule.ALWAYS.nextChange(Instant.EPOCH)).isEmpty();
    assertThat(Windows.ALWAYS.commitClosed(Instant.EPOCH)).isEmpty();
  }
}
