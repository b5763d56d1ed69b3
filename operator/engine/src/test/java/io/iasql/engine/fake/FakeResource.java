package io.iasql.engine.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Ownership;
import io.iasql.spi.Reach;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** What all fake resources have in common: how they are kept and found. */
abstract class FakeResource<R extends Record> implements CloudResource<R> {
  private final Class<R> type;
  final Shape shape;

  FakeResource(Class<R> type) {
    this.type = type;
    this.shape = Shape.of(type);
  }

  @Override
  public Class<R> type() {
    return type;
  }

  static FakeAccount account(AwsScope scope) {
    return scope.client(FakeAccount.class);
  }

  /** Under what the account keeps a resource: its cloud key. */
  String id(JsonNode image) {
    return shape.keyOf(image).toString();
  }

  String name(JsonNode image) {
    return shape.description(image, shape.identityDescription(image, "(new)"));
  }

  private String region(JsonNode image) {
    return shape.region(image).orElse(FakeAccount.HOME);
  }

  @Override
  public Stream<R> list(AwsScope scope) {
    List<ObjectNode> all =
        account(scope)
            .perform(scope, "list", shape.table(), "", stale -> account(scope).all(shape.table()));
    return all.stream()
        .filter(i -> shape.reach() == Reach.GLOBAL || region(i).equals(scope.region()))
        .map(i -> Json.to(i, type));
  }

  @Override
  public Optional<R> read(AwsScope scope, R wanted) {
    ObjectNode image = Json.ofRecord(wanted);
    return account(scope)
        .perform(
            scope,
            "read",
            shape.table(),
            name(image),
            stale -> locate(account(scope), image, stale))
        .map(found -> Json.to(found, type));
  }

  /** A resource by its key, else by the identity that people choose. */
  Optional<ObjectNode> locate(FakeAccount account, ObjectNode image, boolean stale) {
    if (Shape.isComplete(shape.keyOf(image))) {
      return account.seen(shape.table(), id(image), stale);
    }
    if (!shape.isIdentified(image)) {
      return Optional.empty();
    }
    ObjectNode identity = shape.identityOf(image);
    return account.of(shape.table()).values().stream()
        .filter(i -> shape.identityOf(i).equals(identity))
        .findFirst()
        .flatMap(i -> account.seen(shape.table(), id(i), stale));
  }

  /** Whether this very resource goes along with one that it belongs to. */
  boolean mayGo(ObjectNode image) {
    return shape.isPart() || ownership(Json.to(image, type)) == Ownership.WITH_PARENT;
  }

  /** The image that the cloud keeps: references as their key and nothing that it does not know. */
  ObjectNode kept(ObjectNode image) {
    ObjectNode result = Json.object();
    for (Column column : shape.columns()) {
      if (!column.local() && !column.writeOnly()) {
        result.set(column.name(), kept(column, image.get(column.name())));
      }
    }
    return result;
  }

  private static JsonNode kept(Column column, JsonNode value) {
    if (value == null || value.isNull()) {
      return JsonNodeFactory.instance.nullNode();
    }
    return switch (column.kind()) {
      case REFERENCE -> Shape.of(column.target()).keyOf(value);
      case CHILDREN -> {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (JsonNode child : value) {
          ObjectNode one = list.addObject();
          for (Column part : Shape.of(column.target()).columns()) {
            one.set(part.name(), kept(part, child.get(part.name())));
          }
        }
        yield list;
      }
      default -> value;
    };
  }

  /** Whether an image kept by the cloud names the resource with this table and key. */
  boolean refersTo(ObjectNode image, Shape other, JsonNode otherImage) {
    return shape.columns().stream()
        .anyMatch(c -> refersTo(c, image.get(c.name()), other, otherImage));
  }

  private static boolean refersTo(Column column, JsonNode value, Shape other, JsonNode image) {
    if (value == null || value.isNull()) {
      return false;
    }
    if (column.kind() == Column.Kind.REFERENCE) {
      return Shape.of(column.target()).equals(other) && value.equals(other.keyOf(image));
    }
    if (column.kind() == Column.Kind.CHILDREN) {
      for (JsonNode child : value) {
        for (Column part : Shape.of(column.target()).columns()) {
          if (refersTo(part, child.get(part.name()), other, image)) {
            return true;
          }
        }
      }
      return false;
    }
    return column.refersTo().contains(other.type()) && names(value, assigned(other, image));
  }

  private static boolean names(JsonNode value, String id) {
    if (!value.isArray()) {
      return value.asText().equals(id);
    }
    for (JsonNode element : value) {
      if (element.asText().equals(id)) {
        return true;
      }
    }
    return false;
  }

  private static String assigned(Shape shape, JsonNode image) {
    return shape.key().stream()
        .filter(Column::assigned)
        .map(c -> image.path(c.name()).asText())
        .filter(Objects::nonNull)
        .findFirst()
        .orElse("");
  }
}
