package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.RefersTo;
import io.iasql.spi.Table;

/**
 * A route of a route table (CreateRoute, ReplaceRoute). It has one target; EC2 adds the network
 * interface to an instance and the other way round.
 *
 * @param destination an IPv4 range, an IPv6 range or the id of a prefix list
 * @param gatewayId an internet or virtual private gateway, {@code local}, or an endpoint
 */
@Table("route")
public record Route(
    @Key String destination,
    String egressOnlyInternetGatewayId,
    @RefersTo({InternetGateway.class, EndpointGateway.class}) String gatewayId,
    String instanceId,
    @Assigned String instanceOwnerId,
    @RefersTo(NatGateway.class) String natGatewayId,
    String transitGatewayId,
    String localGatewayId,
    String carrierGatewayId,
    String networkInterfaceId,
    @RefersTo(PeeringConnection.class) String vpcPeeringConnectionId,
    String coreNetworkArn,
    @Key String region,
    @Key @Reference("route_table_id") RouteTable routeTable) {

  public Route {
    destination = Cidr.canonical(destination);
  }

  /** A reference to an existing route. */
  public static Route of(RouteTable routeTable, String destination) {
    return new Route(
        destination,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        routeTable.region(),
        routeTable);
  }
}
