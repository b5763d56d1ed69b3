package io.iasql.engine.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.EngineListener;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.plan.Steps;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.spi.CloudFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off one phase of a commit: steps in order, as many at once as allowed. Outcomes that have
 * come in and the intents of the steps they free are written in one PostgreSQL transaction; only
 * then are those steps begun. Intents run a little ahead of the calls, so that no call waits for a
 * write.
 */
final class PhaseRun {
  private static final Logger LOG = LoggerFactory.getLogger(PhaseRun.class);

  /** How long an outcome waits for others to be written with it, while there is enough to do. */
  private static final Duration GATHERING = Duration.ofMillis(20);

  /** People see progress this often; whoever listens asks the database each time. */
  private static final Duration BETWEEN_NEWS = Duration.ofMillis(200);

  private final EngineContext context;
  private final EngineListener listener;
  private final Jdbi jdbi;
  private final String transaction;
  private final String owner;
  private final BooleanSupplier stopping;
  private final StepRunner runner;
  private final Semaphore places;
  private final Catalog catalog;
  private final BlockingQueue<Finished> finished = new LinkedBlockingQueue<>();
  private int running;
  private long told = System.nanoTime() - BETWEEN_NEWS.toNanos();
  private boolean news;

  PhaseRun(
      EngineContext context,
      EngineListener listener,
      Jdbi jdbi,
      String transaction,
      String owner,
      BooleanSupplier stopping) {
    this.context = context;
    this.listener = listener;
    this.jdbi = jdbi;
    this.transaction = transaction;
    this.owner = owner;
    this.stopping = stopping;
    this.catalog = jdbi.withHandle(context::catalog);
    this.runner = new StepRunner(context, catalog, stopping);
    this.places = new Semaphore(context.settings().parallelism());
  }

  private record Finished(Journal.Entry entry, Outcome outcome) {}

  private record Begun(Journal.Entry entry, ObjectNode image) {}

  /**
   * Works until every step of the phase has ended.
   *
   * @return false when the operator stops before that
   */
  boolean run(Journal.Phase phase) {
    Frontier frontier = new Frontier(jdbi.withHandle(h -> Journal.entries(h, transaction, phase)));
    List<Finished> outcomes = new ArrayList<>();
    try {
      while (true) {
        outcomes.forEach(f -> frontier.ended(f.entry().step(), f.outcome()));
        record(outcomes, frontier).forEach(this::begin);
        news |= !outcomes.isEmpty();
        tell();
        if (running == 0) {
          return frontier.isWorkedOff();
        }
        outcomes = gather();
        running -= outcomes.size();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      // Steps under way must end before the lock goes: another runner would observe too early.
      awaitAll();
    }
  }

  private void tell() {
    if (news && System.nanoTime() - told >= BETWEEN_NEWS.toNanos()) {
      told = System.nanoTime();
      news = false;
      listener.transactionMoved(transaction);
    }
  }

  /**
   * Waits for outcomes. While the steps begun outnumber the places, none of which is free then, a
   * moment is waited for more of them: one write for several costs little more than one for one.
   */
  private List<Finished> gather() throws InterruptedException {
    List<Finished> outcomes = new ArrayList<>();
    outcomes.add(next());
    finished.drainTo(outcomes);
    int enough = context.settings().parallelism() * 3 / 2;
    long end = System.nanoTime() + GATHERING.toNanos();
    while (running - outcomes.size() > enough) {
      Finished next = finished.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        break;
      }
      outcomes.add(next);
      finished.drainTo(outcomes);
    }
    return outcomes;
  }

  private Finished next() throws InterruptedException {
    while (news) {
      long untilNews = told + BETWEEN_NEWS.toNanos() - System.nanoTime();
      Finished soon = finished.poll(untilNews, TimeUnit.NANOSECONDS);
      if (soon != null) {
        return soon;
      }
      tell();
    }
    return finished.take();
  }

  private void begin(Begun one) {
    context
        .executor()
        .execute(
            LogFields.carriedOver(() -> finished.add(new Finished(one.entry(), performed(one)))));
    running++;
  }

  /** The outcome, which the log has even where the journal cannot be written any more. */
  private Outcome performed(Begun one) {
    Outcome outcome = perform(one);
    if (outcome instanceof Outcome.Done done) {
      try (LogFields fields = LogFields.ofRequest(done.requestId())) {
        LOG.info("{} done", one.entry().describe());
      }
    } else if (outcome instanceof Outcome.Failed failed) {
      try (LogFields fields = LogFields.ofRequest(failed.failure().requestId())) {
        LOG.warn("{} failed: {}", one.entry().describe(), failed.failure());
      }
    }
    return outcome;
  }

  private Outcome perform(Begun one) {
    if (one.image() == null && needsRow(one.entry())) {
      return new Outcome.Failed(
          new CloudFailure(
              CloudFailure.Kind.INVALID_INPUT, "RowGone", "its row was deleted meanwhile", ""),
          null);
    }
    places.acquireUninterruptibly();
    try {
      boolean observe = one.entry().state() == Journal.StepState.STARTED;
      return runner.run(one.entry(), one.image(), observe);
    } catch (RuntimeException | Error e) {
      return new Outcome.Failed(
          new CloudFailure(
              CloudFailure.Kind.INTERNAL,
              e.getClass().getSimpleName(),
              String.valueOf(e.getMessage()),
              ""),
          null);
    } finally {
      places.release();
    }
  }

  private static boolean needsRow(Journal.Entry entry) {
    return entry.kind() == Steps.Kind.CREATE || entry.kind() == Steps.Kind.UPDATE;
  }

  private void awaitAll() {
    boolean interrupted = false;
    while (running > 0) {
      try {
        finished.take();
        running--;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes outcomes and the intents of the steps that can begin now; returns these. */
  private List<Begun> record(List<Finished> outcomes, Frontier frontier) {
    int wanted = stopping.getAsBoolean() ? 0 : 2 * context.settings().parallelism() - running;
    List<Journal.Entry> ready = frontier.takeReady(wanted);
    List<Journal.Entry> skipped = frontier.takeHopeless();
    if (outcomes.isEmpty() && ready.isEmpty() && skipped.isEmpty()) {
      return List.of();
    }
    return jdbi.inTransaction(
        handle -> {
          Journal.fence(handle, transaction, owner);
          Map<Journal.Entry, Journal.End> ends = new LinkedHashMap<>();
          outcomes.forEach(f -> end(f.outcome(), f.entry(), ends));
          skipped.forEach(e -> ends.put(e, SKIPPED));
          Journal.finish(handle, transaction, ends, context.clock().instant());
          writeBack(handle, outcomes);
          return intend(handle, ready);
        });
  }

  private static final Journal.End SKIPPED =
      new Journal.End(
          Journal.StepState.SKIPPED, null, "", "a step that comes first failed or was not begun");

  private static void end(
      Outcome outcome, Journal.Entry entry, Map<Journal.Entry, Journal.End> ends) {
    if (outcome instanceof Outcome.Done done) {
      ends.put(entry, new Journal.End(Journal.StepState.DONE, done.result(), done.requestId(), ""));
    } else if (outcome instanceof Outcome.Failed failed) {
      ends.put(
          entry,
          new Journal.End(
              Journal.StepState.FAILED,
              failed.leftover(),
              failed.failure().requestId(),
              failed.failure().toString()));
    }
  }

  private List<Begun> intend(Handle handle, List<Journal.Entry> ready) {
    Map<RowKey, ObjectNode> images =
        images(
            RowGraph.withSecrets(handle, catalog),
            ready.stream()
                .filter(e -> e.kind() != Steps.Kind.DELETE)
                .map(Journal.Entry::row)
                .toList());
    Map<Journal.Entry, ObjectNode> desired = new LinkedHashMap<>();
    List<Begun> begun = new ArrayList<>();
    for (Journal.Entry entry : ready) {
      ObjectNode image = Compensation.wanted(shape(entry.row().table()), entry, images);
      desired.put(
          entry, entry.kind() == Steps.Kind.CREATE && image != null ? desired(entry, image) : null);
      begun.add(new Begun(entry, image));
    }
    Journal.start(handle, transaction, desired, context.clock().instant());
    return begun;
  }

  private ObjectNode desired(Journal.Entry entry, ObjectNode image) {
    Shape shape = shape(entry.row().table());
    ObjectNode desired = StepRunner.desired(shape, entry, image);
    shape.columns().stream().filter(Column::writeOnly).forEach(c -> desired.putNull(c.name()));
    return desired;
  }

  private Shape shape(String table) {
    return context.modules().shape(table);
  }

  private Map<RowKey, ObjectNode> images(RowGraph rows, Collection<RowKey> keys) {
    Map<String, Set<RowKey>> byTable = new TreeMap<>();
    keys.forEach(k -> byTable.computeIfAbsent(k.table(), t -> new TreeSet<>()).add(k));
    Map<RowKey, ObjectNode> images = new LinkedHashMap<>();
    byTable.forEach(
        (table, ofTable) ->
            rows.images(shape(table), table, rows.rows(table, ofTable))
                .forEach(image -> images.put(RowGraph.rowOf(image), image)));
    return images;
  }

  // What the cloud says goes into the rows
  // ----------------------------------------------------------

  private void writeBack(Handle handle, List<Finished> outcomes) {
    Map<RowKey, Finished> done = new LinkedHashMap<>();
    for (Finished one : outcomes) {
      boolean changed = one.entry().kind() != Steps.Kind.RELEASE;
      if (changed && one.outcome() instanceof Outcome.Done d && d.result() != null) {
        done.put(one.entry().row(), one);
      }
    }
    Map<RowKey, ObjectNode> images = images(RowGraph.now(handle, catalog), done.keySet());
    Map<String, List<Rows.Pair>> byTable = new TreeMap<>();
    images.forEach(
        (row, image) -> {
          Journal.Entry entry = done.get(row).entry();
          ObjectNode result = ((Outcome.Done) done.get(row).outcome()).result();
          replaceText(handle, entry.phase(), shape(row.table()), image, result);
          byTable
              .computeIfAbsent(row.table(), t -> new ArrayList<>())
              .add(new Rows.Pair(row, image, withLater(entry, image, result)));
        });
    byTable.forEach((table, pairs) -> Rows.writeBack(handle, catalog, shape(table), pairs));
    done.forEach(
        (row, one) -> takeOver(handle, one.entry().phase(), row, (Outcome.Done) one.outcome()));
  }

  /**
   * What came along with a replaced resource takes over the rows of what went with the old one;
   * then what came along with that, as the route within a network with its main table.
   */
  private void takeOver(Handle handle, Journal.Phase phase, RowKey parent, Outcome.Done done) {
    Set<RowKey> owners = new TreeSet<>(Set.of(parent));
    for (Companions.Found found : done.companions()) {
      for (Companions.Heir heir : Companions.heirs(handle, catalog, owners, found)) {
        replaceText(handle, phase, found.shape(), heir.image(), heir.cloud());
        Rows.writeBack(
            handle,
            catalog,
            found.shape(),
            List.of(new Rows.Pair(heir.row(), heir.image(), heir.cloud())));
        owners.add(heir.row());
      }
    }
  }

  /** What a later step sets is still to come: the row must keep what is wanted. */
  private static ObjectNode withLater(Journal.Entry entry, ObjectNode image, ObjectNode result) {
    if (entry.kind() != Steps.Kind.CREATE || entry.columns().isEmpty()) {
      return result;
    }
    ObjectNode values = result.deepCopy();
    entry.columns().forEach(c -> values.set(c, image.get(c)));
    return values;
  }

  /**
   * Other rows that name a replaced resource by its key's text name the new one from now on; what
   * came with the old one does so only where that is made again as it was.
   */
  private void replaceText(
      Handle handle, Journal.Phase phase, Shape shape, ObjectNode old, ObjectNode result) {
    for (Column key : shape.key()) {
      boolean replaced =
          key.assigned()
              && old.hasNonNull(key.name())
              && result.hasNonNull(key.name())
              && !old.get(key.name()).equals(result.get(key.name()));
      if (replaced) {
        TextLinks.point(
            handle,
            context.modules(),
            catalog,
            shape.type(),
            old.get(key.name()).asText(),
            result.get(key.name()).asText(),
            phase == Journal.Phase.UNDO);
      }
    }
  }
}
