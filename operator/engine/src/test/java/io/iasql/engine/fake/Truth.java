package io.iasql.engine.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.spi.PolicyDocuments;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Rows and cloud as lists of lines that must be equal: the tests' own way of comparing, which
 * shares no query with the engine.
 */
public final class Truth {
  private static final Map<String, String> ROWS = new LinkedHashMap<>();

  static {
    ROWS.put("net", "SELECT net_id, region, cidr, dns, state, is_default, tags FROM net");
    ROWS.put(
        "subnet",
        "SELECT s.subnet_id, s.region, n.net_id AS net, s.cidr, s.zone_name AS zone, s.label"
            + " FROM subnet s JOIN net n ON n.id = s.net_id");
    ROWS.put(
        "grp",
        "SELECT g.grp_id, g.region, g.name, g.description, g.label, n.net_id AS net,"
            + " p.grp_id AS peer FROM grp g LEFT JOIN net n ON n.id = g.net_id"
            + " LEFT JOIN grp p ON p.id = g.peer_id");
    ROWS.put("gateway", "SELECT gateway_id, region, kind, label FROM gateway");
    ROWS.put(
        "route",
        "SELECT n.net_id AS net, r.dest, r.target, r.hops, r.via"
            + " FROM route r JOIN net n ON n.id = r.net_id");
    ROWS.put("site", "SELECT site_id, region, cidr FROM site");
    ROWS.put(
        "site_table",
        "SELECT t.site_table_id, t.region, t.is_main, t.label, s.site_id AS site"
            + " FROM site_table t JOIN site s ON s.id = t.site_id");
    ROWS.put(
        "path",
        "SELECT t.site_table_id AS site_table, p.dest, p.target"
            + " FROM path p JOIN site_table t ON t.id = p.site_table_id");
    ROWS.put("lease", "SELECT lease_id, region, name FROM lease");
    ROWS.put(
        "bucket",
        "SELECT name, region, tier, size, policy, tags,"
            + " (SELECT array_agg(o ORDER BY o) FROM unnest(owners) o) AS owners,"
            + " to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS created_at,"
            + " (SELECT jsonb_agg(jsonb_build_object('prefix', prefix, 'days', days)"
            + "   ORDER BY prefix COLLATE \"C\") FROM bucket_rule r WHERE r.bucket_name = name) AS rules"
            + " FROM bucket");
    ROWS.put("block", "SELECT bucket_name AS bucket, strict FROM block");
    ROWS.put(
        "queue",
        "SELECT q.url, q.region, q.name, q.visibility, d.url AS dead_letter"
            + " FROM queue q LEFT JOIN queue d ON d.id = q.dead_letter_id");
    ROWS.put(
        "host",
        "SELECT h.host_id, h.region, h.size, h.label, s.subnet_id AS subnet,"
            + " d.disk_id AS boot_disk,"
            + " (SELECT jsonb_agg(g.grp_id ORDER BY g.grp_id) FROM host_grp m"
            + "   JOIN grp g ON g.id = m.grp_id WHERE m.host_id = h.id) AS groups"
            + " FROM host h LEFT JOIN subnet s ON s.id = h.subnet_id"
            + " LEFT JOIN disk d ON d.id = h.boot_disk_id");
    ROWS.put(
        "disk",
        "SELECT d.disk_id, d.region, d.gib, d.label, h.host_id AS host"
            + " FROM disk d LEFT JOIN host h ON h.id = d.host_id");
  }

  private static final Map<String, String> REFERENCES =
      Map.of(
          "net", "net_id",
          "zone", "name",
          "peer", "grp_id",
          "bucket", "name",
          "dead_letter", "url",
          "subnet", "subnet_id",
          "boot_disk", "disk_id",
          "host", "host_id",
          "site", "site_id",
          "site_table", "site_table_id");

  private Truth() {}

  /**
   * The rows.
   *
   * @param query answers a query whose rows are one JSON text each
   */
  public static List<String> ofRows(Function<String, List<String>> query) {
    List<String> lines = new ArrayList<>();
    ROWS.forEach(
        (table, sql) ->
            query
                .apply("SELECT to_jsonb(x)::text FROM (" + sql + ") x")
                .forEach(row -> lines.add(line(table, Json.parseObject(row)))));
    return lines.stream().sorted().toList();
  }

  /** The account. */
  public static List<String> ofCloud(FakeAccount account) {
    List<String> lines = new ArrayList<>();
    for (String table : ROWS.keySet()) {
      account.all(table).forEach(image -> lines.add(line(table, flat(image))));
    }
    return lines.stream().sorted().toList();
  }

  private static ObjectNode flat(ObjectNode image) {
    ObjectNode result = Json.object();
    image
        .fields()
        .forEachRemaining(
            f -> {
              JsonNode value = f.getValue();
              boolean reference = REFERENCES.containsKey(f.getKey()) && value.isObject();
              result.set(f.getKey(), reference ? value.get(REFERENCES.get(f.getKey())) : value);
            });
    if (image.has("groups")) {
      List<String> ids = new ArrayList<>();
      image.get("groups").forEach(g -> ids.add(g.at("/grp/grp_id").asText()));
      result.set("groups", Json.of(ids.stream().sorted().toList()));
    }
    for (String set : List.of("owners", "rules")) {
      if (image.hasNonNull(set)) {
        List<JsonNode> all = new ArrayList<>();
        image.get(set).forEach(all::add);
        result.set(
            set,
            Json.of(
                all.stream()
                    .sorted(
                        Comparator.comparing(
                            n -> n.isObject() ? n.get("prefix").asText() : n.asText()))
                    .toList()));
      }
    }
    return result;
  }

  private static String line(String table, ObjectNode values) {
    ObjectNode copy = values.deepCopy();
    if (copy.hasNonNull("policy")) {
      copy.set("policy", PolicyDocuments.canonical(copy.get("policy")));
    }
    copy.properties()
        .removeIf(
            f ->
                f.getValue().isNull()
                    || (f.getValue().isContainerNode() && f.getValue().isEmpty()));
    return table + " " + sorted(copy);
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      ObjectNode result = Json.object();
      node.properties().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(f -> result.set(f.getKey(), sorted(f.getValue())));
      return result;
    }
    if (node.isArray()) {
      List<JsonNode> all = new ArrayList<>();
      node.forEach(one -> all.add(sorted(one)));
      return Json.of(all.stream().collect(Collectors.toList()));
    }
    return node;
  }
}
