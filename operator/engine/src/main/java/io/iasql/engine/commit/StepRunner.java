package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.Catalog;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Updates;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out one step in the cloud. A call whose answer was lost is never repeated blindly: what
 * it left is observed first. Throttling, outages and expired credentials are waited out here and
 * are no failure.
 */
final class StepRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration LONGEST_DEAFNESS = Duration.ofMillis(200);

  /** How often a name that is taken may still be our own doing. */
  private static final int CONFLICTS = 6;

  private final EngineContext context;
  private final Catalog catalog;
  private final BooleanSupplier stopping;

  StepRunner(EngineContext context, Catalog catalog, BooleanSupplier stopping) {
    this.context = context;
    this.catalog = catalog;
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
    int conflicts = 0;
    while (true) {
      if (stopping.getAsBoolean()) {
        return new Outcome.Unknown();
      }
      AwsScope scope = null;
      CloudFailure failure;
      try {
        scope = context.scope().in(entry.region());
        ObjectNode result = perform(resource, scope, entry, image, unsure);
        return new Outcome.Done(
            withoutSecrets(resource, result),
            companions(resource, scope, entry, image, result),
            scope.lastRequestId().orElse(""));
      } catch (RuntimeException e) {
        failure = describe(scope, e);
        if (failure.kind() == CloudFailure.Kind.INTERNAL && stopping.getAsBoolean()) {
          // The account was closed under the call: what became of that is seen by whoever goes on.
          LOG.info("{} is left to the next operator: {}", entry.describe(), failure);
          return new Outcome.Unknown();
        }
        if (failure.kind() == CloudFailure.Kind.INTERNAL) {
          LOG.error("step failed: {} {}", entry.row(), failure, e);
        }
      }
      // What stands in the way may be what an earlier try made and the cloud did not show yet.
      boolean ownConflict =
          unsure
              && entry.kind() == Steps.Kind.CREATE
              && failure.kind() == CloudFailure.Kind.CONFLICT
              && ++conflicts < CONFLICTS;
      boolean passing = failure.kind().mayPassLater() || ownConflict;
      if (!passing || context.clock().instant().isAfter(deadline)) {
        return new Outcome.Failed(
            withoutSecrets(resource, image, failure),
            withoutSecrets(resource, leftover(resource, scope, entry, image, failure)));
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

  private static ObjectNode withoutSecrets(CloudResource<?> resource, ObjectNode result) {
    if (result != null) {
      Shape.of(resource.type()).columns().stream()
          .filter(Column::writeOnly)
          .forEach(c -> result.putNull(c.name()));
    }
    return result;
  }

  /** AWS may repeat what it was given. */
  private static CloudFailure withoutSecrets(
      CloudResource<?> resource, ObjectNode image, CloudFailure failure) {
    String message = failure.message();
    for (Column column : Shape.of(resource.type()).columns()) {
      String value = column.writeOnly() && image != null ? image.path(column.name()).asText() : "";
      if (!value.isEmpty()) {
        message = message.replace(value, "(write-only)");
      }
    }
    return new CloudFailure(failure.kind(), failure.code(), message, failure.requestId());
  }

  /** What came along with a resource that stands for an older one, whose own went with it. */
  private List<Companions.Found> companions(
      CloudResource<?> resource,
      AwsScope scope,
      Journal.Entry entry,
      ObjectNode image,
      ObjectNode result) {
    Shape shape = Shape.of(resource.type());
    boolean another =
        entry.kind() == Steps.Kind.CREATE
            && shape.key().stream().anyMatch(c -> c.assigned() && image.hasNonNull(c.name()));
    if (!another) {
      return List.of();
    }
    try {
      return Companions.of(context.modules(), catalog, scope, Json.to(result, resource.type()));
    } catch (RuntimeException e) {
      CloudFailure failure = scope.describe(e);
      if (failure.kind().mayPassLater()) {
        throw e;
      }
      LOG.warn("what came with {} is left to the next sync: {}", entry.describe(), failure);
      return List.of();
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

  /** False when the operator stops or the thread is interrupted meanwhile. */
  private boolean pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    try {
      while (System.nanoTime() - end < 0) {
        if (stopping.getAsBoolean()) {
          return false;
        }
        long left = Math.max(0, end - System.nanoTime());
        TimeUnit.NANOSECONDS.sleep(Math.min(left, LONGEST_DEAFNESS.toNanos()));
      }
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
      case UPDATE, RELEASE -> update((Updates<R>) resource, scope, entry, image);
      case DELETE -> {
        if (entry.before() == null) {
          yield null; // It went with the resource that it is a part of.
        }
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
      if (entry.kind() == Steps.Kind.RELEASE) {
        target.putNull(column);
      } else {
        refuseUnknown(entry, Shape.of(resource.type()).column(column).orElseThrow(), image);
        target.set(column, image.get(column));
      }
    }
    return Json.ofRecord(resource.update(scope, current, Json.to(target, resource.type())));
  }

  /** What was written over cannot be put back where nobody can read it. */
  private static void refuseUnknown(Journal.Entry entry, Column column, ObjectNode image) {
    if (entry.phase() == Journal.Phase.UNDO
        && column.writeOnly()
        && !image.hasNonNull(column.name())) {
      throw new CloudException(
          new CloudFailure(
              CloudFailure.Kind.INVALID_INPUT,
              "Unknown",
              "the former " + column.name() + " is not known, so it cannot be put back",
              ""),
          null);
    }
  }

  /**
   * What a failed creation or change left behind, for it to be taken back. After a creation not
   * asked when the failure may be about another resource that has the name: that one must not be
   * taken for ours.
   */
  private <R extends Record> ObjectNode leftover(
      CloudResource<R> resource,
      AwsScope scope,
      Journal.Entry entry,
      ObjectNode image,
      CloudFailure failure) {
    if (scope == null || image == null) {
      return null;
    }
    try {
      if (entry.kind() == Steps.Kind.CREATE) {
        return created(resource, scope, entry, image, failure);
      }
      return entry.before() == null ? null : changed(resource, scope, entry);
    } catch (RuntimeException e) {
      LOG.warn("cannot see what {} left behind: {}", entry.describe(), scope.describe(e));
      return null;
    }
  }

  private static <R extends Record> ObjectNode created(
      CloudResource<R> resource,
      AwsScope scope,
      Journal.Entry entry,
      ObjectNode image,
      CloudFailure failure) {
    boolean ours =
        failure.kind() != CloudFailure.Kind.CONFLICT && failure.kind() != CloudFailure.Kind.DENIED;
    if (!ours || !(resource instanceof Creates<R> creates)) {
      return null;
    }
    R desired = Json.to(desired(Shape.of(resource.type()), entry, image), resource.type());
    return creates.find(scope, desired, entry.token()).map(Json::ofRecord).orElse(null);
  }

  /** A change of several calls may have come half-way. */
  private static <R extends Record> ObjectNode changed(
      CloudResource<R> resource, AwsScope scope, Journal.Entry entry) {
    Shape shape = Shape.of(resource.type());
    return resource
        .read(scope, Json.to(entry.before(), resource.type()))
        .map(Json::ofRecord)
        .filter(
            now ->
                entry.columns().stream()
                    .flatMap(name -> shape.column(name).stream())
                    .anyMatch(
                        column ->
                            !Shape.canonical(column, now)
                                .equals(Shape.canonical(column, entry.before()))))
        .orElse(null);
  }
}
