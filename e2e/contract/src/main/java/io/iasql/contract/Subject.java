package io.iasql.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.iasql.engine.catalog.Column;
import io.iasql.engine.catalog.Json;
import io.iasql.engine.catalog.Shape;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudResource;
import io.iasql.spi.Creates;
import io.iasql.spi.Deletes;
import io.iasql.spi.Reach;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The resource that is checked: how its sample comes to be, and what AWS and the rows say of it.
 */
final class Subject {
  final Sample sample;
  final CloudResource<?> resource;
  final Shape shape;
  final Template template;

  Subject(Sample sample) {
    this.sample = sample;
    this.template = Template.forTable(sample.table);
    this.resource =
        template
            .modules()
            .resource(sample.table)
            .orElseThrow(() -> new IllegalArgumentException("no table " + sample.table));
    this.shape = Shape.of(resource.type());
  }

  /** Imports what the sample needs, and makes what it stands on. */
  void enter(World world) {
    Set<String> tables = new TreeSet<>(sample.needs);
    tables.add("aws_regions");
    addWithReferences(shape, tables);
    world.sync(tables.toArray(String[]::new));
    sample.stage.forEach(world::committed);
    if (world.regions().contains(World.ABROAD)) {
      sample.stageAbroad.forEach(world::committed);
    }
  }

  /** Makes the sample, or has it made by others and reads it into the rows. */
  void put(World world) {
    if (resource instanceof Creates<?>) {
      world.committed(sample.insert);
    } else {
      sample.found.accept(world.aws());
      Set<String> tables = new TreeSet<>();
      addWithReferences(shape, tables);
      world.sync(tables.toArray(String[]::new));
    }
  }

  private static void addWithReferences(Shape of, Set<String> tables) {
    if (tables.add(of.table())) {
      of.references().forEach(column -> addWithReferences(Shape.of(column.target()), tables));
    }
  }

  /** Deletes it in AWS, as the engine would. */
  void delete(World world, ObjectNode row) {
    delete((Deletes<?>) resource, world, row);
  }

  private <R extends Record> void delete(Deletes<R> deletes, World world, ObjectNode row) {
    AwsScope scope = world.aws().in(shape.region(row).orElse(World.HOME));
    deletes.delete(scope, Json.to(row, deletes.type()));
  }

  /** An update that changes nothing. */
  String untouched() {
    String column =
        shape.columns().stream()
            .filter(c -> !c.sqlName().isEmpty())
            .map(Column::sqlName)
            .findFirst()
            .orElseThrow();
    return "UPDATE %s SET %s = %s".formatted(sample.table, column, column);
  }

  /** The keys of all that AWS lists, in each of the world's regions where it is regional. */
  Set<String> keys(World world) {
    List<String> regions = shape.reach() == Reach.REGIONAL ? world.regions() : List.of(World.HOME);
    Set<String> all = new TreeSet<>();
    regions.forEach(region -> all.addAll(keys(world, region)));
    return all;
  }

  /** The keys of all that AWS lists in a region. */
  List<String> keys(World world, String region) {
    try (Stream<? extends Record> all = resource.list(world.aws().in(region))) {
      return all.map(found -> shape.keyOf(Json.ofRecord(found)).toString()).toList();
    }
  }

  /** The key of the one row. */
  String keyOf(World world, String where) {
    return shape.keyOf(world.row(resource, where)).toString();
  }

  /** The rows of the sample, if it is there. */
  List<ObjectNode> rows(World world) {
    return world.rows(resource, sample.where);
  }

  /** The row of the sample. */
  ObjectNode row(World world) {
    return world.row(resource, sample.where);
  }

  /** What AWS says of a row; empty when it knows nothing of it. */
  Optional<ObjectNode> aws(World world, ObjectNode row) {
    return aws(world, resource, row);
  }

  private static <R extends Record> Optional<ObjectNode> aws(
      World world, CloudResource<R> resource, ObjectNode row) {
    AwsScope scope = world.aws().in(Shape.of(resource.type()).region(row).orElse(World.HOME));
    return resource.read(scope, Json.to(row, resource.type())).map(Json::ofRecord);
  }

  /** The sample's row says what AWS says, and knows all that AWS assigns. */
  ObjectNode assertRowIsAws(World world) {
    return assertRowIsAws(world, sample.where);
  }

  /** The same of another row of the table. */
  ObjectNode assertRowIsAws(World world, String where) {
    return assertRowIsAws(world, resource, where);
  }

  /** The same of a row of another table. */
  ObjectNode assertRowIsAws(World world, String table, String where) {
    return assertRowIsAws(world, template.modules().resource(table).orElseThrow(), where);
  }

  private ObjectNode assertRowIsAws(World world, CloudResource<?> of, String where) {
    Shape its = Shape.of(of.type());
    ObjectNode row = world.row(of, where);
    Optional<ObjectNode> aws = aws(world, of, row);
    assertThat(aws).as("%s %s in AWS", its.table(), where).isPresent();
    ObjectNode said = Json.ofRecord(Json.to(row, of.type()));
    for (Column column : its.columns()) {
      if (column.writeOnly()) {
        assertThat(row.path(column.name()).isNull()).as("%s is kept", column.name()).isTrue();
      } else if (!column.local()) {
        assertThat(Shape.canonical(column, said))
            .as("%s.%s in the row, compared with AWS", its.table(), column.name())
            .isEqualTo(Shape.canonical(column, aws.get()));
      }
      if (column.assigned() && its == shape && !sample.mayStayNull.contains(column.name())) {
        assertThat(row.path(column.name()).isNull())
            .as("%s is assigned by AWS and empty in the row", column.name())
            .isFalse();
      }
    }
    return row;
  }

  /** What people say of the resource is as it was before. */
  void assertSameDesired(ObjectNode row, ObjectNode before) {
    for (Column column : shape.columns()) {
      if (column.isDesired() && !column.writeOnly()) {
        assertThat(Shape.canonical(column, row))
            .as("%s is as before", column.name())
            .isEqualTo(Shape.canonical(column, before));
      }
    }
  }
}
