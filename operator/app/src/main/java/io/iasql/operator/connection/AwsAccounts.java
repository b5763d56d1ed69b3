package io.iasql.operator.connection;

import io.iasql.operator.OperatorConfig;
import io.iasql.operator.connection.Verification.Failed;
import io.iasql.operator.connection.Verification.Verified;
import io.iasql.spi.AwsAccount;
import io.iasql.spi.AwsAccountSettings;
import io.iasql.spi.AwsConnector;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * The AWS accounts that are open now, by AwsConnection. AWS is asked on threads of its own, never
 * on the caller's: {@link #verify} starts it and returns what is known so far.
 *
 * <p>An account is handed out only after STS has confirmed it. When a connection's settings change,
 * the account behind the old ones is handed out no more, and closed once work that began with it
 * has had time to end. The same goes for a connection that is gone.
 */
@ApplicationScoped
public class AwsAccounts {
  private static final Logger LOG = Logger.getLogger(AwsAccounts.class);
  private static final Duration LOOK_AROUND = Duration.ofSeconds(2);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);
  private static final int MAX_DOUBLINGS = 10;

  private final AwsConnector connector;
  private final OperatorConfig.Aws config;
  private final Clock clock;
  private final ExecutorService verifier;
  private final ScheduledExecutorService closer =
      Executors.newSingleThreadScheduledExecutor(task -> thread(task, "aws-close"));
  private final Map<ResourceID, Connection> connections = new ConcurrentHashMap<>();
  private final List<Consumer<ResourceID>> listeners = new CopyOnWriteArrayList<>();
  private volatile Predicate<ResourceID> isThere = id -> true;

  AwsAccounts(AwsConnector connector, OperatorConfig config, Clock clock) {
    this.connector = connector;
    this.config = config.aws();
    this.clock = clock;
    this.verifier =
        Executors.newFixedThreadPool(
            this.config.verifyParallelism(), task -> thread(task, "aws-verify"));
  }

  private static Thread thread(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Has a listener told of each connection that AWS has answered for. */
  void onAnswer(Consumer<ResourceID> listener) {
    listeners.add(listener);
  }

  /**
   * Disconnects connections that are gone for this operator: deleted, or their labels make them
   * another operator's.
   *
   * @param isThere whether the connection is among those to work on
   */
  void keepOnly(Predicate<ResourceID> isThere) {
    this.isThere = isThere;
    closer.scheduleWithFixedDelay(
        () -> connections.keySet().stream().filter(isThere.negate()).forEach(this::leave),
        LOOK_AROUND.toMillis(),
        LOOK_AROUND.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void leave(ResourceID id) {
    LOG.infof("connection %s is no longer there for this operator", id);
    disconnect(id);
  }

  /**
   * What AWS last said about these settings; empty while it has not answered yet. Asks AWS when it
   * was not asked before or when it is time again.
   */
  Optional<Verification> verify(ResourceID id, AwsAccountSettings settings) {
    Connection connection =
        connections.compute(
            id,
            (key, known) -> {
              if (known != null && known.settings.equals(settings)) {
                return known;
              }
              retire(known);
              return new Connection(settings);
            });
    if (connection.claim(clock.instant())) {
      verifier.execute(() -> ask(id, connection));
    }
    return connection.last();
  }

  /** Hands the account of this connection out no more. */
  void disconnect(ResourceID id) {
    retire(connections.remove(id));
  }

  /** How long {@link #verify} will have nothing new to say. */
  Duration nextAfter(Verification verification) {
    if (verification instanceof Failed failed) {
      Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(failed.tries() - 1, MAX_DOUBLINGS));
      return delay.compareTo(LONGEST_RETRY) < 0 ? delay : LONGEST_RETRY;
    }
    return config.verifyInterval();
  }

  /**
   * The account behind a connection, as it is connected now. May ask AWS for its regions: not to be
   * called from a reconciler.
   *
   * @throws CloudException when the account is not connected, or no longer
   */
  public AwsScope scope(ResourceID id) {
    if (!isThere.test(id)) {
      throw notReady(id, "it does not exist");
    }
    Connection connection = connections.get(id);
    Optional<AwsAccount> account = Optional.ofNullable(connection).flatMap(Connection::openAccount);
    if (account.isPresent()) {
      return account.get().scope();
    }
    String why =
        Optional.ofNullable(connection)
            .flatMap(Connection::last)
            .map(last -> last instanceof Failed failed ? failed.failure().toString() : "")
            .filter(text -> !text.isEmpty())
            .orElse("AWS has not confirmed it yet");
    throw notReady(id, why);
  }

  private static CloudException notReady(ResourceID id, String why) {
    return new CloudException(
        new CloudFailure(
            CloudFailure.Kind.UNAVAILABLE,
            "NotConnected",
            "AwsConnection %s/%s is not ready: %s"
                .formatted(id.getNamespace().orElse(""), id.getName(), why),
            ""),
        null);
  }

  private void ask(ResourceID id, Connection connection) {
    Instant now = clock.instant();
    try {
      AwsAccount account = connector.open(connection.settings);
      try {
        AwsScope scope = account.scope();
        connection.confirmed(
            account, new Verified(now, scope.accountId(), scope.regions(), scope.accessKeyHint()));
      } catch (RuntimeException e) {
        account.close();
        throw e;
      }
    } catch (CloudException e) {
      refused(connection, now, e.failure());
    } catch (RuntimeException e) {
      refused(
          connection,
          now,
          new CloudFailure(
              CloudFailure.Kind.INTERNAL, e.getClass().getSimpleName(), e.getMessage(), ""));
    } finally {
      connection.release();
    }
    listeners.forEach(listener -> listener.accept(id));
  }

  private void refused(Connection connection, Instant now, CloudFailure failure) {
    connection.refused(now, failure).ifPresent(this::closeLater);
  }

  private void retire(Connection connection) {
    if (connection != null) {
      connection.retire().ifPresent(this::closeLater);
    }
  }

  private void closeLater(AwsAccount account) {
    closer.schedule(account::close, config.retireAfter().toMillis(), TimeUnit.MILLISECONDS);
  }

  @PreDestroy
  void stop() {
    verifier.shutdown();
    closer.shutdownNow().forEach(Runnable::run);
    connections.values().forEach(connection -> connection.retire().ifPresent(AwsAccount::close));
    connections.clear();
  }

  /** One connection's settings and what is known of them. */
  private final class Connection {
    private final AwsAccountSettings settings;
    private AwsAccount account;
    private Verification last;
    private boolean asking;
    private boolean retired;

    Connection(AwsAccountSettings settings) {
      this.settings = settings;
    }

    synchronized Optional<Verification> last() {
      return Optional.ofNullable(last);
    }

    synchronized Optional<AwsAccount> openAccount() {
      return Optional.ofNullable(account);
    }

    /** Whether the caller is to ask AWS now, and nobody else. */
    synchronized boolean claim(Instant now) {
      if (asking || retired || (last != null && now.isBefore(last.at().plus(nextAfter(last))))) {
        return false;
      }
      asking = true;
      return true;
    }

    synchronized void release() {
      asking = false;
    }

    /** Keeps the account, unless there is one already or the settings have changed meanwhile. */
    synchronized void confirmed(AwsAccount fresh, Verified verified) {
      last = verified;
      if (account == null && !retired) {
        account = fresh;
      } else {
        fresh.close();
      }
    }

    /** Returns the account to close. A failure that passes leaves it open. */
    synchronized Optional<AwsAccount> refused(Instant now, CloudFailure failure) {
      int tries = last instanceof Failed failed ? failed.tries() + 1 : 1;
      last = new Failed(now, failure, tries);
      return failure.kind().isTransient() ? Optional.empty() : takeAccount();
    }

    synchronized Optional<AwsAccount> retire() {
      retired = true;
      return takeAccount();
    }

    private Optional<AwsAccount> takeAccount() {
      Optional<AwsAccount> taken = Optional.ofNullable(account);
      account = null;
      return taken;
    }
  }
}
