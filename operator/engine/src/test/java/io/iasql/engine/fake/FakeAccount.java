package io.iasql.engine.fake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Json;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An account in memory. Resources are images: JSON objects with a record's components in snake
 * case, references as their key. Safe for use by several threads.
 */
public final class FakeAccount {
  /** The default region. */
  public static final String HOME = "eu-1";

  /** The other region. */
  public static final String AWAY = "us-1";

  /** A call as the cloud saw it. */
  public record Call(String op, String table, String name, String region) {
    public boolean isWrite() {
      return !op.equals("list") && !op.equals("read");
    }
  }

  private final String id;
  private final Map<String, Map<String, ObjectNode>> resources = new TreeMap<>();
  private final Map<String, Map<String, ObjectNode>> earlier = new HashMap<>();
  private final Map<String, String> tokens = new HashMap<>();
  private final Map<String, String> secrets = new HashMap<>();
  private final List<Call> calls = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private List<String> regions = List.of(HOME, AWAY);
  private volatile Consumer<Call> gate = call -> {};
  private int next = 1;

  public FakeAccount() {
    this("111122223333");
  }

  public FakeAccount(String id) {
    this.id = id;
    reset();
  }

  public String id() {
    return id;
  }

  /** Another account with the same resources; calls and faults stay behind. */
  public synchronized FakeAccount copy() {
    FakeAccount copy = new FakeAccount(id);
    resources.forEach((table, all) -> all.forEach((k, image) -> copy.put(table, image.deepCopy())));
    copy.regions = regions;
    copy.next = next;
    return copy;
  }

  /** Empties the account down to what AWS puts into every one. */
  public synchronized void reset() {
    resources.clear();
    put("zone", Json.object().put("name", "eu-1a").put("region", HOME));
    put("zone", Json.object().put("name", "eu-1b").put("region", HOME));
    put("zone", Json.object().put("name", "us-1a").put("region", AWAY));
  }

  /** The account for a process. */
  public AwsScope scope(Power power) {
    return new FakeScope(this, HOME, power);
  }

  synchronized List<String> regions() {
    return regions;
  }

  /** Limits the regions in use. */
  public synchronized void useRegions(String... inUse) {
    regions = List.of(inUse);
  }

  /** Is called before each call takes effect, outside the account's lock; may block. */
  public void gate(Consumer<Call> newGate) {
    gate = newGate;
  }

  // What tests ask and do behind the engine's back -----------------------------------------------

  public synchronized List<ObjectNode> all(String table) {
    return of(table).values().stream().map(ObjectNode::deepCopy).toList();
  }

  /** The one resource whose image has this value. */
  public ObjectNode one(String table, String column, String value) {
    List<ObjectNode> found =
        all(table).stream().filter(i -> i.path(column).asText().equals(value)).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          found.size() + " of table " + table + " have " + column + " " + value + ": " + found);
    }
    return found.get(0);
  }

  public boolean has(String table, String column, String value) {
    return all(table).stream().anyMatch(i -> i.path(column).asText().equals(value));
  }

  /** Somebody else creates a resource, or changes it. */
  public synchronized void put(String table, ObjectNode image) {
    of(table).put(idOf(table, image), image);
  }

  /** Somebody else changes a column. */
  public synchronized void change(String table, String by, String value, String column, Object to) {
    ObjectNode image = one(table, by, value);
    image.set(column, Json.of(to));
    put(table, image);
  }

  /** Somebody else deletes a resource. */
  public synchronized void remove(String table, String by, String value) {
    of(table).remove(idOf(table, one(table, by, value)));
  }

  public synchronized Optional<String> secret(String table, String name) {
    return Optional.ofNullable(secrets.get(table + "/" + name));
  }

  /** Makes the next {@code times} matching calls fail. */
  public synchronized void fault(String op, String table, String name, Fault.Kind kind, int times) {
    for (int i = 0; i < times; i++) {
      faults.add(new Fault(op, table, name, kind));
    }
  }

  public synchronized void mend() {
    faults.clear();
  }

  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  public synchronized void forgetCalls() {
    calls.clear();
  }

  public List<Call> writes() {
    return calls().stream().filter(Call::isWrite).toList();
  }

  public long count(String op, String table) {
    return calls().stream().filter(c -> c.op().equals(op) && c.table().equals(table)).count();
  }

  // What resources do
  // ------------------------------------------------------------------------------

  /**
   * A call.
   *
   * @param effect what it does, told whether it sees an older state
   */
  <T> T perform(AwsScope scope, String op, String table, String name, Function<Boolean, T> effect) {
    FakeScope from = FakeScope.of(scope);
    Call call = new Call(op, table, name, scope.region());
    from.power().check();
    gate.accept(call);
    Optional<Fault.Kind> fault = begin(call);
    fault.ifPresent(FakeAccount::failBefore);
    T result;
    synchronized (this) {
      if (call.isWrite()) {
        from.power().point("before " + op + " " + table + " " + name);
      }
      result = effect.apply(fault.equals(Optional.of(Fault.Kind.STALE)));
    }
    fault.ifPresent(FakeAccount::failAfter);
    if (call.isWrite()) {
      from.power().point("after " + op + " " + table + " " + name);
    }
    return result;
  }

  private synchronized Optional<Fault.Kind> begin(Call call) {
    calls.add(call);
    Optional<Fault> fault = faults.stream().filter(f -> f.matches(call)).findFirst();
    fault.ifPresent(faults::remove);
    return fault.map(Fault::kind);
  }

  private static void failBefore(Fault.Kind fault) {
    switch (fault) {
      case THROTTLE ->
          throw new FakeFailure(CloudFailure.Kind.THROTTLED, "Throttling", "Rate exceeded");
      case LOST_BEFORE ->
          throw new FakeFailure(CloudFailure.Kind.UNAVAILABLE, "SdkClient", "Connection reset");
      case REFUSE ->
          throw new FakeFailure(CloudFailure.Kind.INVALID_INPUT, "InvalidParameter", "not today");
      case EXPIRE ->
          throw new FakeFailure(CloudFailure.Kind.UNAUTHENTICATED, "ExpiredToken", "too old");
      case DENY -> throw new FakeFailure(CloudFailure.Kind.DENIED, "AccessDenied", "not you");
      default -> {}
    }
  }

  private static void failAfter(Fault.Kind fault) {
    switch (fault) {
      case LOST_AFTER ->
          throw new FakeFailure(CloudFailure.Kind.UNAVAILABLE, "SdkClient", "Connection reset");
      case REFUSE_HALF_WAY ->
          throw new FakeFailure(CloudFailure.Kind.INVALID_INPUT, "InvalidTags", "not these tags");
      default -> {}
    }
  }

  synchronized String newId(String prefix) {
    return prefix + "-" + next++;
  }

  Map<String, ObjectNode> of(String table) {
    return resources.computeIfAbsent(table, t -> new TreeMap<>());
  }

  Map<String, Map<String, ObjectNode>> everything() {
    return resources;
  }

  /** What a read shows: the newest image, or an older one. */
  Optional<ObjectNode> seen(String table, String resource, boolean stale) {
    if (stale) {
      return Optional.ofNullable(earlier.getOrDefault(table, Map.of()).get(resource));
    }
    return Optional.ofNullable(of(table).get(resource));
  }

  /** Stores what a call made of a resource. */
  void store(String table, String resource, ObjectNode image) {
    ObjectNode before = of(table).put(resource, image);
    earlier.computeIfAbsent(table, t -> new HashMap<>()).put(resource, before);
  }

  void mark(String token, String table, String resource) {
    tokens.put(table + "/" + token, resource);
  }

  Optional<String> marked(String token, String table) {
    return Optional.ofNullable(tokens.get(table + "/" + token));
  }

  void keepSecret(String table, String name, String secret) {
    secrets.put(table + "/" + name, secret);
  }

  private static String idOf(String table, JsonNode image) {
    return FakeModules.resource(table).id(image);
  }
}
