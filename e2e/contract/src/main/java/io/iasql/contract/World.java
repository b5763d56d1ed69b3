package io.iasql.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.aws.account.SdkAwsConnector;
import io.iasql.engine.Engine;
import io.iasql.engine.OnFailure;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.commit.Submission;
import io.iasql.engine.commit.Submissions;
import io.iasql.engine.commit.TransactionState;
import io.iasql.engine.commit.TransactionView;
import io.iasql.engine.plan.Plan;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.CatalogCache;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.sync.SyncReport;
import io.iasql.peers.AwsEmulator;
import io.iasql.peers.AwsPeer;
import io.iasql.peers.PostgresPeer;
import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** One environment: a database over an account, the operator at work, and a view of AWS itself. */
final class World implements AutoCloseable {
  /** The region that the account calls its default. */
  static final String HOME = "eu-west-1";

  /** The second region, of worlds that have one. */
  static final String ABROAD = "us-east-1";

  private static final Duration LONGEST_COMMIT = Duration.ofMinutes(2);

  private final Template template;
  private final AwsAccountSettings settings;
  private final AwsAccount calm;
  private final boolean ownsAccount;
  private final String id;
  private final String database;
  private final PooledDatabase connections;
  private final Jdbi jdbi;
  private final CatalogCache catalogs = new CatalogCache();
  private Operator operator;

  private World(
      Template template,
      AwsAccountSettings settings,
      AwsAccount calm,
      String id,
      boolean ownsAccount) {
    this.template = template;
    this.settings = settings;
    this.calm = calm;
    this.id = id;
    this.ownsAccount = ownsAccount;
    this.database = template.copy();
    this.connections = new PooledDatabase(PostgresPeer.shared().dataSource(database));
    this.jdbi = Jdbis.over(connections.pool());
    this.operator = new Operator(database, template.modules(), settings);
  }

  /**
   * An account and an environment that nobody else uses.
   *
   * @param regions that are read: home, or both
   */
  static World open(Template template, AwsEmulator emulator, List<String> regions) {
    AwsPeer peer = AwsPeer.shared(emulator);
    AwsPeer.Account account = peer.newAccount();
    AwsAccountSettings settings =
        new AwsAccountSettings(
            account.id(),
            HOME,
            regions,
            new AwsAccountSettings.StaticKeys(
                account.accessKeyId(), account.secretAccessKey(), account.sessionToken()),
            Optional.of(peer.endpoint()));
    return new World(
        template,
        settings,
        new SdkAwsConnector().open(settings),
        UUID.randomUUID().toString().substring(0, 8),
        true);
  }

  /** Another environment over the same account. */
  World sibling() {
    return new World(template, settings, calm, id, false);
  }

  /** The regions that it reads. */
  List<String> regions() {
    return settings.regions();
  }

  Operator operator() {
    return operator;
  }

  Engine engine() {
    return operator.engine();
  }

  /** AWS as it is, without faults. */
  AwsScope aws() {
    return calm.scope();
  }

  /** Ends the operator's life in good order and begins the next one. */
  void restart() {
    operator.close();
    operator = new Operator(database, template.modules(), settings);
  }

  /** Has an operator that lives, and nothing left in it of what a test wanted to go wrong. */
  void settle() {
    if (operator.calls().isDead()) {
      restart();
    } else {
      operator.forget();
    }
  }

  Plan plan(String sql) {
    return engine().plan(UUID.randomUUID().toString(), named(sql));
  }

  /** Text with the names that are this account's own in all of AWS. */
  String named(String text) {
    return text.replace(Sample.ID, id);
  }

  /** Plans, approves and waits for the end. */
  TransactionView commit(String sql) {
    return await(submit(sql));
  }

  /** Plans and approves. */
  String submit(String text) {
    String transaction = UUID.randomUUID().toString();
    String sql = named(text);
    Plan plan = engine().plan(transaction, sql);
    engine()
        .submit(
            new Submission(
                transaction, transaction, sql, OnFailure.ROLLBACK, plan.id(), "reviewer"));
    return transaction;
  }

  /** Waits for the end of a submitted transaction. */
  TransactionView await(String id) {
    TransactionView view = awaitEndOrDeath(id);
    if (!view.state().isFinal()) {
      throw new AssertionError("the operator has died over " + view);
    }
    return view;
  }

  /** The same, or until the operator has died over it. */
  TransactionView awaitEndOrDeath(String id) {
    Instant deadline = Instant.now().plus(LONGEST_COMMIT);
    while (true) {
      boolean dead = operator.calls().isDead();
      TransactionView view = jdbi.withHandle(h -> Submissions.view(h, id)).orElseThrow();
      if (view.state().isFinal() || dead) {
        return view;
      }
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(
            "still " + view + " after " + LONGEST_COMMIT + "\n" + operator.faults());
      }
      pause();
    }
  }

  private void pause() {
    try {
      operator.awaitMove(Duration.ofMillis(50));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Commits what has to succeed. */
  void committed(String sql) {
    TransactionView view = commit(sql);
    assertThat(view.state())
        .as("%s\n%s\n%s", sql, view.message(), operator.faults())
        .isEqualTo(TransactionState.COMMITTED);
  }

  /** Commits what has to fail and be taken back. */
  void rolledBack(String sql) {
    TransactionView view = commit(sql);
    assertThat(view.state())
        .as("%s\n%s", sql, view.message())
        .isEqualTo(TransactionState.ROLLED_BACK);
  }

  /** Reads AWS into the rows; the listing must not fail. */
  SyncReport sync(String... tables) {
    SyncReport report = engine().sync(Set.of(tables));
    assertThat(report.failures()).as("listings that failed").isEmpty();
    return report;
  }

  /** Commits what has to fail and cannot be taken back, and says so. */
  void partlyApplied(String sql) {
    TransactionView view = commit(sql);
    assertThat(view.state())
        .as("%s\n%s", sql, view.message())
        .isEqualTo(TransactionState.PARTIALLY_APPLIED);
    assertThat(view.message()).contains("Taking back what had been done failed");
  }

  /** A sync that finds nothing new: rows and AWS agree. */
  void assertNoDrift(String... tables) {
    SyncReport report = sync(tables);
    assertThat(report.changedTables())
        .as(
            "tables in which a sync found a difference (%d new, %d changed, %d gone)",
            report.inserted(), report.updated(), report.deleted())
        .isEmpty();
  }

  /** The images of rows. */
  List<ObjectNode> rows(CloudResource<?> resource, String where) {
    Shape shape = Shape.of(resource.type());
    return jdbi.withHandle(
        handle -> {
          Catalog catalog = catalogs.read(handle);
          List<ObjectNode> rows =
              handle
                  .createQuery(
                      "SELECT to_jsonb(t)::text FROM public."
                          + shape.table()
                          + " t WHERE "
                          + named(where).replace("?", "??").replace(":", "\\:"))
                  .mapTo(String.class)
                  .map(Json::parseObject)
                  .list();
          return RowGraph.now(handle, catalog).images(shape, shape.table(), rows);
        });
  }

  /** The image of the one row. */
  ObjectNode row(CloudResource<?> resource, String where) {
    List<ObjectNode> rows = rows(resource, where);
    assertThat(rows).as("rows of " + Shape.of(resource.type()).table() + " " + where).hasSize(1);
    return rows.get(0);
  }

  @Override
  public void close() {
    operator.close();
    if (ownsAccount) {
      calm.close();
    }
    connections.close();
    PostgresPeer.shared().dropDatabase(database);
  }
}
