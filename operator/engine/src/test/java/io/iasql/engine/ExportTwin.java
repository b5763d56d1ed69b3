package io.iasql.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Inverse;
import io.iasql.engine.export.SqlExport;
import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.fake.Home;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.PooledDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** A database with the fake tables and no account behind it, whose serial ids begin anywhere. */
final class ExportTwin implements AutoCloseable {
  static final Modules MODULES =
      new Modules(
          List.of(
              FakeModules.all().module("fake_net").orElseThrow(),
              FakeModules.all().module("fake_app").orElseThrow(),
              new Home()));

  private final String database = TestServer.newDatabase();
  private final PooledDatabase connections = TestServer.pooled(database);
  private final Jdbi jdbi = Jdbis.over(connections.pool());
  private final Handle handle;
  private final Connection connection;
  private final Catalog catalog;
  private final Map<String, Column> columns = new HashMap<>();
  private final Map<String, Catalog.ForeignKey> ids = new HashMap<>();
  private final int firstId;

  ExportTwin(int firstId) {
    this.firstId = firstId;
    new Installer(connections, MODULES).install(List.of("fake_home"));
    this.handle = jdbi.open();
    this.connection = handle.getConnection();
    this.catalog = Catalog.read(handle);
    for (String table : catalog.parentsFirst()) {
      MODULES
          .resource(table)
          .ifPresent(
              r ->
                  Shape.of(r.type())
                      .columns()
                      .forEach(c -> columns.put(table + "." + c.sqlName(), c)));
      catalog.referrers(table).stream()
          .filter(f -> f.targetColumns().get(0).equals("id"))
          .forEach(f -> ids.put(f.table() + "." + f.columns().get(0), f));
    }
    empty();
  }

  Connection connection() {
    return connection;
  }

  /** Takes every row and audit entry away. */
  void empty() {
    List<String> tables =
        query(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
                + " AND tablename NOT LIKE 'iasql\\_%'");
    // Without triggers; TRUNCATE would make new files for every table and index.
    execute(
        "SET session_replication_role = replica; DELETE FROM iasql_audit_log; "
            + String.join("", tables.stream().map(t -> "DELETE FROM " + t + "; ").toList())
            + "RESET session_replication_role");
    execute(
        "SELECT setval(c.oid, "
            + firstId
            + ") FROM pg_class c WHERE relkind = 'S'"
            + " AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'iasql\\_%'");
  }

  void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Runs exported text as people's SQL runs. */
  void run(String sql) throws SQLException {
    try (PreparedStatement call = connection.prepareStatement("SELECT iasql.run_as_user(?)")) {
      call.setString(1, sql);
      call.execute();
    }
  }

  List<String> query(String sql) {
    List<String> result = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        result.add(rows.getString(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
    return result;
  }

  /** A moment after everything so far. */
  Instant moment() {
    return OffsetDateTime.parse(query("SELECT to_json(clock_timestamp()) #>> '{}'").get(0))
        .toInstant();
  }

  List<String> since(Instant moment) {
    return SqlExport.since(handle, catalog, MODULES, moment);
  }

  List<String> of(String transaction) {
    return SqlExport.forTransaction(handle, catalog, MODULES, transaction);
  }

  /** The newest audit entry. */
  String position() {
    return query("SELECT coalesce(max(id), 0) FROM iasql_audit_log").get(0);
  }

  /** Makes what was written since a position somebody's committed transaction. */
  void committed(String id, String position) {
    execute(
        "UPDATE iasql_audit_log SET transaction_id = '"
            + id
            + "', \"user\" = 'transaction/"
            + id
            + "' WHERE id > "
            + position
            + "; INSERT INTO iasql.transaction (id, name, sql, content_hash, on_failure,"
            + " approved_plan, approved_by, state, submitted_at, finished_at) VALUES ('"
            + id
            + "', '"
            + id
            + "', '', '', 'STOP', '', '', 'COMMITTED', now(), now())");
  }

  /** What takes such a transaction back. */
  Inverse inverse(String id) {
    return Inverse.of(handle, catalog, MODULES, id);
  }

  /** Somebody's transaction: what it wrote carries its id, as after a commit. */
  void transaction(String id, String sql) {
    String position = query("SELECT coalesce(max(id), 0) FROM iasql_audit_log").get(0);
    execute(sql);
    execute(
        "UPDATE iasql_audit_log SET transaction_id = '"
            + id
            + "', \"user\" = 'somebody' WHERE id > "
            + position);
  }

  /**
   * Every row as text, without what a second environment has otherwise: ids and what AWS assigns. A
   * reference stands as what it leads to, three steps far.
   */
  List<String> rows() {
    Map<String, Map<String, ObjectNode>> all = new HashMap<>();
    for (String table : catalog.parentsFirst()) {
      if (!table.startsWith("iasql_")) {
        Map<String, ObjectNode> rows = new HashMap<>();
        for (String row : query("SELECT to_jsonb(t)::text FROM \"" + table + "\" t")) {
          ObjectNode image = Json.parseObject(row);
          rows.put(image.get(catalog.primaryKey(table).get(0)) + "/" + rows.size(), image);
        }
        all.put(table, rows);
      }
    }
    List<String> result = new ArrayList<>();
    all.forEach(
        (table, rows) ->
            rows.values().forEach(r -> result.add(table + " " + text(table, r, all, 3))));
    return result.stream().sorted().toList();
  }

  private String text(
      String table, ObjectNode row, Map<String, Map<String, ObjectNode>> all, int depth) {
    StringBuilder text = new StringBuilder();
    for (String name : new TreeSet<>(catalog.columns(table))) {
      Column column = columns.get(table + "." + name);
      JsonNode value = row.get(name);
      boolean flag = value.isBoolean();
      if (name.equals("id")
          || (column != null && (column.writeOnly() || (column.assigned() && !flag)))) {
        continue;
      }
      Catalog.ForeignKey fk = ids.get(table + "." + name);
      text.append(name).append('=');
      if (fk != null && !value.isNull()) {
        text.append(
            depth == 0
                ? "..."
                : all.get(fk.target()).values().stream()
                    .filter(r -> r.get("id").equals(value))
                    .map(r -> text(fk.target(), r, all, depth - 1))
                    .findFirst()
                    .orElseThrow());
      } else if (column != null && !column.refersTo().isEmpty()) {
        text.append(value.toString().replaceAll("gw-" + firstId + "-", "gw-"));
      } else {
        text.append(value);
      }
      text.append(' ');
    }
    return "(" + text.toString().strip() + ")";
  }

  @Override
  public void close() {
    handle.close();
    connections.close();
    TestServer.drop(database);
  }

  int firstId() {
    return firstId;
  }
}
