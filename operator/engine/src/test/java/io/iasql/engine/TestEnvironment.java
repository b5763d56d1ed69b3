package io.iasql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.fake.FakeAccount;
import io.iasql.engine.fake.FakeModules;
import io.iasql.engine.fake.Power;
import io.iasql.engine.fake.Truth;
import io.iasql.engine.guard.Guards;
import io.iasql.engine.guard.Limits;
import io.iasql.engine.guard.ProtectRule;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.engine.sync.SyncReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;

/** An environment under test: a database, a fake account and an engine between them. */
final class TestEnvironment implements AutoCloseable {
  private static final String APPLICATION = "engine";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final EngineSettings SETTINGS =
      new EngineSettings(Duration.ofSeconds(60), 4, Duration.ofSeconds(20));
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String database;
  private final FakeAccount account;
  private final Power power;
  private final PooledDatabase connections;
  private final Jdbi jdbi;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final ConcurrentLinkedQueue<Set<String>> moves = new ConcurrentLinkedQueue<>();
  private final Engine engine;

  TestEnvironment(String database, FakeAccount account, Power power) {
    this(database, account, power, "test", SETTINGS);
  }

  TestEnvironment(
      String database, FakeAccount account, Power power, String name, EngineSettings settings) {
    this(database, account, power, name, settings, Clock.systemUTC());
  }

  private TestEnvironment(
      String database,
      FakeAccount account,
      Power power,
      String name,
      EngineSettings settings,
      Clock clock) {
    this.database = database;
    this.account = account;
    this.power = power;
    this.connections = TestServer.pooled(database, APPLICATION);
    this.jdbi = Jdbis.over(connections.pool());
    EngineListener listener =
        new EngineListener() {
          @Override
          public void transactionMoved(String id) {}

          @Override
          public void tablesMoved(Set<String> tables) {
            moves.add(tables);
          }
        };
    this.engine =
        new Engine(
            new EngineContext(
                name,
                FragileDatabase.of(connections, power),
                FakeModules.all(),
                () -> account.scope(power),
                executor,
                clock,
                settings),
            listener,
            timer);
  }

  /** An empty account, read into a new database. */
  static TestEnvironment fresh() {
    TestEnvironment environment =
        new TestEnvironment(TestServer.newDatabase(), new FakeAccount(), Power.lasting());
    environment.sync();
    return environment;
  }

  /** An empty account, read into a new database at another time. */
  static TestEnvironment fresh(Clock clock) {
    TestEnvironment environment =
        new TestEnvironment(
            TestServer.newDatabase(), new FakeAccount(), Power.lasting(), "test", SETTINGS, clock);
    environment.sync();
    return environment;
  }

  /** A copy of this stopped environment: the same rows, the same account. */
  TestEnvironment copy() {
    return new TestEnvironment(TestServer.copyOf(database), account.copy(), Power.lasting());
  }

  /** Another process on the same database and account. */
  TestEnvironment another(Power otherPower) {
    return new TestEnvironment(database, account, otherPower);
  }

  Engine engine() {
    return engine;
  }

  /** Posts guards, newer than those before. */
  void guard(Guards guards) {
    engine.guard(COUNT.incrementAndGet(), guards);
  }

  void protect(ProtectRule... rules) {
    guard(new Guards(List.of(rules), List.of(), Limits.NONE));
  }

  FakeAccount account() {
    return account;
  }

  Power power() {
    return power;
  }

  String database() {
    return database;
  }

  /** Sessions that wait for their next use. */
  int idleSessions() {
    return query(
            "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database()"
                + " AND application_name = '"
                + APPLICATION
                + "' AND state = 'idle' AND query = 'DISCARD ALL'")
        .size();
  }

  /** The tables of each move that the listener heard of. */
  List<Set<String>> moves() {
    return List.copyOf(moves);
  }

  // Rows
  // -------------------------------------------------------------------------------------------

  /** Somebody writes past the engine. */
  void execute(String sql) {
    try (Connection connection = connections.pool().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  List<String> query(String sql) {
    return jdbi.withHandle(
        h -> h.createQuery(sql.replace("::", "\\:\\:")).mapTo(String.class).list());
  }

  String value(String sql) {
    List<String> all = query(sql);
    assertThat(all).as(sql).hasSize(1);
    return all.get(0);
  }

  /** Every table of the database with all that is in it. */
  Map<String, String> contents() {
    Map<String, String> contents = new TreeMap<>();
    for (String table :
        query(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
                + " WHERE schemaname IN ('public', 'iasql')")) {
      contents.put(
          table,
          value(
              "SELECT coalesce(string_agg(to_jsonb(t)::text, E'\\n' ORDER BY to_jsonb(t)::text),"
                  + " '') FROM "
                  + table
                  + " t"));
    }
    contents.put(
        "objects",
        value(
            "SELECT string_agg(o, E'\\n' ORDER BY o) FROM (SELECT 'class ' || oid::text FROM pg_class"
                + " WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)"
                + " UNION ALL SELECT 'proc ' || oid::text FROM pg_proc"
                // Roles are the server's; those of other databases have their names in theirs.
                + " UNION ALL SELECT 'role ' || rolname FROM pg_roles"
                + " WHERE rolname ~ ('(^|_)' || current_database() || '($|\\.)')"
                + " OR rolname !~ '(test|empty)_[0-9]'"
                + " UNION ALL SELECT 'extension ' || extname FROM pg_extension) x (o)"));
    return contents;
  }

  long audited() {
    return Long.parseLong(value("SELECT count(*)::text FROM iasql_audit_log"));
  }

  List<String> rows() {
    return Truth.ofRows(this::query);
  }

  List<String> cloud() {
    return Truth.ofCloud(account);
  }

  void assertRowsEqualCloud() {
    assertThat(rows()).isEqualTo(cloud());
  }

  // Engine
  // -----------------------------------------------------------------------------------------

  static String newId() {
    return "tx-" + COUNT.incrementAndGet();
  }

  SyncReport sync() {
    return engine.sync(Set.of());
  }

  Plan plan(String sql) {
    return engine.plan(newId(), sql);
  }

  /** The plan's actions as {@code kind table description}. */
  static List<String> actions(Plan plan) {
    return PlanStore.lines(plan).stream()
        .map(l -> l.action() + " " + l.table() + " " + l.description())
        .toList();
  }

  /** Plans, approves and submits; returns the transaction's id. */
  String submit(String sql, OnFailure onFailure) {
    String id = newId();
    return submit(id, sql, onFailure, engine.plan(id, sql).id());
  }

  String submit(String id, String sql, OnFailure onFailure, String plan) {
    engine.submit(new Submission(id, "name-" + id, sql, onFailure, plan, "somebody"));
    return id;
  }

  TransactionView await(String id) {
    Awaitility.await("the end of " + id)
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> engine.view(id).map(v -> v.state().isFinal()).orElse(false));
    return engine.view(id).orElseThrow();
  }

  /** Plans, approves and commits, and waits for the end. */
  TransactionView commit(String sql, OnFailure onFailure) {
    return await(submit(sql, onFailure));
  }

  /** Commits what must succeed, and checks that rows and cloud say the same afterwards. */
  Plan commit(String sql) {
    String id = newId();
    Plan plan = engine.plan(id, sql);
    submit(id, sql, OnFailure.ROLLBACK, plan.id());
    TransactionView view = await(id);
    assertThat(view.state())
        .as(view.message())
        .isIn(TransactionState.COMMITTED, TransactionState.NO_CHANGES);
    assertRowsEqualCloud();
    return plan;
  }

  /** The same while others write, so that rows and cloud need not be equal in between. */
  TransactionState commitWhateverElseHappens(String sql) {
    TransactionState state;
    do {
      // A plan that others' writes overtook is made once more.
      state = await(submit(sql, OnFailure.ROLLBACK)).state();
    } while (state == TransactionState.SUPERSEDED);
    assertThat(state).isIn(TransactionState.COMMITTED, TransactionState.NO_CHANGES);
    return state;
  }

  /** Ends this process; the database stays. */
  void stop() {
    engine.close();
    timer.shutdownNow();
    executor.shutdownNow();
    connections.close();
  }

  @Override
  public void close() {
    stop();
    if (!database.equals("prepared")) {
      TestServer.drop(database);
    }
  }
}
