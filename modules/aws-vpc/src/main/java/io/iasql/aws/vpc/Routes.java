package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.spi.AwsScope;
import io.iasql.spi.Companion;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.ManagedResource;
import io.iasql.spi.Ownership;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.RouteOrigin;

/**
 * Routes appear only inside DescribeRouteTables; their table and destination identify them. Those
 * that a virtual private gateway propagates come and go with it: nobody makes, changes or deletes
 * them, one of people's own may have the same destination, and no table shows them.
 */
final class Routes implements ManagedResource<Route>, Companion<Route> {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String PREFIX_LIST = "pl-";

  @Override
  public Class<Route> type() {
    return Route.class;
  }

  @Override
  public Stream<Route> list(AwsScope scope) {
    return describe(scope);
  }

  @Override
  public Optional<Route> read(AwsScope scope, Route wanted) {
    if (wanted.routeTable() == null
        || wanted.routeTable().routeTableId() == null
        || wanted.destination() == null) {
      return Optional.empty();
    }
    return describe(
            Ec2.at(scope, wanted.region()),
            Ec2.filter("route-table-id", wanted.routeTable().routeTableId()))
        .filter(route -> wanted.destination().equals(route.destination()))
        .findFirst();
  }

  @Override
  public Set<Class<? extends Record>> parents() {
    return Set.of(Vpc.class, RouteTable.class, EndpointGateway.class, PeeringConnection.class);
  }

  @Override
  public Stream<Route> listOf(AwsScope scope, Record parent) {
    if (parent instanceof PeeringConnection peering) {
      return Stream.of(peering.requester(), peering.accepter()).flatMap(vpc -> ofVpc(scope, vpc));
    }
    if (parent instanceof EndpointGateway endpoint) {
      return ofVpc(scope, endpoint.vpc());
    }
    if (parent instanceof RouteTable table) {
      return describe(
          Ec2.at(scope, table.region()), Ec2.filter("route-table-id", table.routeTableId()));
    }
    return ofVpc(scope, (Vpc) parent);
  }

  /**
   * Routes within the VPC come with their table, those to a prefix list through an endpoint with
   * the endpoint. In the main table of a default VPC the way to the internet is protected as well.
   */
  @Override
  public Ownership ownership(Route route) {
    String gateway = Objects.requireNonNullElse(route.gatewayId(), "");
    boolean local = gateway.equals(RouteTarget.LOCAL) || isWithinVpc(route);
    boolean accountDefault = route.routeTable() != null && route.routeTable().isAccountDefault();
    if (accountDefault && (local || gateway.startsWith("igw-"))) {
      return Ownership.PROTECTED;
    }
    boolean ofEndpoint =
        gateway.startsWith(RouteTarget.ENDPOINT) && route.destination().startsWith(PREFIX_LIST);
    return local || ofEndpoint ? Ownership.WITH_PARENT : Ownership.OWN;
  }

  @Override
  public List<Problem> validate(Route desired, PlannedRows planned) {
    List<Problem> problems = new ArrayList<>();
    String destination = desired.destination();
    if (!isPrefixList(destination) && Cidr.parse(destination).isEmpty()) {
      problems.add(
          new Problem(
              "destination",
              "destination '"
                  + destination
                  + "' is neither an IPv4 range (10.0.0.0/16), nor an IPv6 range (::/0), nor the id"
                  + " of a prefix list (pl-0123abcd)."));
    }
    List<RouteTarget> targets = RouteTarget.namedBy(desired);
    if (targets.isEmpty()) {
      problems.add(
          new Problem(
              "", "the route to " + destination + " has no target: set one, such as gateway_id."));
    } else if (targets.size() > 1) {
      problems.add(
          new Problem(
              targets.get(1).column(),
              "the route to "
                  + destination
                  + " has several targets ("
                  + targets.stream()
                      .map(target -> target.column() + " = " + target.of(desired))
                      .collect(Collectors.joining(", "))
                  + "): keep one and set the others to NULL."));
    }
    return problems;
  }

  @Override
  public Route create(AwsScope scope, Route desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, desired.region());
    RouteTarget target = RouteTarget.namedBy(desired).get(0);
    Ec2.client(there)
        .createRoute(
            r -> {
              r.routeTableId(desired.routeTable().routeTableId());
              putDestination(
                  desired,
                  r::destinationCidrBlock,
                  r::destinationIpv6CidrBlock,
                  r::destinationPrefixListId);
              target.put(r, desired);
            });
    return await(there, desired, target);
  }

  @Override
  public Route update(AwsScope scope, Route current, Route desired) {
    AwsScope there = Ec2.at(scope, current.region());
    List<RouteTarget> changed = RouteTarget.changed(current, desired);
    if (changed.isEmpty()) {
      return await(there, desired, RouteTarget.namedBy(desired).get(0));
    }
    RouteTarget target = changed.get(0);
    Ec2.client(there)
        .replaceRoute(
            r -> {
              r.routeTableId(desired.routeTable().routeTableId());
              putDestination(
                  desired,
                  r::destinationCidrBlock,
                  r::destinationIpv6CidrBlock,
                  r::destinationPrefixListId);
              target.put(r, desired);
            });
    return await(there, desired, target);
  }

  @Override
  public void delete(AwsScope scope, Route current) {
    AwsScope there = Ec2.at(scope, current.region());
    Ec2Client ec2 = Ec2.client(there);
    Ec2.unless(
        Set.of(".NotFound"),
        () ->
            ec2.deleteRoute(
                r -> {
                  r.routeTableId(current.routeTable().routeTableId());
                  putDestination(
                      current,
                      r::destinationCidrBlock,
                      r::destinationIpv6CidrBlock,
                      r::destinationPrefixListId);
                }));
    Polling.until(
        "route to " + current.destination() + " to be gone",
        SOON,
        () -> read(there, current).isPresent() ? Optional.empty() : Optional.of(true));
  }

  /** The three kinds of destination go to three parameters of each call. */
  private static void putDestination(
      Route route, Consumer<String> ipv4, Consumer<String> ipv6, Consumer<String> prefixList) {
    String destination = route.destination();
    if (isPrefixList(destination)) {
      prefixList.accept(destination);
    } else {
      (destination.indexOf(':') < 0 ? ipv4 : ipv6).accept(destination);
    }
  }

  private static boolean isPrefixList(String destination) {
    return destination != null && destination.startsWith(PREFIX_LIST);
  }

  private static boolean isWithinVpc(Route route) {
    return route.routeTable() != null
        && route.routeTable().vpc() != null
        && route.destination().equals(route.routeTable().vpc().cidrBlock());
  }

  private Route await(AwsScope scope, Route desired, RouteTarget target) {
    return Polling.until(
        "route to " + desired.destination() + " to have its target",
        SOON,
        () ->
            read(scope, desired)
                .filter(route -> Objects.equals(target.of(route), target.of(desired))));
  }

  private static Stream<Route> ofVpc(AwsScope scope, Vpc vpc) {
    return describe(Ec2.at(scope, vpc.region()), Ec2.filter("vpc-id", vpc.vpcId()));
  }

  private static Stream<Route> describe(AwsScope scope, Filter... filters) {
    return RouteTables.tables(scope, List.of(filters))
        .flatMap(
            table -> {
              RouteTable owner = RouteTables.record(scope.region(), table);
              return table.routes().stream()
                  .filter(route -> destination(route) != null)
                  .filter(route -> route.origin() != RouteOrigin.ENABLE_VGW_ROUTE_PROPAGATION)
                  .map(route -> record(owner, route));
            });
  }

  private static String destination(software.amazon.awssdk.services.ec2.model.Route route) {
    return Stream.of(
            route.destinationCidrBlock(),
            route.destinationIpv6CidrBlock(),
            route.destinationPrefixListId())
        .filter(text -> text != null && !text.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private static Route record(
      RouteTable table, software.amazon.awssdk.services.ec2.model.Route route) {
    return new Route(
        destination(route),
        route.egressOnlyInternetGatewayId(),
        route.gatewayId(),
        route.instanceId(),
        route.instanceOwnerId(),
        route.natGatewayId(),
        route.transitGatewayId(),
        route.localGatewayId(),
        route.carrierGatewayId(),
        route.networkInterfaceId(),
        route.vpcPeeringConnectionId(),
        route.coreNetworkArn(),
        table.region(),
        table);
  }
}
