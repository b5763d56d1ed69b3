package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * The digest behind a plan's id: of what would be done, not of how it was written. SQL text, serial
 * ids, times and revisions are not in it, so the same SQL on the same state gives the same id. It
 * is a {@link KeyedHash}: of an id few digits are shown, and whoever could compute it would soon
 * find two plans with the same one, to show the one and have the other executed.
 */
final class Digest {
  /** Raised whenever the same actions would give another digest. */
  private static final int VERSION = 2;

  private static final int SHOWN = 12;

  private Digest() {}

  static String of(
      KeyedHash hash,
      String environment,
      String account,
      String schema,
      List<Plan.Action> actions) {
    ObjectNode content = Json.object();
    content.put("version", VERSION);
    content.put("environment", environment);
    content.put("account", account);
    content.put("schema", schema);
    var list = content.putArray("actions");
    actions.stream()
        .map(Digest::semantic)
        .sorted(Comparator.comparing(JsonNode::toString))
        .forEach(list::add);
    return hash.add(content.toString()).hex();
  }

  static String planId(String environment, String digest) {
    return "plan-" + environment + "-" + digest.substring(0, SHOWN);
  }

  static String sha256(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static ObjectNode semantic(Plan.Action action) {
    ObjectNode node = Json.object();
    node.put("kind", action.kind().name());
    node.put("table", action.row().table());
    node.put("identity", action.stable());
    node.put("note", action.note());
    var changes = node.putArray("changes");
    for (Plan.Change change : action.changes()) {
      changes
          .addObject()
          .put("column", change.name())
          .put("pending", change.knownAfterCommit())
          .<ObjectNode>set("before", change.before())
          .set("after", change.after());
    }
    return node;
  }

  /** A column that names new resources, also in its parts: these by what they are to be. */
  static JsonNode planned(Column column, JsonNode image) {
    if (column.kind() != Column.Kind.CHILDREN) {
      return stable(column, image);
    }
    List<JsonNode> parts = new ArrayList<>();
    for (JsonNode one : image.get(column.name())) {
      parts.add(stable(Shape.of(column.target()).columns(), one));
    }
    parts.sort(Comparator.comparing(JsonNode::toString));
    return Json.of(parts);
  }

  private static ObjectNode stable(List<Column> columns, JsonNode image) {
    ObjectNode content = Json.object();
    columns.forEach(column -> content.set(column.name(), stable(column, image)));
    return content;
  }

  private static JsonNode stable(Column column, JsonNode image) {
    return column.kind() == Column.Kind.REFERENCE
        ? stable(Shape.of(column.target()), image.get(column.name()))
        : Shape.canonical(column, image);
  }

  /**
   * An identity without serial ids: the cloud key where it is known, the chosen identity else, and
   * for a resource without a name what it is to be.
   */
  static JsonNode stable(Shape shape, JsonNode image) {
    if (image == null || image.isNull()) {
      return Json.of(null);
    }
    ObjectNode key = shape.keyOf(image);
    if (Shape.isComplete(key)) {
      return key;
    }
    List<Column> columns =
        shape.hasChosenIdentity()
            ? shape.identity()
            : shape.columns().stream().filter(Column::isDesired).toList();
    return Json.object().put("table", shape.table()).setAll(stable(columns, image));
  }
}
