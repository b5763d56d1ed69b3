package io.iasql.engine;

import java.util.Random;

/** Random edits of the fake tables; a constraint does not let every one of them happen. */
final class RandomEdits {
  private final Random random;

  RandomEdits(Random random) {
    this.random = random;
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Some row's id, as a sub-select that always means the same one. */
  private String some(String table) {
    return "(SELECT id FROM "
        + table
        + " ORDER BY hashint4(id::int + "
        + random.nextInt(1000)
        + ") LIMIT 1)";
  }

  private String bucket() {
    return "(SELECT name FROM bucket ORDER BY hashtext(name || '"
        + random.nextInt(1000)
        + "') LIMIT 1)";
  }

  private String word() {
    return pick(
        "'a'", "'b'", "'c'", "'it''s'", "E'two\\nlines'", "'back\\slash'", "'x -- y'", "NULL");
  }

  /** Few enough for some rows to be alike. */
  private String label() {
    return "'l" + random.nextInt(25) + "'";
  }

  private String json() {
    return pick(
        "NULL",
        "'{}'",
        "'{\"Name\":\"a''b\"}'",
        "'{\"b\":\"2\",\"a\":\"1\"}'",
        "'{\"n\":[1,2.5,null,true]}'");
  }

  private String name() {
    return pick("'alpha'", "'beta'", "'gamma'", "'delta'");
  }

  private String text() {
    return pick(
        "NULL",
        "'local'",
        "(SELECT gateway_id FROM gateway WHERE gateway_id IS NOT NULL ORDER BY hashtext(gateway_id || '"
            + random.nextInt(100)
            + "') LIMIT 1)");
  }

  /** A statement, or a few that belong together. */
  String next() {
    return switch (random.nextInt(36)) {
      case 0 ->
          "INSERT INTO net (cidr, dns, tags) VALUES ('10."
              + random.nextInt(200)
              + ".0.0/16', "
              + random.nextBoolean()
              + ", "
              + json()
              + ")";
      case 1 ->
          "UPDATE net SET dns = NOT dns, tags = "
              + json()
              + " WHERE NOT is_default AND id = "
              + some("net");
      case 2 ->
          "INSERT INTO subnet (net_id, cidr, zone_name, label) SELECT id, '10.1."
              + random.nextInt(200)
              + ".0/24', "
              + pick("'eu-1a'", "'eu-1b'", "NULL")
              + ", "
              + word()
              + " FROM net WHERE id = "
              + some("net");
      case 3 ->
          "UPDATE subnet SET label = "
              + word()
              + ", cidr = '10.2."
              + random.nextInt(200)
              + ".0/24' WHERE id = "
              + some("subnet");
      case 4, 5 ->
          "INSERT INTO grp (name, description, net_id, peer_id) VALUES ("
              + name()
              + ", "
              + word()
              + ", "
              + pick("NULL", some("net"))
              + ", "
              + pick("NULL", some("grp"))
              + ")";
      case 6 ->
          "UPDATE grp SET peer_id = "
              + pick("NULL", "id", some("grp"))
              + ", label = "
              + word()
              + " WHERE id = "
              + some("grp");
      case 7 ->
          "UPDATE grp g SET name = o.name FROM grp o WHERE o.net_id = g.net_id AND o.id <> g.id"
              + " AND 'default' NOT IN (g.name, o.name) AND (SELECT count(*) FROM grp c WHERE"
              + " c.net_id = g.net_id AND c.name <> 'default') = 2";
      case 8 ->
          "INSERT INTO gateway (kind, label) VALUES ("
              + pick("'nat'", "'vpn'")
              + ", 'g"
              + random.nextInt(100_000)
              + "')";
      case 9, 10 ->
          "INSERT INTO route (net_id, dest, target, hops, via) SELECT id, "
              + name()
              + ", "
              + text()
              + ", ARRAY["
              + text()
              + ", "
              + text()
              + "], "
              + text()
              + " FROM net WHERE id = "
              + some("net");
      case 11 ->
          "UPDATE route SET target = "
              + text()
              + ", hops = "
              + pick("NULL", "'{}'", "ARRAY[" + text() + "]")
              + " WHERE id = "
              + some("route");
      case 12, 13 ->
          "INSERT INTO bucket (name, region, tier, size, policy, tags, owners, secret,"
              + " pinned) VALUES ("
              + name()
              + ", "
              + pick("'eu-1'", "'eu-2'")
              + ", "
              + word()
              + ", "
              + (1 + random.nextInt(9))
              + ", "
              + json()
              + ", "
              + json()
              + ", "
              + pick("NULL", "'{}'", "ARRAY['a','b,c',NULL]")
              + ", "
              + pick("NULL", "'hush'")
              + ", "
              + random.nextBoolean()
              + ")";
      case 14 -> "UPDATE bucket SET name = " + name() + " WHERE name = " + bucket();
      case 15 ->
          "UPDATE bucket SET size = "
              + pick("NULL", "7")
              + ", tags = "
              + json()
              + ", policy = "
              + json()
              + ", owners = "
              + pick("NULL", "ARRAY['z']")
              + ", secret = 's', pinned = NOT pinned"
              + " WHERE name = "
              + bucket();
      case 16, 17 ->
          "INSERT INTO bucket_rule (bucket_name, prefix, days) VALUES ("
              + bucket()
              + ", "
              + name()
              + ", "
              + random.nextInt(9)
              + ")";
      case 18 ->
          "UPDATE bucket_rule SET prefix = 'tmp' WHERE prefix = 'alpha'; UPDATE bucket_rule SET"
              + " prefix = 'alpha' WHERE prefix = 'beta'; UPDATE bucket_rule SET prefix = 'beta' WHERE"
              + " prefix = 'tmp'";
      case 19 ->
          "INSERT INTO block (bucket_name, strict) VALUES ("
              + bucket()
              + ", "
              + random.nextBoolean()
              + ")";
      case 20 -> "UPDATE block SET strict = NOT strict WHERE bucket_name = " + bucket();
      case 21 -> "DELETE FROM bucket WHERE name = " + bucket();
      case 22 ->
          "DELETE FROM bucket WHERE name = 'alpha'; UPDATE bucket SET name = 'alpha' WHERE name = 'beta'";
      case 23, 24 ->
          "INSERT INTO queue (name, region, visibility, dead_letter_id) VALUES ("
              + name()
              + ", "
              + pick("'eu-1'", "'eu-2'")
              + ", "
              + pick("NULL", "30")
              + ", "
              + pick("NULL", some("queue"))
              + ")";
      case 25 ->
          "UPDATE queue SET dead_letter_id = "
              + pick("NULL", "id", some("queue"))
              + " WHERE id = "
              + some("queue");
      case 26 ->
          "UPDATE queue SET name = 'tmp' WHERE name = 'alpha'; UPDATE queue SET name = 'alpha' WHERE"
              + " name = 'beta'; UPDATE queue SET name = 'beta' WHERE name = 'tmp'";
      case 27 ->
          "UPDATE queue SET dead_letter_id = NULL WHERE dead_letter_id = (SELECT id FROM queue"
              + " WHERE name = 'gamma' AND region = 'eu-1'); DELETE FROM queue WHERE name = 'gamma' AND"
              + " region = 'eu-1'; INSERT INTO queue (name, region, visibility) VALUES ('gamma', 'eu-1', 60)";
      case 28 ->
          "INSERT INTO host (label, size, subnet_id, boot_disk_id) VALUES ("
              + label()
              + ", "
              + pick("'s'", "'m'")
              + ", "
              + pick("NULL", some("subnet"))
              + ", "
              + pick("NULL", some("disk"))
              + ")";
      case 29 ->
          "INSERT INTO disk (gib, label, host_id) VALUES ("
              + random.nextInt(9)
              + ", "
              + label()
              + ", "
              + pick("NULL", some("host"))
              + ")";
      case 30 ->
          "UPDATE host SET boot_disk_id = "
              + pick("NULL", some("disk"))
              + ", label = "
              + label()
              + " WHERE id = "
              + some("host");
      case 31 -> "INSERT INTO host_grp VALUES (" + some("host") + ", " + some("grp") + ")";
      case 32 -> "DELETE FROM host_grp WHERE host_id = " + some("host");
      case 33 ->
          "INSERT INTO lan (cidr, region, tags) VALUES ('10."
              + random.nextInt(200)
              + ".0.0/16', "
              + pick("'eu-1'", "'eu-2'")
              + ", "
              + json()
              + "); INSERT INTO gate (label, lan_id,"
              + " region) SELECT "
              + label()
              + ", id, region FROM lan WHERE id = "
              + some("lan")
              + "; INSERT INTO address (gate_id) VALUES ("
              + some("gate")
              + ")";
      case 34 ->
          "DELETE FROM gate WHERE NOT EXISTS (SELECT FROM address a WHERE a.gate_id = gate.id);"
              + " INSERT INTO gate (label, lan_id, region) SELECT "
              + label()
              + ", id, region FROM lan l"
              + " WHERE NOT EXISTS (SELECT FROM gate g WHERE g.lan_id = l.id)";
      default -> {
        String table =
            pick(
                "net", "subnet", "grp", "gateway", "route", "queue", "host", "disk", "memo", "lan",
                "gate", "address");
        String kept =
            switch (table) {
              case "net" -> " AND NOT is_default";
              case "grp" -> " AND name <> 'default'";
              default -> "";
            };
        yield "DELETE FROM " + table + " WHERE id = " + some(table) + kept;
      }
    };
  }
}
