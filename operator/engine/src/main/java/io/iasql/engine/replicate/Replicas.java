package io.iasql.engine.replicate;

import io.iasql.engine.EngineContext;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.Outages;
import io.iasql.engine.Parameters;
import io.iasql.engine.export.AdaptedExport;
import io.iasql.engine.export.ParameterCalls;
import io.iasql.engine.export.RowChange;
import io.iasql.engine.export.SqlExport;
import io.iasql.engine.plan.Draft;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.plan.PlanStore;
import io.iasql.engine.plan.Planner;
import io.iasql.engine.plan.UserSql;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.AwsPlace;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * One environment as the source or the target of replications. Changes nothing: what is carried
 * over becomes a transaction like any other.
 *
 * <p>Safe for use by several threads. The methods take as long as PostgreSQL and AWS take, and
 * throw {@link UnavailableException} while either is out of reach.
 */
public final class Replicas {
  private final EngineContext context;
  private final Jdbi jdbi;
  private final Planner planner;

  public Replicas(EngineContext context, Jdbi jdbi, Planner planner) {
    this.context = context;
    this.jdbi = jdbi;
    this.planner = planner;
  }

  // As the source --------------------------------------------------------------------------------

  /** What texts name of this account. */
  public AwsPlace place() {
    return Outages.translate(() -> AwsPlace.of(context.scope()));
  }

  /** The newest committed transaction of this name ({@code namespace/name}). */
  public Optional<Commit> commit(String name) {
    return Outages.translate(
        () ->
            jdbi.withHandle(
                h ->
                    commits(h, "name = :name ORDER BY position DESC LIMIT 1", Map.of("name", name))
                        .stream()
                        .findFirst()));
  }

  /** The transactions whose commit ended after a moment and at another at the latest, in order. */
  public List<Commit> commits(Instant after, Instant until) {
    return Outages.translate(
        () ->
            jdbi.withHandle(
                h ->
                    commits(
                        h,
                        "finished_at > :after AND finished_at <= :until ORDER BY position",
                        Map.of("after", utc(after), "until", utc(until)))));
  }

  /** The transactions that were submitted after a position, in order. */
  public List<Commit> commits(long position) {
    return Outages.translate(
        () ->
            jdbi.withHandle(
                h ->
                    commits(
                        h,
                        "position > :position ORDER BY position",
                        Map.of("position", position))));
  }

  private static OffsetDateTime utc(Instant moment) {
    return moment.atOffset(ZoneOffset.UTC);
  }

  private static List<Commit> commits(Handle handle, String which, Map<String, ?> values) {
    return handle
        .createQuery(
            "SELECT id, name, position, finished_at FROM iasql.transaction"
                + " WHERE state = 'COMMITTED' AND "
                + which)
        .bindMap(values)
        .map(
            (rs, ctx) ->
                new Commit(
                    rs.getString(1),
                    rs.getString(2),
                    rs.getLong(3),
                    rs.getObject(4, OffsetDateTime.class).toInstant()))
        .list();
  }

  /**
   * What a transaction did to the rows, for another environment.
   *
   * @param transaction the transaction's id
   * @param target the other environment's account
   * @param mustApply whether a rule that applies to no row is a mistake: it is not while rows are
   *     still to come
   * @throws ReplicationException when the rules do not fit the rows
   */
  public Carried carry(String transaction, AwsPlace target, Rules rules, boolean mustApply) {
    return Outages.translate(
        () ->
            jdbi.inTransaction(
                TransactionIsolationLevel.REPEATABLE_READ,
                h -> carry(h, transaction, target, rules, mustApply)));
  }

  private Carried carry(
      Handle handle, String transaction, AwsPlace target, Rules rules, boolean mustApply) {
    Catalog catalog = context.catalog(handle);
    RuleCheck check = new RuleCheck(handle, catalog, rules);
    List<String> problems = new ArrayList<>(check.unknown());
    if (!problems.isEmpty()) {
      throw new ReplicationException(problems);
    }
    Translation translation =
        new Translation(AwsPlace.of(context.scope()), target, rules, context.modules());
    AdaptedExport export =
        SqlExport.adapted(handle, catalog, context.modules(), transaction, translation);
    problems.addAll(translation.problems());
    if (mustApply) {
      problems.addAll(check.idle(translation));
    }
    if (!problems.isEmpty()) {
      throw new ReplicationException(problems);
    }
    Map<String, String> modules = new HashMap<>();
    handle
        .createQuery("SELECT \"table\", module FROM public.iasql_tables")
        .map((rs, ctx) -> modules.put(rs.getString(1), rs.getString(2).split("@", 2)[0]))
        .list();
    Map<String, Integer> actions =
        PlanStore.load(handle, transaction, Integer.MAX_VALUE)
            .map(plan -> actions(plan.lines()))
            .orElse(Map.of());
    return new Carried(export, modules, actions, translation);
  }

  private static Map<String, Integer> actions(List<PlanStore.Line> lines) {
    Map<String, Integer> actions = new HashMap<>();
    lines.forEach(l -> actions.merge(l.action() + " " + l.table(), 1, Integer::sum));
    return actions;
  }

  // As the target --------------------------------------------------------------------------------

  /** The modules that this environment would have to have. */
  public Set<String> missingModules(Carried carried) {
    return Outages.translate(
        () -> jdbi.withHandle(h -> resolution(h, context.catalog(h)).missingModules(carried)));
  }

  /** What the text names and this environment has not exactly once; nothing is left behind. */
  public List<Unmapped> unmapped(Carried carried) {
    return tried((handle, catalog) -> resolution(handle, catalog).of(carried));
  }

  private Resolution resolution(Handle handle, Catalog catalog) {
    return new Resolution(handle, catalog, context.modules(), context.settings().sqlLimit());
  }

  /**
   * Whether a text does here what was committed there.
   *
   * @param sql the text as it stands, which people may have edited
   * @throws InvalidTransactionException when the text cannot be planned
   */
  public Comparison compare(String sql, Carried carried) {
    String runnable = ParameterCalls.withoutValues(sql);
    List<RowChange> changes =
        tried(
            (handle, catalog) -> {
              long position = NetChange.position(handle);
              UserSql.run(
                  handle.getConnection(), runnable, Parameters.NONE, context.settings().sqlLimit());
              return SqlExport.changes(
                  handle,
                  catalog,
                  context.modules(),
                  NetChange.since(handle, catalog, context.modules(), position));
            });
    Map<String, Integer> actions =
        Outages.translate(
            () -> actions(PlanStore.lines(planner.plan(new Draft.Statements(runnable)).plan())));
    return Comparison.of(carried, changes, actions);
  }

  /** Something to be tried in a transaction. */
  private interface Attempt<T> {
    T run(Handle handle, Catalog catalog);
  }

  private <T> T tried(Attempt<T> attempt) {
    return Outages.translate(
        () -> {
          try (DatabaseSession session = UserSql.open(context.database());
              Handle handle = session.handle()) {
            T result = attempt.run(handle, context.catalog(handle));
            session.reuse();
            return result;
          } catch (SQLException e) {
            throw new UnavailableException("PostgreSQL: " + e.getMessage(), e);
          }
        });
  }

  /** Whether a transaction of this name has been committed, with whatever SQL. */
  public boolean isInLedger(String name) {
    return Outages.translate(
        () ->
            jdbi.withHandle(
                h ->
                    h.createQuery("SELECT EXISTS (SELECT FROM iasql.ledger WHERE name = :name)")
                        .bind("name", name)
                        .mapTo(Boolean.class)
                        .one()));
  }
}
