package io.iasql.contract;

import io.iasql.peers.AwsEmulator;
import io.iasql.spi.AwsScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the suite needs to know of a table: SQL that people would write. Every column that is sent
 * to AWS must be named by a change, a replacement or a refusal; a column left out fails the suite.
 *
 * <pre>{@code
 * Sample.of("queue")
 *     .insert("INSERT INTO queue (name) VALUES ('jobs')", "name = 'jobs'")
 *     .another("INSERT INTO queue (name) VALUES ('mails')", "name = 'mails'")
 *     .change("visibility_timeout", "60")
 *     .replace("name", "'tasks'", "name = 'tasks'")
 *     .refuse("INSERT INTO queue (name) VALUES ('no spaces')", "1 to 80 letters")
 * }</pre>
 */
public final class Sample {
  /**
   * In SQL it stands for letters and digits that are the account's own, for names unique in AWS.
   */
  public static final String ID = "{id}";

  /**
   * A change of one column.
   *
   * @param column the record's component in snake case
   * @param sql what people write
   * @param where finds the row afterwards
   */
  record Change(String column, String sql, String where) {}

  /** A row that refers to the sample, for the replacement by a change of one column. */
  record Dependant(String column, String table, String insert, String where) {}

  /** SQL that the plan refuses, and words of its message. */
  record Refusal(String sql, String words) {}

  final String table;
  AwsEmulator emulator = AwsEmulator.LOCALSTACK;
  final Set<String> needs = new LinkedHashSet<>();
  final List<String> stage = new ArrayList<>();
  final List<String> stageAbroad = new ArrayList<>();
  boolean inBothRegions;
  String insert = "";
  String where = "";
  Consumer<AwsScope> found;
  String refusedUpdate = "";
  String another = "";
  String anotherWhere = "";
  final List<Change> changes = new ArrayList<>();
  final List<Change> nulls = new ArrayList<>();
  final List<Change> replacements = new ArrayList<>();
  final Map<String, Refusal> fixed = new LinkedHashMap<>();
  final List<Refusal> refusals = new ArrayList<>();
  final List<Dependant> dependants = new ArrayList<>();
  final Set<String> mayStayNull = new LinkedHashSet<>();
  Optional<String> unpaged = Optional.empty();
  String delete = "";
  final Set<String> stirs = new LinkedHashSet<>();
  boolean irreversible;
  boolean keyChanges;
  boolean leavesTraces;
  boolean exclusive;
  final Set<String> unmade = new LinkedHashSet<>();

  private Sample(String table) {
    this.table = table;
  }

  /** A sample of this table. */
  public static Sample of(String table) {
    return new Sample(table);
  }

  /** Another emulator than LocalStack, where that one lacks the service. */
  public Sample on(AwsEmulator other) {
    emulator = other;
    return this;
  }

  /** Tables that are imported before, besides those that the sample's table refers to. */
  public Sample needs(String... tables) {
    needs.addAll(List.of(tables));
    return this;
  }

  /** SQL for what the sample stands on, committed before. */
  public Sample stage(String sql) {
    stage.add(sql);
    return this;
  }

  /**
   * SQL for what the sample stands on in us-east-1, the second region, committed after the rest of
   * the stage by the checks that need one: of lists, of what is refused and of a change of region.
   */
  public Sample stageAbroad(String sql) {
    stageAbroad.add(sql);
    return this;
  }

  /** Resources of this kind connect regions: every check has both. */
  public Sample inBothRegions() {
    inBothRegions = true;
    return this;
  }

  /** The sample, and the condition that finds its row. */
  public Sample insert(String sql, String condition) {
    insert = sql;
    where = condition;
    return this;
  }

  /** For tables that nobody can insert into: calls that make the resource in AWS. */
  public Sample found(Consumer<AwsScope> calls, String condition) {
    found = calls;
    where = condition;
    return this;
  }

  /** The INSERT that is refused, for tables that nobody can insert into. */
  public Sample refusedInsert(String sql) {
    insert = sql;
    return this;
  }

  /** The UPDATE that is refused, for tables that nobody can change. */
  public Sample refusedUpdate(String sql) {
    refusedUpdate = sql;
    return this;
  }

  /** A second one that can be there at the same time. */
  public Sample another(String sql, String condition) {
    another = sql;
    anotherWhere = condition;
    return this;
  }

  /** A column that is changed in place to the value of an SQL expression. */
  public Sample change(String column, String expression) {
    return changeBy(column, update(column, expression));
  }

  /** A column that is changed in place by any SQL. */
  public Sample changeBy(String column, String sql) {
    changes.add(new Change(column, sql, where));
    return this;
  }

  /** A column that is changed in place to NULL, after it has had its changed value. */
  public Sample nulled(String column) {
    nulls.add(new Change(column, update(column, "NULL"), where));
    return this;
  }

  /** The same by any SQL. */
  public Sample nulledBy(String column, String sql) {
    nulls.add(new Change(column, sql, where));
    return this;
  }

  /** A column whose change replaces the resource, and the condition that finds the row then. */
  public Sample replace(String column, String expression, String condition) {
    return replaceBy(column, update(column, expression), condition);
  }

  /** The same by any SQL. */
  public Sample replaceBy(String column, String sql, String condition) {
    replacements.add(new Change(column, sql, condition));
    return this;
  }

  /** A column that no statement can change: the database says why, in these words among others. */
  public Sample fixed(String column, String expression, String words) {
    return fixedBy(column, update(column, expression), words);
  }

  /** The same by any SQL. */
  public Sample fixedBy(String column, String sql, String words) {
    fixed.put(column, new Refusal(sql, words));
    return this;
  }

  /** SQL that the plan refuses after the sample has been made, and words of its message. */
  public Sample refuse(String sql, String words) {
    refusals.add(new Refusal(sql, words));
    return this;
  }

  /** A row that refers to the sample and has to follow when a change of a column replaces that. */
  public Sample dependant(String column, String ofTable, String sql, String condition) {
    dependants.add(new Dependant(column, ofTable, sql, condition));
    return this;
  }

  /** Assigned columns that have no value in this sample. */
  public Sample mayStayNull(String... columns) {
    mayStayNull.addAll(List.of(columns));
    return this;
  }

  /** What is written to AWS cannot be read again: a change or deletion cannot be taken back. */
  public Sample irreversible() {
    irreversible = true;
    return this;
  }

  /** AWS gives the resource another id at some changes, although it stays the same. */
  public Sample keyChanges() {
    keyChanges = true;
    return this;
  }

  /** What is deleted is still felt by the next one: each test has an account of its own. */
  public Sample leavesTraces() {
    leavesTraces = true;
    return this;
  }

  /** The columns that can be changed exclude each other, as the targets of a route do. */
  public Sample exclusive() {
    exclusive = true;
    return this;
  }

  /** Columns that take ids of resources that no table has: the suite can make none. */
  public Sample unmade(String... columns) {
    unmade.addAll(List.of(columns));
    return this;
  }

  /** Tables in which AWS changes a value along, of which the rows hear by the next sync. */
  public Sample stirs(String... tables) {
    stirs.addAll(List.of(tables));
    return this;
  }

  /** AWS answers the list in one page, as its API reference says here. */
  public Sample unpaged(String reason) {
    unpaged = Optional.of(reason);
    return this;
  }

  /** Another DELETE than of the one row: with rows that go along. */
  public Sample delete(String sql) {
    delete = sql;
    return this;
  }

  String delete() {
    return delete.isEmpty() ? "DELETE FROM " + table + " WHERE " + where : delete;
  }

  /** All changes, one after the other. */
  String allChanges() {
    return String.join(";\n", changes.stream().map(Change::sql).toList());
  }

  private String update(String column, String expression) {
    return "UPDATE " + table + " SET " + column + " = " + expression + " WHERE " + where;
  }
}
