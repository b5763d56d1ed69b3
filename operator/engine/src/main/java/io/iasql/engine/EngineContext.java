package io.iasql.engine;

import io.iasql.engine.catalog.Modules;
import io.iasql.engine.guard.GuardRoom;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.CatalogCache;
import io.iasql.engine.store.EnvironmentDatabase;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * What the parts of one environment's engine share.
 *
 * @param environment the environment's name, part of every plan id
 * @param database its PostgreSQL
 * @param modules the product's modules
 * @param account the AWS account as it is connected now; asked anew for each piece of work, because
 *     credentials rotate
 * @param executor where cloud calls run; shared between environments, bounded by settings
 * @param clock the time
 * @param settings the limits
 * @param guardRoom the environment's guards
 * @param catalogs what is known of the database's tables
 */
public record EngineContext(
    String environment,
    EnvironmentDatabase database,
    Modules modules,
    Supplier<AwsScope> account,
    Executor executor,
    Clock clock,
    EngineSettings settings,
    GuardRoom guardRoom,
    CatalogCache catalogs) {

  /** What the parts share of an environment that has just been opened: no guards are posted yet. */
  public EngineContext(
      String environment,
      EnvironmentDatabase database,
      Modules modules,
      Supplier<AwsScope> account,
      Executor executor,
      Clock clock,
      EngineSettings settings) {
    this(
        environment,
        database,
        modules,
        account,
        executor,
        clock,
        settings,
        new GuardRoom(),
        new CatalogCache());
  }

  /** The database's tables as the handle's transaction sees them. */
  public Catalog catalog(Handle handle) {
    return catalogs.read(handle);
  }

  /**
   * The account.
   *
   * @throws UnavailableException when it is not connected now
   */
  public AwsScope scope() {
    try {
      return account.get();
    } catch (CloudException e) {
      throw new UnavailableException("AWS: " + e.failure(), e);
    }
  }

  /**
   * Makes a cloud call, and says in the engine's words what a failure means.
   *
   * @throws UnavailableException when the call may pass later, also with renewed credentials
   * @throws CloudException when AWS refuses it, also for want of a permission
   */
  public <T> T call(AwsScope scope, Supplier<T> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      CloudFailure failure = scope.describe(e);
      if (failure.kind().mayPassLater()) {
        throw new UnavailableException("AWS: " + failure, e);
      }
      throw new CloudException(failure, e);
    }
  }

  /**
   * Applies a function to each element, at most {@code parallelism} at a time, keeping the order.
   */
  public <A, B> List<B> inParallel(List<A> elements, Function<A, B> function) {
    Semaphore places = new Semaphore(settings.parallelism());
    List<CompletableFuture<B>> running = new ArrayList<>();
    for (A element : elements) {
      places.acquireUninterruptibly();
      CompletableFuture<B> one =
          CompletableFuture.supplyAsync(() -> function.apply(element), executor);
      running.add(one.whenComplete((result, error) -> places.release()));
    }
    List<B> results = new ArrayList<>();
    for (CompletableFuture<B> one : running) {
      try {
        results.add(one.join());
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }
    return results;
  }
}
