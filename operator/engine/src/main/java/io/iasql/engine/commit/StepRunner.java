package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Updates;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one step in the cloud. A call whose answer was lost is never repeated blindly: what
 * it left is observed first. Throttling and outages are waited out here and are no failure.
 */
final class StepRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final EngineContext context;
  private final BooleanSupplier stopping;

  StepRunner(EngineContext context, BooleanSupplier stopping) {
    this.context = context;
    this.stopping = stopping;
  }

  /**
   * Runs a step to its end.
   *
   * @param image for a creation or an update the row's image, write-only values included; else null
   * @param observe whether an earlier try may have taken effect
   */
  Outcome run(Journal.Entry entry, ObjectNode image, boolean observe) {
    CloudResource<?> resource = context.modules().resource(entry.row().table()).orElseThrow();
    Instant deadline = context.clock().instant().plus(context.settings().transientLimit());
    Duration pause = FIRST_PAUSE;
    boolean unsure = observe;
    while (true) {
      if (stopping.getAsBoolean()) {
        return new Outcome.Unknown();
      }
      AwsScope scope = null;
      CloudFailure failure;
      try {
        scope = context.scope().in(entry.region());
        ObjectNode result = perform(resource, scope, entry, image, unsure);
        return new Outcome.Done(result, scope.lastRequestId().orElse(""));
      } catch (RuntimeException e) {
        failure = describe(scope, e);
        if (failure.kind() == CloudFailure.Kind.INTERNAL) {
          LOG.error("step failed: {} {}", entry.row(), failure, e);
        }
      }
      boolean passing = failure.kind().isTransient();
      if (!passing || context.clock().instant().isAfter(deadline)) {
        return new Outcome.Failed(failure, leftover(resource, scope, entry, image, failure));
      }
      unsure = true;
      if (!pause(pause)) {
        return new Outcome.Unknown();
      }
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
    }
  }

  private static CloudFailure describe(AwsScope scope, RuntimeException e) {
    if (scope == null) {
      // The account itself is out of reach: credentials or endpoint come back without a restart.
      return new CloudFailure(
          CloudFailure.Kind.UNAVAILABLE, e.getClass().getSimpleName(), e.getMessage(), "");
    }
    return scope.describe(e);
  }

  private static boolean pause(Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private <R extends Record> ObjectNode perform(
      CloudResource<R> resource,
      AwsScope scope,
      Journal.Entry entry,
      ObjectNode image,
      boolean unsure) {
    return switch (entry.kind()) {
      case CREATE -> create((Creates<R>) resource, scope, entry, image, unsure);
      case UPDATE -> update((Updates<R>) resource, scope, entry, image);
      case DELETE -> {
        ((Deletes<R>) resource).delete(scope, Json.to(entry.before(), resource.type()));
        yield null;
      }
    };
  }

  private <R extends Record> ObjectNode create(
      Creates<R> resource, AwsScope scope, Journal.Entry entry, ObjectNode image, boolean unsure) {
    ObjectNode wanted = desired(Shape.of(resource.type()), entry, image);
    R desired = Json.to(wanted, resource.type());
    if (unsure) {
      Optional<R> found = resource.find(scope, desired, entry.token());
      if (found.isPresent()) {
        return complete(resource, scope, found.get(), wanted);
      }
    }
    return Json.ofRecord(resource.create(scope, desired, entry.token()));
  }

  /** What a creation asks for: nothing the cloud assigns, nothing that is set later. */
  static ObjectNode desired(Shape shape, Journal.Entry entry, ObjectNode image) {
    ObjectNode wanted = image.deepCopy();
    for (Column column : shape.columns()) {
      if (column.assigned() || entry.columns().contains(column.name())) {
        wanted.putNull(column.name());
      }
    }
    return wanted;
  }

  /** A creation that broke off half-way is brought to its end. */
  private <R extends Record> ObjectNode complete(
      Creates<R> resource, AwsScope scope, R found, ObjectNode wanted) {
    ObjectNode cloud = Json.ofRecord(found);
    ObjectNode target = cloud.deepCopy();
    for (Column column : Shape.of(resource.type()).columns()) {
      boolean asked =
          column.isDesired()
              && !column.forcesReplacement()
              && !Shape.canonical(column, wanted).isNull();
      if (asked && !Shape.canonical(column, wanted).equals(Shape.canonical(column, cloud))) {
        target.set(column.name(), wanted.get(column.name()));
      }
    }
    if (target.equals(cloud) || !(resource instanceof Updates<?>)) {
      return cloud;
    }
    Updates<R> updates = (Updates<R>) resource;
    return Json.ofRecord(updates.update(scope, found, Json.to(target, resource.type())));
  }

  private <R extends Record> ObjectNode update(
      Updates<R> resource, AwsScope scope, Journal.Entry entry, ObjectNode image) {
    // A column that a creation left for later starts from what the creation made.
    R current =
        entry.before() == null
            ? resource
                .read(scope, Json.to(image, resource.type()))
                .orElseThrow(() -> new IllegalStateException(entry.describe() + " is gone"))
            : Json.to(entry.before(), resource.type());
    ObjectNode target = Json.ofRecord(current);
    for (String column : entry.columns()) {
      target.set(column, image.get(column));
    }
    return Json.ofRecord(resource.update(scope, current, Json.to(target, resource.type())));
  }

  /**
   * What a refused creation left behind. Asked only when the refusal cannot be about another
   * resource that has the name: that one must not be taken for ours.
   */
  private <R extends Record> ObjectNode leftover(
      CloudResource<R> resource,
      AwsScope scope,
      Journal.Entry entry,
      ObjectNode image,
      CloudFailure failure) {
    boolean ours =
        failure.kind() == CloudFailure.Kind.INVALID_INPUT
            || failure.kind() == CloudFailure.Kind.NOT_FOUND
            || failure.kind() == CloudFailure.Kind.INTERNAL;
    if (scope == null || !ours || !(resource instanceof Creates<R> creates) || image == null) {
      return null;
    }
    if (entry.kind() != io.iasql.engine.plan.Steps.Kind.CREATE) {
      return null;
    }
    try {
      R desired = Json.to(desired(Shape.of(resource.type()), entry, image), resource.type());
      return creates.find(scope, desired, entry.token()).map(Json::ofRecord).orElse(null);
    } catch (RuntimeException e) {
      LOG.warn("cannot see what {} left behind: {}", entry.describe(), scope.describe(e));
      return null;
    }
  }
}
