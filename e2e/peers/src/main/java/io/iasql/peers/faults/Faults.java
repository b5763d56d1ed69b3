package io.iasql.peers.faults;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * What goes wrong with AWS calls, and a count of what went. Give {@link #interceptors()} to the
 * clients under test:
 *
 * <pre>{@code
 * Faults faults = Faults.seeded(42);
 * faults.on("CreateQueue").failAfterEffect(1);
 * faults.on("GetQueueAttributes").staleReads(2);
 * ...
 * assertThat(faults.reached("CreateQueue")).isEqualTo(1);
 * }</pre>
 *
 * <p>Operations go by their API name ({@code CreateQueue}). The same seed, rules and calls give the
 * same faults, whatever the order of threads: chance is drawn per operation and attempt. Safe for
 * use by several threads.
 */
public final class Faults {
  private final long seed;
  private final Map<String, OperationFaults> operations = new ConcurrentHashMap<>();
  private final AtomicInteger byChance = new AtomicInteger();
  private volatile Chance chance = new Chance(0, 0, List.of());
  private volatile int pageSize = Integer.MAX_VALUE;

  private record Chance(double probability, int limit, List<Fault> kinds) {}

  private Faults(long seed) {
    this.seed = seed;
  }

  /** No faults yet; the seed decides what {@link #sometimes} will do. */
  public static Faults seeded(long seed) {
    return new Faults(seed);
  }

  /** The rules of one operation, to be added to. */
  public OperationFaults on(String operation) {
    return operations.computeIfAbsent(operation, OperationFaults::new);
  }

  /**
   * Lets faults happen to any attempt of any operation.
   *
   * @param probability between 0 and 1
   * @param limit how many in all, so that a run has an end
   */
  public Faults sometimes(double probability, int limit, Fault... kinds) {
    if (kinds.length == 0) {
      throw new IllegalArgumentException("No fault to choose from");
    }
    chance = new Chance(probability, limit, List.of(kinds));
    return this;
  }

  /**
   * Cuts every list that AWS would answer in pages to pages of this size, with tokens of our own
   * where the emulator has none.
   */
  public Faults pagesOf(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("A page holds at least one item");
    }
    pageSize = size;
    return this;
  }

  /** Forgets all rules; counters stay. */
  public void calm() {
    operations.values().forEach(OperationFaults::calm);
    chance = new Chance(0, 0, List.of());
    pageSize = Integer.MAX_VALUE;
  }

  /** Forgets all rules and counters, as if nothing had been called yet. */
  public void forget() {
    calm();
    operations.clear();
    byChance.set(0);
  }

  /** To be given to every client whose calls shall be at risk. */
  public List<ExecutionInterceptor> interceptors() {
    return List.of(new FaultInterceptor(this));
  }

  /** How often a client tried the operation, retries included. */
  public int attempts(String operation) {
    return on(operation).attempts();
  }

  /** How many attempts reached the service, whatever the client was told. */
  public int reached(String operation) {
    return on(operation).reached();
  }

  /** How many faults of this kind an operation has met. */
  public int injected(String operation, Fault fault) {
    return on(operation).injected(fault);
  }

  /** How many answers to an operation were stale, pending or cut. */
  public int altered(String operation) {
    return on(operation).altered();
  }

  /** How many faults of any kind there were, altered answers included. */
  public int injected() {
    return operations.values().stream().mapToInt(OperationFaults::total).sum();
  }

  /** One line per operation that was tried, for the message of a failed test. */
  @Override
  public String toString() {
    return operations.values().stream()
        .filter(operation -> operation.attempts() > 0)
        .map(OperationFaults::toString)
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  int pageSize() {
    return pageSize;
  }

  /** Counts an attempt and says what happens to it. */
  Optional<Fault> next(String operation) {
    OperationFaults rules = on(operation);
    int attempt = rules.countAttempt();
    Optional<Fault> fault = rules.nextOrdered().or(() -> drawn(operation, attempt));
    fault.ifPresent(rules::countInjected);
    if (fault.isEmpty() || fault.get().reachesService) {
      rules.countReached();
    }
    return fault;
  }

  private Optional<Fault> drawn(String operation, int attempt) {
    Chance now = chance;
    SplittableRandom random =
        new SplittableRandom(seed * 31 * 31 + operation.hashCode() * 31L + attempt);
    if (random.nextDouble() >= now.probability() || byChance.get() >= now.limit()) {
      return Optional.empty();
    }
    byChance.incrementAndGet();
    List<Fault> kinds = now.kinds();
    return Optional.of(kinds.get(random.nextInt(kinds.size())));
  }

  /** A write took effect: what is read next in this service may be stale. */
  void written(String service) {
    operations.values().forEach(operation -> operation.written(service));
  }
}
