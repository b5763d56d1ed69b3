package io.iasql.engine.sync;

import io.iasql.engine.EngineContext;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.Proposal;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.SqlExport;
import io.iasql.engine.plan.NetChange;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.Jdbis;
import io.iasql.engine.store.Snapshots;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Reach;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Reads the account into the rows. Every table is listed in every region, several at once, each
 * listing streamed page by page into a staging table, so that memory does not grow with the
 * account. A listing that fails is reported by name and leaves its rows alone.
 */
public final class Importer {
  private final EngineContext context;
  private final Jdbi jdbi;

  public Importer(EngineContext context) {
    this.context = context;
    this.jdbi = Jdbis.over(context.database().pool());
  }

  private record Listing(CloudResource<?> resource, String region) {
    String table() {
      return Shape.of(resource.type()).table();
    }
  }

  private record Listed(Listing listing, Optional<String> failure) {}

  /**
   * Lists everything and merges it.
   *
   * @param tables only these tables, or all when empty
   * @param policy what happens where the account differs from the rows
   * @throws UnavailableException when PostgreSQL or the account as a whole is out of reach
   */
  public SyncReport sync(Set<String> tables, DriftPolicy policy) {
    return listed(
        tables,
        (sync, started, listed) ->
            switch (policy) {
              case ACCEPT -> merge(sync, started, listed);
              case REPORT -> report(sync, started, listed);
              case RESTORE -> restore(sync, started, listed);
            });
  }

  /**
   * What a sync would do to the rows; they stay as they are.
   *
   * @throws UnavailableException when PostgreSQL or the account as a whole is out of reach
   */
  public List<NetChange.Row> drift() {
    return listed(Set.of(), this::compare);
  }

  @FunctionalInterface
  private interface Use<T> {
    T of(String sync, Instant started, List<Listed> listed);
  }

  private <T> T listed(Set<String> tables, Use<T> use) {
    Instant started = context.clock().instant();
    AwsScope scope = context.scope();
    checkAccount(scope);
    String sync = UUID.randomUUID().toString();
    try {
      return use.of(
          sync,
          started,
          context.inParallel(listings(scope, tables), one -> stage(scope, sync, one)));
    } finally {
      jdbi.useHandle(h -> h.execute("DELETE FROM iasql.stage WHERE sync_id = ?", sync));
    }
  }

  private List<NetChange.Row> compare(String sync, Instant started, List<Listed> listed) {
    List<String> failures = new ArrayList<>();
    Map<String, Set<String>> regions = complete(listed, failures);
    if (!failures.isEmpty()) {
      throw new UnavailableException("AWS: " + String.join("; ", failures), null);
    }
    return inTransaction((handle, again) -> changes(handle, sync, started, regions, again));
  }

  @FunctionalInterface
  private interface Merging<T> {
    T in(Handle handle, boolean again);
  }

  /**
   * Merges in a transaction, and once more when a row was there of which the transaction does not
   * know: who wrote it meanwhile is seen by the next one, which leaves the table to them.
   */
  private <T> T inTransaction(Merging<T> work) {
    try {
      return Snapshots.of(jdbi, handle -> work.in(handle, false));
    } catch (JdbiException e) {
      if (!SqlErrors.isDuplicate(e)) {
        throw e;
      }
      return Snapshots.of(jdbi, handle -> work.in(handle, true));
    }
  }

  /** What a merge does to the rows, which are left as they were. */
  private List<NetChange.Row> changes(
      Handle handle,
      String sync,
      Instant started,
      Map<String, Set<String>> regions,
      boolean again) {
    Catalog catalog = context.catalog(handle);
    long position = NetChange.position(handle);
    handle.savepoint("changes");
    merge(handle, sync, started, regions, again);
    List<NetChange.Row> rows = NetChange.since(handle, catalog, context.modules(), position);
    handle.rollbackToSavepoint("changes");
    return rows;
  }

  private SyncReport report(String sync, Instant started, List<Listed> listed) {
    List<String> failures = new ArrayList<>();
    Map<String, Set<String>> regions = complete(listed, failures);
    return inTransaction(
        (handle, again) ->
            new SyncReport(
                Merge.resources(handle, context.modules(), context.catalog(handle)),
                0,
                0,
                0,
                Set.of(),
                failures,
                lines(changes(handle, sync, started, regions, again)),
                Set.of(),
                Duration.between(started, context.clock().instant())));
  }

  private List<String> lines(List<NetChange.Row> rows) {
    return rows.stream()
        .map(
            row ->
                (row.before() == null ? "create" : row.after() == null ? "delete" : "update")
                    + " "
                    + row.key().table()
                    + " "
                    + row.describe(context.modules()))
        .toList();
  }

  private SyncReport restore(String sync, Instant started, List<Listed> listed) {
    List<String> failures = new ArrayList<>();
    Map<String, Set<String>> regions = complete(listed, failures);
    List<String> drift = new ArrayList<>();
    Merge.Result result =
        inTransaction(
            (handle, again) -> {
              drift.clear();
              Catalog catalog = context.catalog(handle);
              List<NetChange.Row> back =
                  changes(handle, sync, started, regions, again).stream()
                      .filter(row -> row.before() != null)
                      .map(row -> row.inverse(catalog))
                      .toList();
              List<String> sql = SqlExport.of(handle, catalog, context.modules(), back);
              if (!sql.isEmpty()) {
                drift.addAll(lines(back));
                propose(handle, sql, drift);
              }
              return merge(handle, sync, started, regions, again);
            });
    failures.addAll(result.failures());
    return report(result, started, failures, drift);
  }

  private void propose(Handle handle, List<String> sql, List<String> drift) {
    Proposal.save(
        handle,
        new Proposal(
            UUID.randomUUID().toString(),
            "operator",
            "Restores what was changed in AWS: " + String.join(", ", drift),
            String.join("\n", sql),
            ""),
        context.clock().instant());
  }

  /** By table, the regions whose listing is complete. */
  private static Map<String, Set<String>> complete(List<Listed> listed, List<String> failures) {
    Map<String, Set<String>> regions = new TreeMap<>();
    for (Listed one : listed) {
      Set<String> ofTable = regions.computeIfAbsent(one.listing().table(), t -> new TreeSet<>());
      one.failure()
          .ifPresentOrElse(
              f -> failures.add(one.listing().table() + " in " + one.listing().region() + ": " + f),
              () -> ofTable.add(one.listing().region()));
    }
    return regions;
  }

  /** A database mirrors one account for ever; another one's resources must never mix with it. */
  private void checkAccount(AwsScope scope) {
    String known =
        jdbi.inTransaction(
            handle -> {
              handle.execute(
                  "INSERT INTO iasql.account (account_id) VALUES (?) ON CONFLICT DO NOTHING",
                  scope.accountId());
              return handle
                  .createQuery("SELECT account_id FROM iasql.account")
                  .mapTo(String.class)
                  .one();
            });
    if (!known.equals(scope.accountId())) {
      throw new InvalidTransactionException(
          List.of(
              "this database mirrors account "
                  + known
                  + ", the connection leads to "
                  + scope.accountId()
                  + "; use a database of its own for each account"));
    }
  }

  private List<Listing> listings(AwsScope scope, Set<String> tables) {
    List<Listing> listings = new ArrayList<>();
    Set<String> modules = new TreeSet<>(jdbi.withHandle(Installer::installed));
    for (String module : context.modules().names()) {
      if (!modules.contains(module)) {
        continue;
      }
      for (CloudResource<?> resource : context.modules().module(module).orElseThrow().resources()) {
        Shape shape = Shape.of(resource.type());
        if (!tables.isEmpty() && !tables.contains(shape.table())) {
          continue;
        }
        List<String> regions =
            shape.reach() == Reach.GLOBAL ? List.of(scope.defaultRegion()) : scope.regions();
        regions.forEach(region -> listings.add(new Listing(resource, region)));
      }
    }
    return listings;
  }

  private Listed stage(AwsScope account, String sync, Listing listing) {
    AwsScope scope = account.in(listing.region());
    try (StageCopy copy = new StageCopy(context.database(), sync, listing.table());
        Stream<? extends Record> resources = listing.resource().list(scope)) {
      Iterator<? extends Record> all = resources.iterator();
      while (all.hasNext()) {
        copy.write(Json.ofRecord(all.next()).toString());
      }
      copy.end();
      return new Listed(listing, Optional.empty());
    } catch (SQLException e) {
      if (SqlErrors.isTransient(e)) {
        throw new UnavailableException("PostgreSQL: " + e.getMessage(), e);
      }
      // A value that PostgreSQL cannot hold, such as a NUL character, must not stop the others.
      return new Listed(
          listing, Optional.of("PostgreSQL cannot hold what AWS has: " + e.getMessage()));
    } catch (CloudException e) {
      return new Listed(listing, Optional.of(e.failure().toString()));
    } catch (RuntimeException e) {
      return new Listed(listing, Optional.of(scope.describe(e).toString()));
    }
  }

  private SyncReport merge(String sync, Instant started, List<Listed> listed) {
    List<String> failures = new ArrayList<>();
    Map<String, Set<String>> regions = complete(listed, failures);
    Merge.Result result =
        inTransaction((handle, again) -> merge(handle, sync, started, regions, again));
    failures.addAll(result.failures());
    return report(result, started, failures, List.of());
  }

  private SyncReport report(
      Merge.Result result, Instant started, List<String> failures, List<String> drift) {
    return new SyncReport(
        result.resources(),
        result.inserted(),
        result.updated(),
        result.deleted(),
        result.changed(),
        failures,
        drift,
        result.left(),
        Duration.between(started, context.clock().instant()));
  }

  private Merge.Result merge(
      Handle handle,
      String sync,
      Instant started,
      Map<String, Set<String>> regions,
      boolean again) {
    return new Merge(
            handle,
            context.catalog(handle),
            context.modules(),
            sync,
            started,
            context.clock().instant(),
            again)
        .run(regions);
  }
}
