package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.REGION;
import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.contract.FakeScope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DeleteRouteRequest;
import software.amazon.awssdk.services.ec2.model.DeleteRouteResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.Route;
import software.amazon.awssdk.services.ec2.model.RouteOrigin;

/** No emulator has virtual private gateways that propagate routes. */
class RoutesTest {
  private final Table ec2 = new Table();
  private final FakeScope scope = new FakeScope(REGION, ec2);
  private final Routes routes = new Routes();

  @Test
  void propagatedRoutesAreNobodysRows() {
    ec2.routes.add(route("10.9.0.0/16", RouteOrigin.ENABLE_VGW_ROUTE_PROPAGATION));

    assertThat(routes.list(scope)).isEmpty();
  }

  @Test
  void aRouteOfPeoplesOwnCanGoWhereOneIsPropagated() {
    ec2.routes.add(route("10.9.0.0/16", RouteOrigin.CREATE_ROUTE));
    ec2.routes.add(route("10.9.0.0/16", RouteOrigin.ENABLE_VGW_ROUTE_PROPAGATION));

    io.iasql.aws.vpc.Route own = routes.list(scope).toList().get(0);
    routes.delete(scope, own);

    assertThat(ec2.routes)
        .extracting(Route::origin)
        .containsExactly(RouteOrigin.ENABLE_VGW_ROUTE_PROPAGATION);
    assertThat(routes.read(scope, own)).isEmpty();
  }

  private static Route route(String destination, RouteOrigin origin) {
    return Route.builder()
        .destinationCidrBlock(destination)
        .gatewayId("vgw-1")
        .origin(origin)
        .build();
  }

  private static final class Table extends FakeEc2 {
    private final List<Route> routes = new ArrayList<>();

    @Override
    public DescribeRouteTablesResponse describeRouteTables(DescribeRouteTablesRequest request) {
      return DescribeRouteTablesResponse.builder()
          .routeTables(t -> t.routeTableId("rtb-1").vpcId("vpc-1").routes(List.copyOf(routes)))
          .build();
    }

    @Override
    public DeleteRouteResponse deleteRoute(DeleteRouteRequest request) {
      routes.removeIf(route -> route.origin() == RouteOrigin.CREATE_ROUTE);
      return DeleteRouteResponse.builder().build();
    }
  }
}
