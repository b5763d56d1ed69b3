package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Companion;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Associations appear only inside DescribeRouteTables and have neither tags nor client tokens. */
final class RouteTableAssociations extends Ec2Resource<RouteTableAssociation>
    implements Updates<RouteTableAssociation>, Companion<RouteTableAssociation> {
  private static final Set<String> GOING = Set.of("disassociating", "disassociated");

  @Override
  public Class<RouteTableAssociation> type() {
    return RouteTableAssociation.class;
  }

  @Override
  public Stream<RouteTableAssociation> list(AwsScope scope) {
    return scope.regions().stream().flatMap(region -> super.list(scope.in(region)));
  }

  /** All associations of the tables that pass the filters: filters select tables. */
  @Override
  protected Stream<RouteTableAssociation> describe(AwsScope scope, List<Filter> filters) {
    return RouteTables.tables(scope, filters)
        .flatMap(
            table ->
                table.associations().stream()
                    .filter(a -> Boolean.TRUE.equals(a.main()) || a.subnetId() != null)
                    .filter(
                        a ->
                            a.associationState() == null
                                || !GOING.contains(a.associationState().stateAsString()))
                    .map(association -> record(scope.region(), table, association)));
  }

  @Override
  protected String idFilter() {
    return "association.route-table-association-id";
  }

  @Override
  protected String id(RouteTableAssociation association) {
    return association.routeTableAssociationId();
  }

  @Override
  protected String region(RouteTableAssociation association) {
    return association.vpc() == null ? null : association.vpc().region();
  }

  @Override
  protected Optional<RouteTableAssociation> byIdentity(
      AwsScope scope, RouteTableAssociation wanted) {
    if (wanted.subnet() != null) {
      String subnetId = wanted.subnet().subnetId();
      return subnetId == null
          ? Optional.empty()
          : describe(scope, List.of(Ec2.filter("association.subnet-id", subnetId)))
              .filter(a -> a.subnet() != null && subnetId.equals(a.subnet().subnetId()))
              .findFirst();
    }
    if (!wanted.isOfVpc() || wanted.vpc() == null || wanted.vpc().vpcId() == null) {
      return Optional.empty();
    }
    return describe(
            scope,
            List.of(
                Ec2.filter("vpc-id", wanted.vpc().vpcId()), Ec2.filter("association.main", "true")))
        .filter(RouteTableAssociation::isOfVpc)
        .findFirst();
  }

  @Override
  public Optional<RouteTableAssociation> find(
      AwsScope scope, RouteTableAssociation desired, IdempotencyToken token) {
    return byIdentity(Ec2.at(scope, region(desired)), desired);
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(Vpc.class);
  }

  @Override
  public Stream<RouteTableAssociation> listOf(AwsScope scope, Record parent) {
    Vpc vpc = (Vpc) parent;
    return describe(Ec2.at(scope, vpc.region()), List.of(Ec2.filter("vpc-id", vpc.vpcId())));
  }

  @Override
  public Ownership ownership(RouteTableAssociation association) {
    if (!association.isOfVpc()) {
      return Ownership.OWN;
    }
    return association.vpc() != null && association.vpc().knownAsDefault()
        ? Ownership.PROTECTED
        : Ownership.WITH_PARENT;
  }

  @Override
  public List<Problem> validate(RouteTableAssociation desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    if (desired.isOfVpc() && desired.routeTableAssociationId() == null) {
      problems.add(
          new Problem(
              "is_main",
              "A main association comes with its VPC; to make another table the main one, update"
                  + " route_table_id of the VPC's row with is_main = true."));
    } else if (!desired.isOfVpc() && desired.subnet() == null) {
      problems.add(
          new Problem("subnet_id", "subnet_id is missing: it says which subnet uses the table."));
    }
    if (desired.subnet() != null) {
      Networks.otherVpcProblem("subnet_id", "the subnet", desired.subnet().vpc(), desired.vpc())
          .ifPresent(problems::add);
    }
    if (desired.routeTable() != null) {
      Networks.otherVpcProblem(
              "route_table_id", "the route table", desired.routeTable().vpc(), desired.vpc())
          .ifPresent(problems::add);
    }
    return problems;
  }

  @Override
  public RouteTableAssociation create(
      AwsScope scope, RouteTableAssociation desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, region(desired));
    Ec2.client(there)
        .associateRouteTable(
            r ->
                r.routeTableId(desired.routeTable().routeTableId())
                    .subnetId(desired.subnet().subnetId()));
    return awaitTable(there, desired);
  }

  @Override
  public RouteTableAssociation update(
      AwsScope scope, RouteTableAssociation current, RouteTableAssociation desired) {
    AwsScope there = Ec2.at(scope, region(current));
    // Found by what is associated: the id is another one if an earlier try has got through.
    RouteTableAssociation now = byIdentity(there, current).orElse(current);
    if (!sameTable(now, desired)) {
      Ec2.client(there)
          .replaceRouteTableAssociation(
              r ->
                  r.associationId(now.routeTableAssociationId())
                      .routeTableId(desired.routeTable().routeTableId()));
    }
    return awaitTable(there, desired);
  }

  @Override
  protected void remove(AwsScope scope, RouteTableAssociation current) {
    Ec2.client(scope)
        .disassociateRouteTable(r -> r.associationId(current.routeTableAssociationId()));
  }

  private RouteTableAssociation awaitTable(AwsScope scope, RouteTableAssociation desired) {
    return Polling.until(
        "route table "
            + desired.routeTable().routeTableId()
            + " to be the one of "
            + (desired.subnet() == null ? desired.vpc().vpcId() : desired.subnet().subnetId()),
        SOON,
        () -> byIdentity(scope, desired).filter(now -> sameTable(now, desired)));
  }

  private static boolean sameTable(RouteTableAssociation one, RouteTableAssociation other) {
    return one.routeTable().routeTableId().equals(other.routeTable().routeTableId());
  }

  private static RouteTableAssociation record(
      String region,
      software.amazon.awssdk.services.ec2.model.RouteTable table,
      software.amazon.awssdk.services.ec2.model.RouteTableAssociation association) {
    return new RouteTableAssociation(
        association.routeTableAssociationId(),
        Boolean.TRUE.equals(association.main()),
        RouteTables.record(region, table),
        association.subnetId() == null ? null : Subnet.of(association.subnetId(), region),
        Vpc.of(table.vpcId(), region));
  }
}
