package io.iasql.engine.guard;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/**
 * A stretch of time that comes again and again.
 *
 * @param cron when it opens, as crontab(5) has it: minute, hour, day of month, month, day of week
 * @param duration how long it stays open
 * @param timeZone the time zone of {@code cron}, as the IANA database names it
 */
public record Window(String cron, Duration duration, String timeZone) {

  /** Why it never opens, if it cannot be read. */
  public Optional<String> problem() {
    try {
      times();
      zone();
      return Optional.empty();
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** Whether it is open; one that cannot be read never is. */
  boolean isOpen(Instant now) {
    return closing(now).isPresent();
  }

  /** When it closes, if it is open. */
  Optional<Instant> closing(Instant now) {
    if (problem().isPresent()) {
      return Optional.empty();
    }
    // The last opening before a moment does not include that moment.
    return times()
        .lastExecution(at(now.plusNanos(1)))
        .map(opened -> opened.toInstant().plus(duration))
        .filter(closing -> closing.isAfter(now));
  }

  /** When it opens next, if it ever does. */
  Optional<Instant> nextOpening(Instant now) {
    return problem().isPresent()
        ? Optional.empty()
        : times().nextExecution(at(now)).map(ZonedDateTime::toInstant);
  }

  private ExecutionTime times() {
    CronParser parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
    return ExecutionTime.forCron(parser.parse(cron));
  }

  private ZoneId zone() {
    return ZoneId.of(timeZone);
  }

  private ZonedDateTime at(Instant instant) {
    return instant.atZone(zone());
  }
}
