package io.iasql.engine.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A fake resource that can be created, changed and deleted, as strict as AWS is. */
abstract class ManagedFake<R extends Record> extends FakeResource<R> implements ManagedResource<R> {
  ManagedFake(Class<R> type) {
    super(type);
  }

  /** Gives a new resource its id. */
  abstract void assign(FakeAccount account, ObjectNode image);

  /** What the cloud chooses where nobody said anything; also after a value was taken away. */
  void defaults(ObjectNode image) {}

  /** What the cloud refuses besides. */
  void check(FakeAccount account, ObjectNode image) {}

  /** What comes along with a new resource. */
  void born(FakeAccount account, ObjectNode image) {}

  /** What goes along with a deleted resource: tables whose resources that refer to it go first. */
  List<String> takesAlong() {
    return List.of();
  }

  private String table() {
    return shape.table();
  }

  @Override
  public R create(AwsScope scope, R desired, IdempotencyToken token) {
    ObjectNode wanted = Json.ofRecord(desired);
    FakeAccount account = account(scope);
    return account.perform(
        scope,
        "create",
        table(),
        name(wanted),
        stale -> {
          for (Column column : shape.columns()) {
            if (column.assigned() && wanted.hasNonNull(column.name())) {
              throw new AssertionError("asked for an assigned " + column.name() + ": " + wanted);
            }
          }
          ObjectNode image = kept(wanted);
          refuseSecrets(wanted);
          requireReferences(account, image);
          requireFree(account, image);
          assign(account, image);
          defaults(image);
          check(account, image);
          account.store(table(), id(image), image);
          account.mark(token.value(), table(), id(image));
          keepSecrets(account, wanted);
          born(account, image);
          return Json.to(image, type());
        });
  }

  @Override
  public Optional<R> find(AwsScope scope, R desired, IdempotencyToken token) {
    if (shape.key().stream().noneMatch(Column::assigned)) {
      return read(scope, desired);
    }
    FakeAccount account = account(scope);
    return account
        .perform(
            scope,
            "read",
            table(),
            "token",
            stale ->
                account
                    .marked(token.value(), table())
                    .flatMap(id -> account.seen(table(), id, stale)))
        .map(image -> Json.to(image, type()));
  }

  @Override
  public R update(AwsScope scope, R current, R desired) {
    ObjectNode now = Json.ofRecord(current);
    ObjectNode wanted = Json.ofRecord(desired);
    FakeAccount account = account(scope);
    return account.perform(
        scope,
        "update",
        table(),
        name(now),
        stale -> {
          ObjectNode image = account.of(table()).get(id(now));
          if (image == null) {
            throw new FakeFailure(CloudFailure.Kind.NOT_FOUND, "NotFound", name(now) + " is gone");
          }
          image = image.deepCopy();
          ObjectNode change = kept(wanted);
          for (Column column : shape.columns()) {
            boolean same = Shape.canonical(column, now).equals(Shape.canonical(column, wanted));
            if (same || column.local() || column.writeOnly()) {
              continue;
            }
            if (column.assigned() || column.forcesReplacement()) {
              throw new AssertionError("no update can change " + column.name() + ": " + wanted);
            }
            image.set(column.name(), change.get(column.name()));
          }
          requireReferences(account, image);
          defaults(image);
          check(account, image);
          account.store(table(), id(image), image);
          keepSecrets(account, wanted);
          return Json.to(image, type());
        });
  }

  @Override
  public void delete(AwsScope scope, R current) {
    ObjectNode image = Json.ofRecord(current);
    FakeAccount account = account(scope);
    account.perform(
        scope,
        "delete",
        table(),
        name(image),
        stale -> {
          remove(account, image);
          return null;
        });
  }

  private void remove(FakeAccount account, ObjectNode image) {
    if (!account.of(table()).containsKey(id(image))) {
      return;
    }
    for (String other : List.copyOf(account.everything().keySet())) {
      FakeResource<?> resource = FakeModules.resource(other);
      for (ObjectNode one : List.copyOf(account.of(other).values())) {
        boolean itself = other.equals(table()) && resource.id(one).equals(id(image));
        if (itself || !resource.refersTo(one, shape, image)) {
          continue;
        }
        if (!takesAlong().contains(other) || !resource.mayGo(one)) {
          throw new FakeFailure(
              CloudFailure.Kind.CONFLICT,
              "DependencyViolation",
              table() + " " + name(image) + " is used by " + other + " " + one);
        }
        ((ManagedFake<?>) resource).remove(account, one);
      }
    }
    account.of(table()).remove(id(image));
  }

  /** Some services repeat what they do not like. */
  private void refuseSecrets(ObjectNode wanted) {
    for (Column column : shape.columns()) {
      String value = column.writeOnly() ? wanted.path(column.name()).asText() : "";
      if (value.startsWith("refused")) {
        throw new FakeFailure(
            CloudFailure.Kind.INVALID_INPUT, "InvalidSecret", value + " is refused");
      }
    }
  }

  private void keepSecrets(FakeAccount account, ObjectNode wanted) {
    for (Column column : shape.columns()) {
      if (column.writeOnly() && wanted.hasNonNull(column.name())) {
        account.keepSecret(table(), name(wanted), wanted.get(column.name()).asText());
      }
    }
  }

  private void requireFree(FakeAccount account, ObjectNode image) {
    if (shape.isPart() || !shape.hasChosenIdentity() || !shape.isIdentified(image)) {
      return;
    }
    boolean taken =
        account.of(table()).values().stream()
            .anyMatch(i -> shape.identityOf(i).equals(shape.identityOf(image)));
    if (taken) {
      throw new FakeFailure(
          CloudFailure.Kind.CONFLICT, "AlreadyExists", table() + " " + name(image));
    }
  }

  private void requireReferences(FakeAccount account, ObjectNode image) {
    for (Column column : shape.columns()) {
      require(account, column, image.get(column.name()));
    }
  }

  private void require(FakeAccount account, Column column, JsonNode value) {
    if (value == null || value.isNull()) {
      return;
    }
    switch (column.kind()) {
      case REFERENCE -> {
        Shape target = Shape.of(column.target());
        if (!account.of(target.table()).containsKey(target.keyOf(value).toString())) {
          throw missing(column, value);
        }
      }
      case CHILDREN -> {
        for (JsonNode child : value) {
          for (Column part : Shape.of(column.target()).columns()) {
            require(account, part, child.get(part.name()));
          }
        }
      }
      default -> {
        if (!column.refersTo().isEmpty()) {
          requireNamed(account, column, value);
        }
      }
    }
  }

  private void requireNamed(FakeAccount account, Column column, JsonNode value) {
    List<String> ids = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(v -> ids.add(v.asText()));
    } else {
      ids.add(value.asText());
    }
    for (String id : ids) {
      boolean there =
          column.refersTo().stream()
              .map(Shape::of)
              .flatMap(
                  target ->
                      account.of(target.table()).values().stream()
                          .flatMap(
                              i ->
                                  target.key().stream()
                                      .filter(Column::assigned)
                                      .map(c -> i.path(c.name()).asText())))
              .anyMatch(id::equals);
      if (!there) {
        throw missing(column, JsonNodeFactory.instance.textNode(id));
      }
    }
  }

  private FakeFailure missing(Column column, JsonNode value) {
    return new FakeFailure(
        CloudFailure.Kind.INVALID_INPUT,
        "NotFound",
        table() + "." + column.name() + " names " + value + ", which does not exist");
  }
}
