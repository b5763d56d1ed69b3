package io.iasql.engine.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.EngineContext;
import io.iasql.engine.InvalidTransactionException;
import io.iasql.engine.Parameters;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Modules;
import io.iasql.engine.catalog.Shape;
import io.iasql.engine.export.Inverse;
import io.iasql.engine.store.Catalog;
import io.iasql.engine.store.DatabaseSession;
import io.iasql.engine.store.Installer;
import io.iasql.engine.store.RowGraph;
import io.iasql.engine.store.RowKey;
import io.iasql.engine.store.SqlErrors;
import io.iasql.engine.store.UnavailableException;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Ownership;
import io.iasql.spi.Updates;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Makes plans: runs the SQL, takes the net change, rolls back, compares the touched resources with
 * the cloud. Row locks last as long as the SQL, not as long as the cloud answers.
 */
public final class Planner {
  private static final int TRIES = 5;

  private final EngineContext context;

  public Planner(EngineContext context) {
    this.context = context;
  }

  /**
   * A plan together with what the cloud said when it was made.
   *
   * @param cloud the touched resources as the cloud has them, by their row before the transaction
   * @param vanished rows, by their key before, whose resources are created again because they are
   *     gone from the cloud
   * @param inverse for the undoing of a transaction, the SQL that does it
   */
  public record Planned(
      Plan plan, Map<RowKey, ObjectNode> cloud, Set<RowKey> vanished, Optional<Inverse> inverse) {}

  /**
   * Plans a transaction; changes nothing.
   *
   * @throws InvalidTransactionException when the SQL or the planned state cannot be
   * @throws UnavailableException when PostgreSQL or AWS cannot be reached
   */
  public Planned plan(Draft draft) {
    return draft.parameters().guarding(() -> planned(draft));
  }

  private Planned planned(Draft draft) {
    Instant started = context.clock().instant();
    Optional<Inverse> inverse =
        draft instanceof Draft.Undo undo
            ? Optional.of(snapshot(h -> inverse(h, context.catalog(h), undo)))
            : Optional.empty();
    Draft run =
        inverse
            .<Draft>map(i -> new Draft.Statements(i.sql(), Parameters.NONE, draft.ownAssertions()))
            .orElse(draft);
    Set<RowKey> vanished = new HashSet<>();
    while (true) {
      Speculation speculation =
          snapshot(
              h -> {
                Speculation looked = inTransaction(h, run, vanished);
                looked.lookAround();
                return looked;
              });
      AwsScope scope = context.scope();
      Map<RowKey, ObjectNode> cloud = read(scope, speculation);
      // What is created again has another key: those that refer to it must follow.
      if (!vanished.addAll(speculation.vanished(cloud.keySet()))) {
        return new Planned(decide(scope, speculation, cloud, started), cloud, vanished, inverse);
      }
    }
  }

  private Inverse inverse(Handle handle, Catalog catalog, Draft.Undo undo) {
    return Inverse.of(handle, catalog, context.modules(), undo.name());
  }

  /** Does something in a PostgreSQL transaction that is rolled back. */
  private <T> T snapshot(Function<Handle, T> work) {
    for (int attempt = 1; ; attempt++) {
      try (DatabaseSession session = UserSql.open(context.database());
          Handle handle = session.handle()) {
        T result = work.apply(handle);
        session.reuse();
        return result;
      } catch (SQLException e) {
        throw new UnavailableException("PostgreSQL: " + e.getMessage(), e);
      } catch (UnavailableException e) {
        if (!SqlErrors.isCollision(e) || attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * Runs the SQL, if there is some to run, and looks at what was done to the rows, leaving the
   * transaction open.
   *
   * @param handle at isolation level repeatable read, so that only this transaction's audit entries
   *     are newer than the position taken first
   * @param vanished see {@link Planned}
   */
  public Speculation inTransaction(Handle handle, Draft draft, Set<RowKey> vanished) {
    Catalog catalog = context.catalog(handle);
    return draft
        .parameters()
        .guarding(
            () -> {
              Speculation speculation =
                  Speculation.of(
                      handle,
                      catalog,
                      context.modules(),
                      netChange(handle, catalog, draft),
                      vanished);
              speculation.keepTo(
                  context.guardRoom().guards(),
                  draft.ownAssertions(),
                  draft.parameters().hasSecrets());
              return speculation;
            });
  }

  private List<NetChange.Row> netChange(Handle handle, Catalog catalog, Draft draft) {
    if (draft instanceof Draft.Undo undo) {
      return netChange(handle, catalog, new Draft.Statements(inverse(handle, catalog, undo).sql()));
    }
    if (draft instanceof Draft.Statements statements) {
      long position = NetChange.position(handle);
      UserSql.run(
          handle.getConnection(),
          statements.sql(),
          statements.parameters(),
          context.settings().sqlLimit());
      BoundParameters.check(handle, position, statements.parameters());
      return NetChange.since(handle, catalog, context.modules(), position);
    }
    return NetChange.pending(handle, catalog, context.modules());
  }

  /** Reads the touched resources, and only those, from the cloud. */
  private Map<RowKey, ObjectNode> read(AwsScope scope, Speculation speculation) {
    List<Touched> touched = List.copyOf(speculation.touched());
    CloudReads reads = new CloudReads(context, scope, speculation);
    List<Optional<ObjectNode>> found = reads.of(touched);
    Map<RowKey, ObjectNode> cloud = new HashMap<>();
    List<Touched> taken = new ArrayList<>();
    for (int i = 0; i < touched.size(); i++) {
      Touched one = touched.get(i);
      if (found.get(i).isPresent()) {
        if (one.before() != null) {
          cloud.put(RowGraph.rowOf(one.before()), found.get(i).get());
        } else if (!one.shape().isPart() && !speculation.isGivenUp(one)) {
          taken.add(one);
        }
      }
    }
    List<String> problems =
        reads.problems(
            touched.stream()
                .filter(one -> one.after() != null)
                .filter(one -> one.before() == null || speculation.isReplaced(one.row()))
                .toList());
    if (!problems.isEmpty()) {
      throw new InvalidTransactionException(problems);
    }
    taken.addAll(takenNames(reads, speculation, touched));
    if (!taken.isEmpty()) {
      throw new InvalidTransactionException(
          taken.stream()
              .map(
                  one ->
                      one.describe()
                          + ": it exists in AWS already and is not in the rows yet; adopt it by"
                          + " asking for a sync of the environment (annotation"
                          + " iasql.io/sync-requested-at), then change it with UPDATE")
              .toList());
    }
    return cloud;
  }

  /** Renamed resources whose new name AWS has given to another one. */
  private static List<Touched> takenNames(
      CloudReads reads, Speculation speculation, List<Touched> touched) {
    List<Touched> renamed =
        touched.stream().filter(speculation::isRenamed).map(Touched::asNew).toList();
    List<Optional<ObjectNode>> found = reads.of(renamed);
    List<Touched> taken = new ArrayList<>();
    for (int i = 0; i < renamed.size(); i++) {
      if (found.get(i).isPresent()) {
        taken.add(renamed.get(i));
      }
    }
    return taken;
  }

  /**
   * Decides what happens to the touched resources. Asks nothing: the same changes and the same
   * cloud give the same plan id, whatever serial keys the rows were given this time.
   *
   * @param started when the rows were looked at
   * @throws InvalidTransactionException when what is protected would be deleted or replaced
   */
  public Plan decide(
      AwsScope scope, Speculation speculation, Map<RowKey, ObjectNode> cloud, Instant started) {
    Map<Touched, ObjectNode> found = new LinkedHashMap<>();
    Set<RowKey> created = new HashSet<>();
    for (Touched one : speculation.touched()) {
      ObjectNode image = one.before() == null ? null : cloud.get(RowGraph.rowOf(one.before()));
      found.put(one, image);
      if (one.after() != null && (image == null || speculation.isReplaced(one.row()))) {
        created.add(one.row());
      }
    }
    List<Plan.Action> actions = new ArrayList<>();
    found.forEach(
        (one, image) ->
            new Classifier(scope, speculation, created, one, image)
                .action()
                .ifPresent(actions::add));
    List<Plan.Action> ordered = Steps.readingOrder(actions);
    List<String> violations =
        ordered.stream().flatMap(a -> speculation.violation(a).stream()).toList();
    if (!violations.isEmpty()) {
      throw new InvalidTransactionException(violations);
    }
    // Planning fails here rather than at commit when no order exists.
    Steps.of(context.modules(), ordered);
    String digest =
        Digest.of(
            speculation.hash(),
            context.environment(),
            scope.accountId(),
            Installer.VERSION,
            ordered);
    return new Plan(
        Digest.planId(context.environment(), digest),
        digest,
        started,
        ordered,
        new TreeSet<>(speculation.tables()),
        speculation.guards());
  }

  /** Decides what happens to one touched resource. */
  private static final class Classifier {
    private final AwsScope scope;
    private final Speculation speculation;
    private final Set<RowKey> created;
    private final Touched one;
    private final Shape shape;
    private final ObjectNode cloud;
    private final List<String> notes = new ArrayList<>();

    Classifier(
        AwsScope scope,
        Speculation speculation,
        Set<RowKey> created,
        Touched one,
        ObjectNode cloud) {
      this.scope = scope;
      this.speculation = speculation;
      this.created = created;
      this.one = one;
      this.shape = one.shape();
      this.cloud = cloud;
    }

    Optional<Plan.Action> action() {
      if (one.before() == null) {
        return Optional.of(action(Plan.Kind.CREATE, given(), true, false));
      }
      if (one.after() == null) {
        return Optional.of(deletion());
      }
      List<Column> changed = changed();
      if (speculation.comesAlong(one)) {
        return Optional.of(comingAlong());
      }
      if (cloud == null) {
        if (changed.isEmpty()) {
          return Optional.empty();
        }
        notes.add("it was deleted in AWS outside this transaction and is created again");
        return Optional.of(action(Plan.Kind.CREATE, given(), true, false));
      }
      if (speculation.isReplaced(one.row())) {
        return Optional.of(replacement(changed));
      }
      noteDrift(changed, "it is left as it is in AWS");
      List<Plan.Change> effective =
          changed.stream()
              .filter(c -> pending(c) || c.writeOnly() || !same(c, cloud, one.after()))
              .map(c -> change(c, cloud))
              .toList();
      if (!effective.isEmpty()) {
        return Optional.of(action(Plan.Kind.UPDATE, effective, true, false));
      }
      List<Plan.Change> local =
          shape.columns().stream()
              .filter(c -> c.local() && !same(c, one.before(), one.after()))
              .map(c -> change(c, one.before()))
              .toList();
      if (local.isEmpty()) {
        return Optional.empty();
      }
      notes.add("in the database only");
      return Optional.of(action(Plan.Kind.UPDATE, local, false, false));
    }

    private Plan.Action deletion() {
      boolean calls = cloud != null;
      if (cloud == null) {
        notes.add("it is gone from AWS already");
      } else if (Modules.ownership(one.resource(), cloud) == Ownership.WITH_PARENT
          || (shape.isPart() && speculation.goesWithParent(one))) {
        calls = false;
        notes.add("AWS deletes it with the resource it belongs to");
      } else {
        noteDrift(List.of(), "it goes with the resource");
      }
      return action(Plan.Kind.DELETE, List.of(), calls, false);
    }

    private Plan.Action replacement(List<Column> changed) {
      noteDrift(changed, "the new one gets the row's");
      noteForced();
      boolean sameIdentity =
          shape.hasChosenIdentity()
              && shape.identityOf(one.before()).equals(shape.identityOf(one.after()))
              && !refersToCreated();
      boolean deleteFirst = sameIdentity || excludes(one.resource());
      return action(
          Plan.Kind.REPLACE,
          changed.stream().map(c -> change(c, cloud)).toList(),
          true,
          deleteFirst);
    }

    private void noteForced() {
      if (one.forced() != null) {
        notes.add("replaced because " + speculation.describe(one.forced()) + " is");
      }
    }

    /** The new one comes as AWS makes it; what the row says besides is set afterwards. */
    private Plan.Action comingAlong() {
      noteForced();
      notes.add("AWS makes it and takes it away with the resource it belongs to");
      List<Plan.Change> again =
          shape.columns().stream()
              .filter(c -> c.isDesired() && !c.forcesReplacement())
              .filter(c -> pending(c) || !Shape.canonical(c, one.after()).isNull())
              .map(c -> change(c, cloud))
              .toList();
      boolean calls = !again.isEmpty() && one.resource() instanceof Updates<?>;
      return action(Plan.Kind.REPLACE, again, calls, false, true);
    }

    /**
     * The old one lives in the old parent, the new one in the new one: their names do not clash.
     */
    private boolean refersToCreated() {
      return shape.identity().stream().anyMatch(this::pending);
    }

    private <R extends Record> boolean excludes(CloudResource<R> resource) {
      boolean elsewhere =
          shape.columns().stream().filter(Column::forcesReplacement).anyMatch(this::pending);
      return resource instanceof Creates<R> creates
          && !elsewhere
          && creates.excludes(
              Json.to(cloud, resource.type()), Json.to(one.after(), resource.type()));
    }

    private List<Column> changed() {
      return shape.columns().stream()
          .filter(Column::isDesired)
          .filter(c -> pending(c) || !same(c, one.before(), one.after()))
          .toList();
    }

    /** Whether the wanted value names a resource that does not exist before the commit. */
    private boolean pending(Column column) {
      JsonNode value = one.after() == null ? null : one.after().get(column.name());
      if (value == null || value.isNull()) {
        return false;
      }
      return switch (column.kind()) {
        case REFERENCE -> isCreated(value);
        case CHILDREN -> {
          Shape child = Shape.of(column.target());
          boolean any = false;
          for (JsonNode element : value) {
            for (Column reference : child.references()) {
              any |= isCreated(element.get(reference.name()));
            }
          }
          yield any;
        }
        default -> speculation.namesReplaced(column, value);
      };
    }

    private boolean isCreated(JsonNode reference) {
      return reference != null
          && !reference.isNull()
          && created.contains(RowGraph.rowOf(reference));
    }

    private List<Plan.Change> given() {
      return shape.columns().stream()
          .filter(Column::isDesired)
          .filter(c -> !Shape.canonical(c, one.after()).isNull())
          .map(c -> change(c, null))
          .toList();
    }

    private Plan.Change change(Column column, ObjectNode from) {
      boolean pending = pending(column) && !namesChosenKey(column);
      return new Plan.Change(
          column.name(),
          Shape.canonical(column, from),
          pending ? Digest.planned(column, one.after()) : Shape.canonical(column, one.after()),
          pending);
    }

    /** Whether the resource that a reference names is known by what people chose. */
    private static boolean namesChosenKey(Column column) {
      return column.kind() == Column.Kind.REFERENCE
          && Shape.of(column.target()).key().stream().noneMatch(Column::assigned);
    }

    private static boolean same(Column column, ObjectNode a, ObjectNode b) {
      return Shape.canonical(column, a).equals(Shape.canonical(column, b));
    }

    private void noteDrift(List<Column> changed, String consequence) {
      for (Column column : shape.columns()) {
        boolean compared = column.isDesired() && !column.writeOnly() && !changed.contains(column);
        if (compared && !same(column, one.before(), cloud)) {
          notes.add(
              "drift: "
                  + column.name()
                  + " is "
                  + Shape.canonical(column, cloud)
                  + " in AWS and "
                  + Shape.canonical(column, one.before())
                  + " in the row; "
                  + consequence);
        }
      }
    }

    private Plan.Action action(
        Plan.Kind kind, List<Plan.Change> changes, boolean calls, boolean deleteFirst) {
      return action(kind, changes, calls, deleteFirst, false);
    }

    private Plan.Action action(
        Plan.Kind kind,
        List<Plan.Change> changes,
        boolean calls,
        boolean deleteFirst,
        boolean comesAlong) {
      ObjectNode image = one.after() == null ? one.before() : one.after();
      // A new row's serial key is drawn anew when the plan is committed: it would mislead.
      JsonNode id = one.before() == null ? null : image.get("id");
      ObjectNode named = one.before() == null ? one.after() : one.before();
      return new Plan.Action(
          kind,
          one.row(),
          id != null && id.isIntegralNumber() ? id.asText() : "",
          one.name(),
          shape.region(image).orElse(scope.defaultRegion()),
          changes,
          String.join("; ", notes),
          calls,
          Digest.stable(shape, named).toString(),
          kind == Plan.Kind.CREATE ? null : cloud,
          one.before(),
          one.after(),
          deleteFirst,
          comesAlong,
          shape.isPart(),
          kind == Plan.Kind.DELETE || kind == Plan.Kind.REPLACE
              ? speculation.dependants(one.row())
              : List.of());
    }
  }
}
