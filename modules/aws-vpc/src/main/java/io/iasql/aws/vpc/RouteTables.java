package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Companion;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;

final class RouteTables extends Ec2Resource<RouteTable>
    implements Updates<RouteTable>, Companion<RouteTable> {

  @Override
  public Class<RouteTable> type() {
    return RouteTable.class;
  }

  @Override
  protected Stream<RouteTable> describe(AwsScope scope, List<Filter> filters) {
    return tables(scope, filters).map(table -> record(scope.region(), table));
  }

  @Override
  protected String idFilter() {
    return "route-table-id";
  }

  @Override
  protected String id(RouteTable table) {
    return table.routeTableId();
  }

  @Override
  protected String region(RouteTable table) {
    return table.region();
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(Vpc.class);
  }

  @Override
  public Stream<RouteTable> listOf(AwsScope scope, Record parent) {
    Vpc vpc = (Vpc) parent;
    return describe(Ec2.at(scope, vpc.region()), List.of(Ec2.filter("vpc-id", vpc.vpcId())));
  }

  @Override
  public Ownership ownership(RouteTable table) {
    if (!Boolean.TRUE.equals(table.isMain())) {
      return Ownership.OWN;
    }
    return table.isAccountDefault() ? Ownership.PROTECTED : Ownership.WITH_PARENT;
  }

  @Override
  public List<Problem> validate(RouteTable desired, PlannedRows planned) {
    return Ec2Tags.problems(desired.routeTableId(), desired.tags());
  }

  @Override
  public RouteTable create(AwsScope scope, RouteTable desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    String id =
        Ec2.client(there)
            .createRouteTable(
                r ->
                    r.vpcId(desired.vpc().vpcId())
                        .clientToken(token.value())
                        .tagSpecifications(
                            Ec2Tags.specification(ResourceType.ROUTE_TABLE, desired.tags(), token)))
            .routeTable()
            .routeTableId();
    return await(there, id, SOON, table -> true);
  }

  @Override
  public RouteTable update(AwsScope scope, RouteTable current, RouteTable desired) {
    AwsScope there = Ec2.at(scope, current.region());
    Ec2Client ec2 = Ec2.client(there);
    Ec2Tags.update(ec2, current.routeTableId(), current.tags(), desired.tags());
    return await(
        there, current.routeTableId(), SOON, table -> Objects.equals(table.tags(), desired.tags()));
  }

  @Override
  protected void remove(AwsScope scope, RouteTable current) {
    Ec2.client(scope).deleteRouteTable(r -> r.routeTableId(current.routeTableId()));
  }

  /** The route tables as EC2 shows them, with associations and routes. */
  static Stream<software.amazon.awssdk.services.ec2.model.RouteTable> tables(
      AwsScope scope, List<Filter> filters) {
    return Ec2.client(scope)
        .describeRouteTablesPaginator(r -> r.filters(filters))
        .routeTables()
        .stream();
  }

  /** A table as its own rows and those that refer to it show it. */
  static RouteTable record(
      String region, software.amazon.awssdk.services.ec2.model.RouteTable table) {
    return new RouteTable(
        table.routeTableId(),
        Ec2Tags.visible(table.tags()),
        region,
        Vpc.of(table.vpcId(), region),
        table.associations().stream().anyMatch(a -> Boolean.TRUE.equals(a.main())));
  }
}
