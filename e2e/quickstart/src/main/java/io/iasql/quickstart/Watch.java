package io.iasql.quickstart;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One object as it changes. While nothing happens for long, says what is being waited for.
 *
 * @param <T> its type
 */
final class Watch<T extends HasMetadata> implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Duration FIRST_WORD = Duration.ofSeconds(5);
  private static final Duration NEXT_WORD = Duration.ofSeconds(15);

  private final LinkedBlockingQueue<T> news = new LinkedBlockingQueue<>();
  private final SharedIndexInformer<T> informer;
  private final String name;
  private final Console console;

  Watch(KubernetesClient client, Class<T> type, String namespace, String name, Console console) {
    this.name = HasMetadata.getKind(type) + " " + name;
    this.console = console;
    this.informer =
        client
            .resources(type)
            .inNamespace(namespace)
            .withName(name)
            .inform(
                new ResourceEventHandler<T>() {
                  @Override
                  public void onAdd(T object) {
                    news.add(object);
                  }

                  @Override
                  public void onUpdate(T before, T object) {
                    news.add(object);
                  }

                  @Override
                  public void onDelete(T object, boolean unknown) {
                    // What was waited for will not come; the limit says so.
                  }
                });
  }

  /**
   * Calls {@code step} with each version of the object until it returns something.
   *
   * @param usually how long that usually takes
   * @param doing what the object says it is doing
   */
  <R> R until(String usually, Function<T, String> doing, Function<T, Optional<R>> step) {
    long start = System.nanoTime();
    Duration nextWord = FIRST_WORD;
    T last = null;
    while (true) {
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      if (elapsed.compareTo(LIMIT) > 0) {
        throw new QuickstartException(
            name
                + " does not get on: "
                + (last == null ? "nothing is known of it" : doing.apply(last)));
      }
      if (elapsed.compareTo(nextWord) > 0) {
        String word = last == null ? "" : doing.apply(last);
        console.say(
            "… %s, %d s so far (usually about %s)%s"
                .formatted(name, elapsed.toSeconds(), usually, word.isEmpty() ? "" : ": " + word));
        nextWord = elapsed.plus(NEXT_WORD);
      }
      T object = next();
      if (object != null) {
        last = object;
        Optional<R> result = step.apply(object);
        if (result.isPresent()) {
          return result.get();
        }
      }
    }
  }

  private T next() {
    try {
      return news.poll(500, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuickstartException("interrupted while waiting for " + name, e);
    }
  }

  @Override
  public void close() {
    informer.close();
  }
}
