package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.store.RowGraph;
import io.iasql.spi.AwsScope;
import io.iasql.spi.BulkReads;
import io.iasql.spi.Checks;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.CloudResource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads touched resources from the cloud: one by one, several at once; many of one kind together
 * where the module can.
 */
final class CloudReads {
  /** From this many on, asking together costs fewer calls. */
  private static final int MANY = 32;

  private final EngineContext context;
  private final AwsScope account;
  private final Speculation speculation;

  CloudReads(EngineContext context, AwsScope account, Speculation speculation) {
    this.context = context;
    this.account = account;
    this.speculation = speculation;
  }

  private record Kind(CloudResource<?> resource, String region) {}

  private record Group(Kind kind, List<Touched> members) {}

  /** What the cloud has of each, in their order. */
  List<Optional<ObjectNode>> of(List<Touched> touched) {
    Map<Touched, Optional<ObjectNode>> answers = new IdentityHashMap<>();
    Map<Kind, List<Touched>> kinds = new LinkedHashMap<>();
    for (Touched one : touched) {
      answers.put(one, known(one));
      if (isAsked(one)) {
        kinds.computeIfAbsent(kind(one), k -> new ArrayList<>()).add(one);
      }
    }
    List<Group> groups = groups(kinds);
    List<List<Optional<ObjectNode>>> read = context.inParallel(groups, this::read);
    for (int g = 0; g < groups.size(); g++) {
      for (int i = 0; i < groups.get(g).members().size(); i++) {
        answers.put(groups.get(g).members().get(i), read.get(g).get(i));
      }
    }
    return touched.stream().map(answers::get).toList();
  }

  private static List<Group> groups(Map<Kind, List<Touched>> kinds) {
    List<Group> groups = new ArrayList<>();
    kinds.forEach(
        (kind, members) -> {
          if (kind.resource() instanceof BulkReads<?> && members.size() >= MANY) {
            groups.add(new Group(kind, members));
          } else {
            members.forEach(one -> groups.add(new Group(kind, List.of(one))));
          }
        });
    return groups;
  }

  private static ObjectNode wanted(Touched one) {
    return one.before() == null ? one.after() : one.before();
  }

  private Kind kind(Touched one) {
    return new Kind(
        one.resource(), one.shape().region(wanted(one)).orElse(account.defaultRegion()));
  }

  /** A row without anything of the cloud's own is what it says. */
  private static Optional<ObjectNode> known(Touched one) {
    return isLocal(one) ? Optional.of(wanted(one)) : Optional.empty();
  }

  private static boolean isLocal(Touched one) {
    return one.shape().columns().stream().allMatch(c -> c.local() || c.key());
  }

  private boolean isAsked(Touched one) {
    if (isLocal(one)) {
      return false;
    }
    Shape shape = one.shape();
    return one.before() != null
        || (shape.isIdentified(one.after()) && !refersToNew(shape, one.after()));
  }

  /**
   * Whether a resource lives in one that this transaction makes or replaces: then it cannot exist
   * yet.
   */
  private boolean refersToNew(Shape shape, JsonNode image) {
    return shape.references().stream()
        .map(c -> image.get(c.name()))
        .filter(r -> r != null && !r.isNull())
        .map(RowGraph::rowOf)
        .anyMatch(row -> speculation.isNew(row) || speculation.isReplaced(row));
  }

  /** What the cloud says against resources that are to be created. */
  List<String> problems(List<Touched> created) {
    List<Touched> checked =
        created.stream().filter(one -> one.resource() instanceof Checks<?>).toList();
    return context.inParallel(checked, this::problems).stream().flatMap(List::stream).toList();
  }

  private List<String> problems(Touched one) {
    return problems((Checks<?>) one.resource(), one);
  }

  private <R extends Record> List<String> problems(Checks<R> resource, Touched one) {
    AwsScope scope = account.in(one.shape().region(one.after()).orElse(account.defaultRegion()));
    R desired = Json.to(one.after(), resource.type());
    return context.call(scope, () -> resource.check(scope, desired)).stream()
        .map(
            p ->
                one.describe()
                    + (p.column().isEmpty() ? "" : ", column " + p.column())
                    + ": "
                    + p.message())
        .toList();
  }

  private List<Optional<ObjectNode>> read(Group group) {
    return read(group.kind().resource(), group);
  }

  private <R extends Record> List<Optional<ObjectNode>> read(
      CloudResource<R> resource, Group group) {
    AwsScope scope = account.in(group.kind().region());
    List<R> records =
        group.members().stream().map(one -> Json.to(wanted(one), resource.type())).toList();
    List<Optional<R>> found;
    try {
      found =
          context.call(
              scope,
              () ->
                  records.size() > 1
                      ? ((BulkReads<R>) resource).readAll(scope, records)
                      : List.of(resource.read(scope, records.get(0))));
    } catch (CloudException e) {
      if (e.failure().kind() != CloudFailure.Kind.INVALID_INPUT) {
        throw e;
      }
      // What AWS does not even want to be asked about cannot be made either.
      throw new InvalidTransactionException(
          List.of(group.members().get(0).describe() + ": AWS refuses it: " + e.failure()), e);
    }
    return found.stream().map(one -> one.map(Json::ofRecord)).toList();
  }
}
