package io.iasql.peers.faults;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What goes wrong with one operation. Faults of attempts happen in the order of their ordering, one
 * per attempt, and are then over; stale and pending answers come back after every write.
 */
public final class OperationFaults {
  private final String operation;
  private final Deque<Optional<Fault>> ordered = new ArrayDeque<>();
  private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);
  private int attempts;
  private int reached;
  private int altered;

  private int staleReads;
  private Optional<ServiceError> unknownBefore = Optional.empty();
  private Optional<PendingState> pending = Optional.empty();
  private int pendingReads;

  private String service = "";
  private int staleLeft;
  private int pendingLeft;
  private final Map<String, RecordedAnswer> newest = new HashMap<>();
  private Map<String, RecordedAnswer> before = Map.of();

  OperationFaults(String operation) {
    this.operation = operation;
  }

  /** Lets the next attempts pass, before the faults ordered after this. */
  public OperationFaults pass(int times) {
    return order(times, Optional.empty());
  }

  /** Any fault of an attempt. */
  public OperationFaults fail(Fault fault, int times) {
    return order(times, Optional.of(fault));
  }

  /** {@link Fault#THROTTLED}. */
  public OperationFaults throttle(int times) {
    return fail(Fault.THROTTLED, times);
  }

  /** {@link Fault#ERROR_BEFORE}. */
  public OperationFaults failBeforeEffect(int times) {
    return fail(Fault.ERROR_BEFORE, times);
  }

  /** {@link Fault#ERROR_AFTER}. */
  public OperationFaults failAfterEffect(int times) {
    return fail(Fault.ERROR_AFTER, times);
  }

  /** {@link Fault#RESET_BEFORE}. */
  public OperationFaults resetBeforeEffect(int times) {
    return fail(Fault.RESET_BEFORE, times);
  }

  /** {@link Fault#RESET_AFTER}. */
  public OperationFaults resetAfterEffect(int times) {
    return fail(Fault.RESET_AFTER, times);
  }

  /**
   * After each write in its service, this many reads by this operation answer as before the write:
   * what the same read got then. A read that was not made before is answered with the truth.
   */
  public synchronized OperationFaults staleReads(int reads) {
    staleReads = reads;
    return this;
  }

  /**
   * Like {@link #staleReads(int)}, and a read that was not made before the write is answered with
   * an error, as for something just created.
   *
   * @param code the error's code as in the API reference: {@code NoSuchBucket}
   */
  public synchronized OperationFaults staleReads(int reads, int status, String code) {
    unknownBefore = Optional.of(new ServiceError(status, code, "injected: not found yet"));
    return staleReads(reads);
  }

  /**
   * After each write in its service, this many answers of this operation show a state: every text
   * member of this name, at any depth, has this value.
   *
   * @param member as in the API reference: {@code State}
   */
  public synchronized OperationFaults pending(String member, String value, int reads) {
    pending = Optional.of(new PendingState(member, value));
    pendingReads = reads;
    return this;
  }

  private synchronized OperationFaults order(int times, Optional<Fault> fault) {
    ordered.addAll(Collections.nCopies(times, fault));
    return this;
  }

  synchronized void calm() {
    ordered.clear();
    staleReads = 0;
    staleLeft = 0;
    unknownBefore = Optional.empty();
    pending = Optional.empty();
    pendingReads = 0;
    pendingLeft = 0;
  }

  synchronized Optional<Fault> nextOrdered() {
    return ordered.isEmpty() ? Optional.empty() : ordered.poll();
  }

  synchronized int countAttempt() {
    return ++attempts;
  }

  synchronized void countReached() {
    reached++;
  }

  synchronized void countInjected(Fault fault) {
    injected.merge(fault, 1, Integer::sum);
  }

  synchronized void countAltered() {
    altered++;
  }

  synchronized int attempts() {
    return attempts;
  }

  synchronized int reached() {
    return reached;
  }

  synchronized int altered() {
    return altered;
  }

  synchronized int injected(Fault fault) {
    return injected.getOrDefault(fault, 0);
  }

  synchronized int total() {
    return altered + injected.values().stream().mapToInt(Integer::intValue).sum();
  }

  synchronized boolean recordsAnswers() {
    return staleReads > 0;
  }

  /** Keeps what a read got and says what its caller gets. */
  synchronized RecordedAnswer answer(String ofService, String question, RecordedAnswer truth) {
    service = ofService;
    newest.put(question, truth);
    if (staleLeft == 0) {
      return truth;
    }
    staleLeft--;
    RecordedAnswer stale = before.get(question);
    if (stale == null) {
      stale = unknownBefore.map(error -> error.answerTo(truth.protocol())).orElse(truth);
    }
    if (stale != truth) {
      altered++;
    }
    return stale;
  }

  synchronized Optional<PendingState> nextPending(String ofService) {
    service = ofService;
    if (pendingLeft == 0) {
      return Optional.empty();
    }
    pendingLeft--;
    altered++;
    return pending;
  }

  synchronized void written(String inService) {
    if (!service.isEmpty() && !service.equals(inService)) {
      return;
    }
    staleLeft = staleReads;
    pendingLeft = pendingReads;
    before = Map.copyOf(newest);
  }

  @Override
  public synchronized String toString() {
    return "%s: %d attempts, %d reached the service, injected %s, altered %d"
        .formatted(operation, attempts, reached, injected, altered);
  }
}
