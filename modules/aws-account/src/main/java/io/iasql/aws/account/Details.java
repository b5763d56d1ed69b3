package io.iasql.aws.account;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Asks for the details of listed resources, several at a time, where an API lists names only.
 *
 * <p>The result is lazy and in order; at most {@value #AHEAD} details are asked for ahead of the
 * consumer, so memory does not grow with the list. All lists of the process share {@value #THREADS}
 * threads; the clients' adaptive retries keep each service's rate.
 */
public final class Details {
  private static final int AHEAD = 16;
  private static final int THREADS = 64;
  private static final Executor POOL = pool();

  private Details() {}

  /**
   * The details of each item; items whose detail is empty are left out.
   *
   * @param detail called on other threads; what it throws is thrown to the consumer
   */
  public static <T, R> Stream<R> of(Stream<T> items, Function<T, Optional<R>> detail) {
    Iterator<R> found = new AheadIterator<>(items.iterator(), detail);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(found, Spliterator.ORDERED | Spliterator.NONNULL),
            false)
        .onClose(items::close);
  }

  private static final class AheadIterator<T, R> implements Iterator<R> {
    private final Iterator<T> items;
    private final Function<T, Optional<R>> detail;
    private final Queue<CompletableFuture<Optional<R>>> asked = new ArrayDeque<>();
    private R next;

    AheadIterator(Iterator<T> items, Function<T, Optional<R>> detail) {
      this.items = items;
      this.detail = detail;
    }

    @Override
    public boolean hasNext() {
      while (next == null) {
        while (asked.size() < AHEAD && items.hasNext()) {
          T item = items.next();
          asked.add(CompletableFuture.supplyAsync(() -> detail.apply(item), POOL));
        }
        CompletableFuture<Optional<R>> oldest = asked.poll();
        if (oldest == null) {
          return false;
        }
        next = answer(oldest).orElse(null);
      }
      return true;
    }

    @Override
    public R next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      R result = next;
      next = null;
      return result;
    }

    private static <R> R answer(CompletableFuture<R> asked) {
      try {
        return asked.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException thrown) {
          throw thrown;
        }
        throw e;
      }
    }
  }

  private static Executor pool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "aws-details");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
