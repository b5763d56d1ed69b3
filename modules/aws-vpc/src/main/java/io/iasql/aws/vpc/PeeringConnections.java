package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.aws.vpc.ec2.Ec2Resource;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.CloudFailure;
import io.iasql.spi.IdempotencyToken;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Polling;
import io.iasql.spi.Problem;
import io.iasql.spi.Updates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CidrBlock;
import software.amazon.awssdk.services.ec2.model.DescribeVpcPeeringConnectionsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnection;
import software.amazon.awssdk.services.ec2.model.VpcPeeringConnectionVpcInfo;

/** A connection is shown in the regions of both sides; here it belongs to the requester's. */
final class PeeringConnections extends Ec2Resource<PeeringConnection>
    implements Updates<PeeringConnection> {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String PENDING_ACCEPTANCE = "pending-acceptance";
  private static final String ACTIVE = "active";
  private static final Set<String> DEAD = Set.of("failed", "rejected", "expired");
  private static final Set<String> GONE = Set.of("deleting", "deleted");

  @Override
  public Class<PeeringConnection> type() {
    return PeeringConnection.class;
  }

  @Override
  public Stream<PeeringConnection> list(AwsScope scope) {
    return scope.regions().stream().flatMap(region -> super.list(scope.in(region)));
  }

  @Override
  public Optional<PeeringConnection> read(AwsScope scope, PeeringConnection wanted) {
    if (wanted.requester() != null || wanted.peeringConnectionId() == null) {
      return super.read(scope, wanted);
    }
    return scope.regions().stream()
        .flatMap(region -> byId(scope.in(region), wanted.peeringConnectionId()).stream())
        .findFirst();
  }

  @Override
  protected Stream<PeeringConnection> describe(AwsScope scope, List<Filter> filters) {
    return connections(scope, r -> r.filters(filters))
        .filter(connection -> !GONE.contains(state(connection)))
        .filter(connection -> !DEAD.contains(state(connection)))
        .filter(connection -> isOwn(scope, connection))
        .map(connection -> record(scope, connection));
  }

  @Override
  protected String idFilter() {
    return "vpc-peering-connection-id";
  }

  @Override
  protected String id(PeeringConnection connection) {
    return connection.peeringConnectionId();
  }

  @Override
  protected String region(PeeringConnection connection) {
    return connection.requester() == null ? null : connection.requester().region();
  }

  @Override
  protected Optional<PeeringConnection> byIdentity(AwsScope scope, PeeringConnection wanted) {
    if (wanted.requester() == null
        || wanted.accepter() == null
        || wanted.requester().vpcId() == null
        || wanted.accepter().vpcId() == null) {
      return Optional.empty();
    }
    return describe(
            scope,
            List.of(
                Ec2.filter("requester-vpc-info.vpc-id", wanted.requester().vpcId()),
                Ec2.filter("accepter-vpc-info.vpc-id", wanted.accepter().vpcId())))
        .filter(p -> wanted.requester().vpcId().equals(p.requester().vpcId()))
        .filter(p -> wanted.accepter().vpcId().equals(p.accepter().vpcId()))
        .findFirst();
  }

  /** All route tables that are there get a route to the other side. */
  @Override
  public Set<Class<? extends Record>> after() {
    return Set.of(RouteTable.class);
  }

  /** Two VPCs have one connection, whichever of them asks for it. */
  @Override
  public boolean excludes(PeeringConnection current, PeeringConnection desired) {
    return (Networks.sameVpc(current.requester(), desired.requester())
            && Networks.sameVpc(current.accepter(), desired.accepter()))
        || (Networks.sameVpc(current.requester(), desired.accepter())
            && Networks.sameVpc(current.accepter(), desired.requester()));
  }

  @Override
  public List<Problem> validate(PeeringConnection desired, PlannedRows planned) {
    List<Problem> problems =
        new ArrayList<>(Ec2Tags.problems(desired.peeringConnectionId(), desired.tags()));
    Vpc requester = desired.requester();
    Vpc accepter = desired.accepter();
    if (requester == null || accepter == null) {
      return problems;
    }
    if (requester.equals(accepter) && requester.vpcId() != null) {
      problems.add(
          new Problem(
              "accepter_id",
              "A VPC cannot be peered with itself: " + Networks.name(requester) + "."));
      return problems;
    }
    Optional<Cidr> one = Cidr.parse(requester.cidrBlock());
    Optional<Cidr> other = Cidr.parse(accepter.cidrBlock());
    if (desired.peeringConnectionId() == null
        && one.isPresent()
        && other.isPresent()
        && one.get().overlaps(other.get())) {
      problems.add(
          new Problem(
              "accepter_id",
              "The ranges of the two VPCs overlap: "
                  + one.get()
                  + " of the requester and "
                  + other.get()
                  + " of the accepter; AWS peers only VPCs whose ranges do not."));
    }
    boolean reversed =
        planned
            .referringTo(PeeringConnection.class, requester)
            .anyMatch(p -> requester.equals(p.accepter()) && accepter.equals(p.requester()));
    if (reversed) {
      problems.add(
          new Problem(
              "",
              "VPCs "
                  + Networks.name(requester)
                  + " and "
                  + Networks.name(accepter)
                  + " are peered the other way round already; one connection serves both"
                  + " directions."));
    }
    return problems;
  }

  @Override
  public PeeringConnection create(
      AwsScope scope, PeeringConnection desired, IdempotencyToken token) {
    AwsScope there = Ec2.at(scope, region(desired));
    String id =
        Ec2.client(there)
            .createVpcPeeringConnection(
                r ->
                    r.vpcId(desired.requester().vpcId())
                        .peerVpcId(desired.accepter().vpcId())
                        .peerRegion(desired.accepter().region())
                        .tagSpecifications(
                            Ec2Tags.specification(
                                ResourceType.VPC_PEERING_CONNECTION, desired.tags(), token)))
            .vpcPeeringConnection()
            .vpcPeeringConnectionId();
    return complete(there, id, desired.accepter().region());
  }

  /** Completes what it finds: that a connection waits for acceptance is no difference in a row. */
  @Override
  public Optional<PeeringConnection> find(
      AwsScope scope, PeeringConnection desired, IdempotencyToken token) {
    return super.find(scope, desired, token)
        .map(
            found ->
                complete(
                    Ec2.at(scope, region(desired)),
                    found.peeringConnectionId(),
                    desired.accepter().region()));
  }

  @Override
  public PeeringConnection update(
      AwsScope scope, PeeringConnection current, PeeringConnection desired) {
    AwsScope there = Ec2.at(scope, region(current));
    String id = current.peeringConnectionId();
    Ec2Tags.update(Ec2.client(there), id, current.tags(), desired.tags());
    return await(there, id, SOON, p -> Objects.equals(p.tags(), desired.tags()));
  }

  @Override
  protected void remove(AwsScope scope, PeeringConnection current) {
    Ec2.client(scope)
        .deleteVpcPeeringConnection(r -> r.vpcPeeringConnectionId(current.peeringConnectionId()));
  }

  /** Accepts the connection and makes its routes, as far as that has not been done. */
  private PeeringConnection complete(AwsScope scope, String id, String accepterRegion) {
    AwsScope accepter = Ec2.at(scope, accepterRegion);
    VpcPeeringConnection connection =
        awaitState(accepter, id, Set.of(PENDING_ACCEPTANCE, "provisioning", ACTIVE));
    if (state(connection).equals(PENDING_ACCEPTANCE)) {
      Ec2.client(accepter).acceptVpcPeeringConnection(r -> r.vpcPeeringConnectionId(id));
    }
    VpcPeeringConnection active = awaitState(scope, id, Set.of(ACTIVE));
    awaitState(accepter, id, Set.of(ACTIVE));
    route(scope, active.requesterVpcInfo().vpcId(), active.accepterVpcInfo(), id);
    route(accepter, active.accepterVpcInfo().vpcId(), active.requesterVpcInfo(), id);
    return await(scope, id, LIMIT, p -> true);
  }

  private static VpcPeeringConnection awaitState(AwsScope scope, String id, Set<String> wanted) {
    VpcPeeringConnection connection =
        Polling.until(
            "peering connection " + id + " to be " + String.join(" or ", wanted),
            LIMIT,
            () ->
                connection(scope, id)
                    .filter(p -> wanted.contains(state(p)) || DEAD.contains(state(p))));
    if (DEAD.contains(state(connection))) {
      throw new CloudException(
          new CloudFailure(
              CloudFailure.Kind.CONFLICT,
              state(connection),
              "peering connection "
                  + id
                  + " is "
                  + state(connection)
                  + ": "
                  + connection.status().message(),
              ""),
          null);
    }
    return connection;
  }

  /**
   * Leads every route table of a VPC to the other side. A route of the user's to there stays; one
   * that a deleted connection has left behind is pointed at this one.
   */
  private static void route(
      AwsScope scope, String vpcId, VpcPeeringConnectionVpcInfo otherSide, String id) {
    Ec2Client ec2 = Ec2.client(scope);
    List<String> ranges = ranges(otherSide);
    RouteTables.tables(scope, List.of(Ec2.filter("vpc-id", vpcId)))
        .forEach(
            table ->
                ranges.forEach(
                    range -> {
                      Optional<software.amazon.awssdk.services.ec2.model.Route> present =
                          table.routes().stream()
                              .filter(route -> range.equals(route.destinationCidrBlock()))
                              .findFirst();
                      if (present.isEmpty()) {
                        Ec2.unless(
                            Set.of("RouteAlreadyExists"),
                            () ->
                                ec2.createRoute(
                                    r ->
                                        r.routeTableId(table.routeTableId())
                                            .destinationCidrBlock(range)
                                            .vpcPeeringConnectionId(id)));
                      } else if (isLeftOver(scope, present.get(), id)) {
                        ec2.replaceRoute(
                            r ->
                                r.routeTableId(table.routeTableId())
                                    .destinationCidrBlock(range)
                                    .vpcPeeringConnectionId(id));
                      }
                    }));
  }

  private static boolean isLeftOver(
      AwsScope scope, software.amazon.awssdk.services.ec2.model.Route route, String id) {
    String other = route.vpcPeeringConnectionId();
    return other != null
        && !other.equals(id)
        && connection(scope, other)
            .filter(p -> !GONE.contains(state(p)) && !DEAD.contains(state(p)))
            .isEmpty();
  }

  private static List<String> ranges(VpcPeeringConnectionVpcInfo side) {
    List<String> all = side.cidrBlockSet().stream().map(CidrBlock::cidrBlock).toList();
    return all.isEmpty() ? List.of(side.cidrBlock()) : all;
  }

  private static Optional<VpcPeeringConnection> connection(AwsScope scope, String id) {
    return Ec2.ifThere(() -> connections(scope, r -> r.vpcPeeringConnectionIds(id)).findFirst());
  }

  private static Stream<VpcPeeringConnection> connections(
      AwsScope scope, Consumer<DescribeVpcPeeringConnectionsRequest.Builder> selection) {
    return Ec2.client(scope)
        .describeVpcPeeringConnectionsPaginator(selection)
        .vpcPeeringConnections()
        .stream()
        .filter(connection -> connection.status() != null);
  }

  private static boolean isOwn(AwsScope scope, VpcPeeringConnection connection) {
    VpcPeeringConnectionVpcInfo requester = connection.requesterVpcInfo();
    VpcPeeringConnectionVpcInfo accepter = connection.accepterVpcInfo();
    return scope.accountId().equals(requester.ownerId())
        && scope.accountId().equals(accepter.ownerId())
        && scope.region().equals(region(scope, requester))
        && scope.regions().contains(region(scope, accepter));
  }

  private static String region(AwsScope scope, VpcPeeringConnectionVpcInfo side) {
    return side.region() == null ? scope.region() : side.region();
  }

  private static String state(VpcPeeringConnection connection) {
    return connection.status().codeAsString();
  }

  private static PeeringConnection record(AwsScope scope, VpcPeeringConnection connection) {
    VpcPeeringConnectionVpcInfo requester = connection.requesterVpcInfo();
    VpcPeeringConnectionVpcInfo accepter = connection.accepterVpcInfo();
    return new PeeringConnection(
        connection.vpcPeeringConnectionId(),
        state(connection),
        Ec2Tags.visible(connection.tags()),
        Vpc.of(requester.vpcId(), region(scope, requester)),
        Vpc.of(accepter.vpcId(), region(scope, accepter)));
  }
}
