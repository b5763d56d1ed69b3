package io.iasql.operator.status;

import io.iasql.crds.Condition;
import io.iasql.crds.Condition.Status;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The conditions of a new status. A condition whose status is as before keeps its transition time,
 * so that a status that says the same is equal; the order never varies; what is not set is gone.
 */
public final class Conditions {
  /** Whether the resource is as asked. */
  public static final String READY = "Ready";

  /** Whether every guard of an environment can hold; present where there are guards. */
  public static final String GUARDED = "Guarded";

  /** Present while the operator is at work; see kstatus. */
  public static final String RECONCILING = "Reconciling";

  /** Present while a person must mend something; see kstatus. */
  public static final String STALLED = "Stalled";

  /** Longer messages are cut. */
  public static final int MAX_MESSAGE = 4096;

  private static final List<String> ORDER =
      List.of(
          READY,
          "Planned",
          "Approved",
          "Applied",
          "Drifted",
          "Locked",
          GUARDED,
          RECONCILING,
          STALLED);

  private final List<Condition> before;
  private final long generation;
  private final Instant now;
  private final Map<String, Condition> after =
      new TreeMap<>(Comparator.comparingInt(Conditions::rank).thenComparing(type -> type));

  private Conditions(List<Condition> before, long generation, Instant now) {
    this.before = before;
    this.generation = generation;
    this.now = now;
  }

  /**
   * Conditions that follow on others.
   *
   * @param before the conditions so far
   * @param generation the generation of the spec that they are now about
   */
  public static Conditions following(List<Condition> before, long generation, Clock clock) {
    // A Kubernetes time has no fraction of a second.
    return new Conditions(before, generation, clock.instant().truncatedTo(ChronoUnit.SECONDS));
  }

  /** Sets a condition. */
  public Conditions set(String type, Status status, Reason reason, String message) {
    Instant since =
        find(before, type)
            .filter(condition -> condition.status() == status)
            .map(Condition::lastTransitionTime)
            .orElse(now);
    after.put(
        type, new Condition(type, status, generation, since, reason.toString(), cut(message)));
    return this;
  }

  /** Sets a condition that is present only while it is true. */
  public Conditions setIf(boolean holds, String type, Reason reason, String message) {
    return holds ? set(type, Status.TRUE, reason, message) : this;
  }

  /** The conditions in their order. */
  public List<Condition> toList() {
    return List.copyOf(after.values());
  }

  /** The same conditions, said of another generation. */
  public static List<Condition> ofGeneration(List<Condition> conditions, long generation) {
    return conditions.stream()
        .map(
            c ->
                new Condition(
                    c.type(),
                    c.status(),
                    generation,
                    c.lastTransitionTime(),
                    c.reason(),
                    c.message()))
        .toList();
  }

  /** The condition of a type. */
  public static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> condition.type().equals(type)).findFirst();
  }

  private static int rank(String type) {
    int index = ORDER.indexOf(type);
    return index < 0 ? ORDER.size() : index;
  }

  /** A message no longer than a status takes. */
  public static String cut(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE - 1) + "…";
  }
}
