package io.iasql.operator.environment;

import io.iasql.engine.Engine;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.login.DatabaseUser;
import io.iasql.engine.login.LoginException;
import io.iasql.engine.store.PooledDatabase;
import io.iasql.engine.store.UnavailableException;
import io.iasql.engine.sync.DriftPolicy;
import io.iasql.engine.sync.SyncReport;
import io.iasql.operator.database.DatabaseEndpoint;
import io.iasql.operator.status.Reason;
import io.iasql.spi.CloudException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/** The engine of one environment with what is known of it; {@link #work} brings it forward. */
final class LiveEnvironment {
  private static final Logger LOG = Logger.getLogger(LiveEnvironment.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  /**
   * What the environment is asked to be.
   *
   * @param automatic whether every plan is approved
   * @param drift what a sync does where the account differs from the rows
   * @param users who may log in to the database; empty to leave that as it is
   * @param guards what every plan keeps to
   */
  record Wanted(
      Set<String> modules,
      boolean automatic,
      DriftPolicy drift,
      Duration syncInterval,
      String syncRequestedAt,
      Optional<List<DatabaseUser>> users,
      DeclaredGuards guards) {}

  /**
   * What is known of it.
   *
   * @param ready whether transactions can be planned
   * @param stalled whether a person must mend something
   * @param reason for conditions
   * @param message for people
   * @param modules the installed modules
   * @param lastSync when the account was last read
   * @param report what that found, or null
   * @param syncRequestedAt the request that it answered
   * @param busy whether a commit runs or waits
   * @param openedBy who has a transaction open in psql, or an empty string
   * @param guardProblems a sentence for each guard that cannot hold
   */
  record View(
      boolean ready,
      boolean stalled,
      Reason reason,
      String message,
      List<String> modules,
      Instant lastSync,
      SyncReport report,
      String syncRequestedAt,
      boolean busy,
      String openedBy,
      List<String> guardProblems) {

    /** Whether AWS or the database could not be used when last tried. */
    boolean isOutOfReach() {
      return reason == Reason.UNAVAILABLE || reason == Reason.INTERNAL_ERROR;
    }

    /** The same of one that gets further modules and takes no transactions meanwhile. */
    View extending(Reason why, String text) {
      return isOutOfReach()
          ? saying(false, stalled, reason, message)
          : saying(false, stalled, why, text);
    }

    /** The same facts with something else to say of them. */
    View saying(boolean nowReady, boolean nowStalled, Reason why, String text) {
      return new View(
          nowReady,
          nowStalled,
          why,
          text,
          modules,
          lastSync,
          report,
          syncRequestedAt,
          busy,
          openedBy,
          guardProblems);
    }
  }

  private final ResourceID id;
  private final DatabaseEndpoint endpoint;
  private final PooledDatabase database;
  private final Engine engine;
  private final Clock clock;
  private volatile Wanted wanted;
  private volatile View view =
      new View(
          false,
          false,
          Reason.INSTALLING,
          "The database gets its schema.",
          List.of(),
          null,
          null,
          "",
          false,
          "",
          List.of());
  private volatile Set<String> prepared = Set.of();
  private volatile Optional<List<DatabaseUser>> users = Optional.empty();
  private volatile DeclaredGuards checked;
  private Instant checkedAt;
  private Duration retry = FIRST_RETRY;
  private volatile Instant notBefore = Instant.MIN;
  private volatile boolean installed;
  private volatile boolean importDue;
  private volatile boolean commitsMoved;

  LiveEnvironment(
      ResourceID id,
      DatabaseEndpoint endpoint,
      PooledDatabase database,
      Engine engine,
      Wanted wanted,
      Clock clock) {
    this.id = id;
    this.endpoint = endpoint;
    this.database = database;
    this.engine = engine;
    this.wanted = wanted;
    this.clock = clock;
    wanted.guards().post(engine);
  }

  Engine engine() {
    return engine;
  }

  /** Where its database was when it was opened. */
  DatabaseEndpoint endpoint() {
    return endpoint;
  }

  /** In tables that were not read yet a transaction would find nothing to change. */
  View view() {
    View now = view;
    if (now.ready() && isNew()) {
      return now.extending(Reason.INSTALLING, "The modules of the spec are installed.");
    }
    if (now.ready() && importDue) {
      return now.extending(
          Reason.IMPORTING, "What is new in the spec is read from the account for the first time.");
    }
    return now;
  }

  /** Whether it has been asked for these modules, with others or without. */
  boolean isAskedFor(Set<String> modules) {
    return wanted.modules().containsAll(modules);
  }

  /** What is asked now; asked for something else, it tries at once. */
  void want(Wanted now) {
    if (!now.equals(wanted)) {
      synchronized (this) {
        wanted = now;
        prepared(prepared);
      }
      notBefore = Instant.MIN;
      now.guards().post(engine);
      if (installed) {
        engine.openToPeople(now.automatic(), now.modules());
      }
    }
  }

  /** Whether the database has its schema. */
  boolean isInstalled() {
    return installed;
  }

  /** Has {@link #work} find out whether a commit runs or waits. */
  void expectCommits() {
    commitsMoved = true;
  }

  /** Whether {@link #work} would do something now. */
  boolean hasWork() {
    return commitsMoved
        || (!clock.instant().isBefore(notBefore)
            && (!view.ready()
                || isNew()
                || areUsersNew()
                || areGuardsNew()
                || isSyncDue()
                || view.busy()));
  }

  /** When to look again at the latest. */
  Duration nextLook() {
    Instant now = clock.instant();
    Instant next =
        view.lastSync() == null
            ? now.plus(FIRST_RETRY)
            : view.lastSync().plus(wanted.syncInterval());
    Instant at = next.isBefore(notBefore) ? notBefore : next;
    Duration wait = Duration.between(now, at);
    return wait.compareTo(FIRST_RETRY) < 0 ? FIRST_RETRY : wait;
  }

  private boolean isNew() {
    return !prepared.containsAll(wanted.modules());
  }

  private boolean areUsersNew() {
    return wanted.users().isPresent() && !wanted.users().equals(users);
  }

  private boolean areGuardsNew() {
    return installed && !wanted.guards().equals(checked);
  }

  private boolean isSyncDue() {
    return importDue
        || view.lastSync() == null
        || !wanted.syncRequestedAt().equals(view.syncRequestedAt())
        || !clock.instant().isBefore(view.lastSync().plus(wanted.syncInterval()));
  }

  /**
   * Installs, reads the account and resumes commits, as far as it is time for it.
   *
   * @return whether there is something new to say, or to be tried again
   */
  boolean work() {
    View before = view();
    Wanted now = wanted;
    boolean waiting = clock.instant().isBefore(notBefore);
    commitsMoved = false;
    try {
      if (isNew() && !waiting) {
        install(now);
      }
      if (installed && !waiting && now.users().isPresent() && !now.users().equals(users)) {
        engine.setUsers(now.users().get());
        users = now.users();
      }
      // What was refused before can be ready again.
      importDue |= installed && !waiting && view.stalled();
      if (installed && isSyncDue() && !waiting) {
        sync(now);
      }
      if (installed) {
        boolean busy = engine.isBusy();
        if (busy) {
          engine.wake();
        }
        view = locked(busy, engine.openedBy().orElse(""), guardProblems(now), waiting);
      }
      if (!waiting) {
        retry = FIRST_RETRY;
        notBefore = Instant.MIN;
      }
      return !view().equals(before);
    } catch (UnavailableException e) {
      LOG.warnf("environment %s: %s", id, e.getMessage());
      failed(false, Reason.UNAVAILABLE, e.getMessage() + ". It is tried again.");
    } catch (CloudException e) {
      LOG.warnf("environment %s: %s", id, e.failure());
      failed(
          !e.failure().kind().isTransient(),
          Reason.UNAVAILABLE,
          "AWS: " + e.failure() + ". It is tried again.");
    } catch (LoginException e) {
      failed(true, Reason.LOGIN_REFUSED, e.getMessage());
    } catch (InvalidTransactionException | UnknownModule e) {
      failed(true, Reason.INVALID_SETTINGS, e.getMessage());
    } catch (RuntimeException e) {
      LOG.errorf(e, "environment %s", id);
      failed(false, Reason.INTERNAL_ERROR, e + ". It is tried again.");
    }
    return true;
  }

  /** Looked for anew when the guards are others, and when the tables may be. */
  private List<String> guardProblems(Wanted now) {
    if (now.guards().equals(checked) && view.lastSync() == checkedAt) {
      return view.guardProblems();
    }
    List<String> problems = engine.guardProblems();
    checked = now.guards();
    checkedAt = view.lastSync();
    return problems;
  }

  private static final class UnknownModule extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownModule(IllegalArgumentException e) {
      super(e.getMessage(), e);
    }
  }

  private void install(Wanted now) {
    try {
      engine.modules().closure(now.modules());
    } catch (IllegalArgumentException e) {
      throw new UnknownModule(e);
    }
    engine.prepare(now.modules());
    importDue = true;
    prepared(now.modules());
    installed = true;
    if (!view.ready()) {
      view = with(Reason.IMPORTING, "The account is read for the first time.");
    }
    // A commit that a crash interrupted goes on before anything else changes rows.
    engine.wake();
    engine.openToPeople(now.automatic(), now.modules());
  }

  /** What is not declared now may be uninstalled in psql before it is declared again. */
  private synchronized void prepared(Set<String> modules) {
    Set<String> declared = new TreeSet<>(modules);
    declared.retainAll(wanted.modules());
    prepared = declared;
  }

  private void sync(Wanted now) {
    // Who asks for a sync by name wants the rows to follow.
    boolean asked =
        !now.syncRequestedAt().isEmpty() && !now.syncRequestedAt().equals(view.syncRequestedAt());
    boolean accepts = asked && now.drift() == DriftPolicy.REPORT;
    SyncReport report = engine.sync(Set.of(), accepts ? DriftPolicy.ACCEPT : now.drift());
    boolean whole = report.failures().isEmpty();
    view =
        new View(
            true,
            false,
            whole ? Reason.MIRRORED : Reason.SYNC_INCOMPLETE,
            whole
                ? "The rows mirror the account."
                : "Some tables could not be read and are as they were before: "
                    + String.join("; ", report.failures()),
            engine.installedModules(),
            clock.instant(),
            report,
            now.syncRequestedAt(),
            view.busy(),
            view.openedBy(),
            view.guardProblems());
    importDue = false;
  }

  private void failed(boolean stalled, Reason reason, String message) {
    // What was mirrored once can be planned on while AWS is away for a while.
    view = view.saying(view.ready() && !stalled, stalled, reason, message);
    notBefore = clock.instant().plus(stalled ? LONGEST_RETRY : retry);
    retry =
        retry.multipliedBy(2).compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : retry.multipliedBy(2);
  }

  private View with(Reason reason, String message) {
    View old = view;
    return new View(
        old.ready(),
        false,
        reason,
        message,
        engine.installedModules(),
        old.lastSync(),
        old.report(),
        old.syncRequestedAt(),
        old.busy(),
        old.openedBy(),
        old.guardProblems());
  }

  private View locked(boolean busy, String openedBy, List<String> guardProblems, boolean waiting) {
    View old = view;
    // The database was away between two syncs, and is back.
    boolean mended = old.ready() && old.isOutOfReach() && !waiting;
    return new View(
        old.ready(),
        old.stalled(),
        mended ? Reason.MIRRORED : old.reason(),
        mended ? "The rows mirror the account." : old.message(),
        old.modules(),
        old.lastSync(),
        old.report(),
        old.syncRequestedAt(),
        busy,
        openedBy,
        guardProblems);
  }

  void close() {
    engine.close();
    database.close();
  }
}
