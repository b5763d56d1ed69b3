package io.iasql.engine.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.spi.AppliedAfter;
import io.iasql.spi.Assigned;
import io.iasql.spi.Children;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Local;
import io.iasql.spi.Policy;
import io.iasql.spi.PolicyDocuments;
import io.iasql.spi.Reach;
import io.iasql.spi.Reference;
import io.iasql.spi.RefersTo;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import io.iasql.spi.Unordered;
import io.iasql.spi.WriteOnly;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The shape of a module's record: its columns and what they mean, read once from the annotations.
 *
 * <p>An <em>image</em> is a record as a JSON object in snake case, a reference standing in it as
 * the image of the referenced record. Images of one resource from the database and from the cloud
 * are compared column by column in their {@linkplain #canonical canonical} form.
 */
public final class Shape {
  private static final Map<Class<?>, Shape> ALL = new ConcurrentHashMap<>();
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Class<? extends Record> type;
  private final String table;
  private final Reach reach;
  private final String hint;
  private final boolean part;
  private final List<Column> columns;

  private Shape(Class<? extends Record> type) {
    this.type = type;
    Table annotation = type.getAnnotation(Table.class);
    this.table = annotation == null ? "" : annotation.value();
    this.reach = annotation == null ? Reach.REGIONAL : annotation.reach();
    this.hint = annotation == null ? "" : annotation.hint();
    this.part = annotation != null && annotation.part();
    this.columns = Arrays.stream(type.getRecordComponents()).map(Shape::column).toList();
  }

  /** The shape of a record type. */
  public static Shape of(Class<? extends Record> type) {
    Shape known = ALL.get(type);
    if (known == null) {
      known = new Shape(type);
      ALL.put(type, known);
    }
    return known;
  }

  private static Column column(RecordComponent c) {
    Reference reference = c.getAnnotation(Reference.class);
    Children children = c.getAnnotation(Children.class);
    RefersTo refersTo = c.getAnnotation(RefersTo.class);
    AppliedAfter appliedAfter = c.getAnnotation(AppliedAfter.class);
    String name = SnakeCaseStrategy.INSTANCE.translate(c.getName());
    Class<? extends Record> target = null;
    if (reference != null) {
      target = c.getType().asSubclass(Record.class);
    } else if (children != null) {
      ParameterizedType list = (ParameterizedType) c.getGenericType();
      target = ((Class<?>) list.getActualTypeArguments()[0]).asSubclass(Record.class);
    }
    return new Column(
        name,
        reference != null ? reference.value() : children != null ? "" : name,
        kind(c),
        c.isAnnotationPresent(Key.class),
        c.isAnnotationPresent(Identity.class),
        c.isAnnotationPresent(Replaces.class),
        c.isAnnotationPresent(Assigned.class),
        c.isAnnotationPresent(Local.class),
        c.isAnnotationPresent(WriteOnly.class),
        c.isAnnotationPresent(Unordered.class),
        target,
        children == null ? "" : children.value(),
        children == null ? "" : children.owner(),
        refersTo == null ? List.of() : List.of(refersTo.value()),
        appliedAfter == null ? List.of() : List.of(appliedAfter.value()));
  }

  private static Column.Kind kind(RecordComponent c) {
    if (c.isAnnotationPresent(Reference.class)) {
      return Column.Kind.REFERENCE;
    }
    if (c.isAnnotationPresent(Children.class)) {
      return Column.Kind.CHILDREN;
    }
    if (c.isAnnotationPresent(Policy.class)) {
      return Column.Kind.POLICY;
    }
    if (JsonNode.class.isAssignableFrom(c.getType())) {
      return Column.Kind.JSON;
    }
    if (Map.class.isAssignableFrom(c.getType())) {
      return Column.Kind.TAGS;
    }
    if (List.class.isAssignableFrom(c.getType())) {
      return Column.Kind.LIST;
    }
    return Column.Kind.VALUE;
  }

  public Class<? extends Record> type() {
    return type;
  }

  /** The table's name; empty for a child record. */
  public String table() {
    return table;
  }

  public Reach reach() {
    return reach;
  }

  /** What people should do instead where a role is missing. */
  public String hint() {
    return hint;
  }

  /** Whether this is a part of the resource that its key refers to. */
  public boolean isPart() {
    return part;
  }

  /** All columns, in the record's order. */
  public List<Column> columns() {
    return columns;
  }

  /** The column of this name (snake case). */
  public Optional<Column> column(String name) {
    return columns.stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /** The columns of the cloud key. */
  public List<Column> key() {
    return columns.stream().filter(Column::key).toList();
  }

  /** The columns by which people know the resource: the chosen identity, else the cloud key. */
  public List<Column> identity() {
    List<Column> chosen = columns.stream().filter(Column::identity).toList();
    return chosen.isEmpty() ? key() : chosen;
  }

  /** Whether the whole identity is chosen by people, so that it is known before creation. */
  public boolean hasChosenIdentity() {
    return identity().stream().noneMatch(Column::assigned);
  }

  /** The references of this record. */
  public List<Column> references() {
    return columns.stream().filter(c -> c.kind() == Column.Kind.REFERENCE).toList();
  }

  /** The region an image lives in: its own, else that of the first reference with one. */
  public Optional<String> region(JsonNode image) {
    if (image == null || image.isNull()) {
      return Optional.empty();
    }
    if (column("region").isPresent() && image.hasNonNull("region")) {
      return Optional.of(image.get("region").asText());
    }
    return references().stream()
        .map(c -> Shape.of(c.target()).region(image.get(c.name())))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * The value of a column in a form in which equal meanings are equal JSON: keys sorted, sets
   * sorted, policies by meaning, references as their key, empty tags and lists as null.
   */
  public static JsonNode canonical(Column column, JsonNode image) {
    JsonNode value = image == null ? null : image.get(column.name());
    if (value == null || value.isNull()) {
      return JSON.nullNode();
    }
    return switch (column.kind()) {
      case VALUE -> value.isIntegralNumber() ? JSON.numberNode(value.asLong()) : value;
      case JSON -> sorted(value);
      case POLICY -> sorted(PolicyDocuments.canonical(value));
      case TAGS -> value.isEmpty() ? JSON.nullNode() : sorted(value);
      case LIST -> list(column, value);
      case REFERENCE -> Shape.of(column.target()).keyOf(value);
      case CHILDREN -> children(column, value);
    };
  }

  /** The one text value by which other resources name this one, such as {@code igw-1}, or null. */
  public String assignedKey(JsonNode image) {
    if (image == null) {
      return null;
    }
    return key().stream()
        .filter(c -> c.assigned() && image.hasNonNull(c.name()))
        .map(c -> image.get(c.name()).asText())
        .findFirst()
        .orElse(null);
  }

  /** The cloud key of an image as JSON, references in it as their keys; parts may be null. */
  public ObjectNode keyOf(JsonNode image) {
    return part(key(), image);
  }

  /** The {@linkplain #identity() identity} of an image as JSON; parts may be null. */
  public ObjectNode identityOf(JsonNode image) {
    return part(identity(), image);
  }

  private static ObjectNode part(List<Column> columns, JsonNode image) {
    ObjectNode result = JSON.objectNode();
    columns.forEach(c -> result.set(c.name(), canonical(c, image)));
    return result;
  }

  /**
   * Whether an image says by its {@link #identity() identity} which resource it is: everything that
   * the cloud assigns is known, also in references, and not all of it is empty. A single empty
   * column that people choose is a value like any other: a rule has one source and no others.
   */
  public boolean isIdentified(JsonNode image) {
    boolean any = false;
    for (Column column : identity()) {
      JsonNode value = canonical(column, image);
      if (value.isNull() ? column.assigned() : !isKnown(column, value)) {
        return false;
      }
      any |= !value.isNull();
    }
    return any;
  }

  private static boolean isKnown(Column column, JsonNode value) {
    return column.kind() != Column.Kind.REFERENCE || isComplete(value);
  }

  /** An image without what the cloud assigned: another resource's place, not this one's. */
  public ObjectNode withoutAssigned(ObjectNode image) {
    ObjectNode result = image.deepCopy();
    columns.stream().filter(Column::assigned).forEach(c -> result.putNull(c.name()));
    return result;
  }

  /** Whether every part of a key or identity, and of the keys in it, is known. */
  public static boolean isComplete(JsonNode keyOrIdentity) {
    if (keyOrIdentity.isNull()) {
      return false;
    }
    for (JsonNode part : keyOrIdentity) {
      if (part.isNull() || (part.isObject() && !isComplete(part))) {
        return false;
      }
    }
    return true;
  }

  /**
   * The original's description of a row in a plan: the cloud key's values joined with {@code |}, or
   * {@code fallback} when one of them is not known.
   */
  public String description(JsonNode image, String fallback) {
    return joined(keyOf(image), fallback);
  }

  /** The same of the identity that people choose. */
  public String identityDescription(JsonNode image, String fallback) {
    return hasChosenIdentity() ? joined(identityOf(image), fallback) : fallback;
  }

  private static String joined(ObjectNode parts, String fallback) {
    if (!isComplete(parts)) {
      return fallback;
    }
    List<String> values = new ArrayList<>();
    flatten(parts, values);
    return values.stream().distinct().collect(Collectors.joining("|"));
  }

  private static void flatten(JsonNode node, List<String> values) {
    for (JsonNode part : node) {
      if (part.isObject()) {
        flatten(part, values);
      } else {
        values.add(part.asText());
      }
    }
  }

  private static JsonNode list(Column column, JsonNode value) {
    if (value.isEmpty()) {
      return JSON.nullNode();
    }
    return column.unordered() ? inOrder(value) : sorted(value);
  }

  private static JsonNode children(Column column, JsonNode value) {
    if (value.isEmpty()) {
      return JSON.nullNode();
    }
    Shape child = Shape.of(column.target());
    ArrayNode all = JSON.arrayNode();
    value.forEach(one -> all.add(part(child.columns(), one)));
    return inOrder(all);
  }

  private static ArrayNode inOrder(JsonNode array) {
    List<JsonNode> all = new ArrayList<>();
    array.forEach(one -> all.add(sorted(one)));
    all.sort(Comparator.comparing(JsonNode::toString));
    return JSON.arrayNode().addAll(all);
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      Map<String, JsonNode> fields = new TreeMap<>();
      node.fields().forEachRemaining(f -> fields.put(f.getKey(), sorted(f.getValue())));
      ObjectNode result = JSON.objectNode();
      fields.forEach(result::set);
      return result;
    }
    if (node.isArray()) {
      ArrayNode result = JSON.arrayNode();
      node.forEach(one -> result.add(sorted(one)));
      return result;
    }
    return node.isIntegralNumber() ? JSON.numberNode(node.asLong()) : node;
  }

  @Override
  public String toString() {
    return type.getSimpleName() + "(" + table + ")";
  }
}
