package io.iasql.aws.vpc;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.CreateRouteRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceRouteRequest;

/** The columns that can hold a route's target, and the parameters of the API they go to. */
@SuppressWarnings("ImmutableEnumChecker") // the functions are references to methods without state
enum RouteTarget {
  EGRESS_ONLY_INTERNET_GATEWAY(
      "egress_only_internet_gateway_id",
      Route::egressOnlyInternetGatewayId,
      CreateRouteRequest.Builder::egressOnlyInternetGatewayId,
      ReplaceRouteRequest.Builder::egressOnlyInternetGatewayId),
  GATEWAY(
      "gateway_id", Route::gatewayId, RouteTarget::createToGateway, RouteTarget::replaceByGateway),
  INSTANCE(
      "instance_id",
      Route::instanceId,
      CreateRouteRequest.Builder::instanceId,
      ReplaceRouteRequest.Builder::instanceId),
  NAT_GATEWAY(
      "nat_gateway_id",
      Route::natGatewayId,
      CreateRouteRequest.Builder::natGatewayId,
      ReplaceRouteRequest.Builder::natGatewayId),
  TRANSIT_GATEWAY(
      "transit_gateway_id",
      Route::transitGatewayId,
      CreateRouteRequest.Builder::transitGatewayId,
      ReplaceRouteRequest.Builder::transitGatewayId),
  LOCAL_GATEWAY(
      "local_gateway_id",
      Route::localGatewayId,
      CreateRouteRequest.Builder::localGatewayId,
      ReplaceRouteRequest.Builder::localGatewayId),
  CARRIER_GATEWAY(
      "carrier_gateway_id",
      Route::carrierGatewayId,
      CreateRouteRequest.Builder::carrierGatewayId,
      ReplaceRouteRequest.Builder::carrierGatewayId),
  NETWORK_INTERFACE(
      "network_interface_id",
      Route::networkInterfaceId,
      CreateRouteRequest.Builder::networkInterfaceId,
      ReplaceRouteRequest.Builder::networkInterfaceId),
  VPC_PEERING_CONNECTION(
      "vpc_peering_connection_id",
      Route::vpcPeeringConnectionId,
      CreateRouteRequest.Builder::vpcPeeringConnectionId,
      ReplaceRouteRequest.Builder::vpcPeeringConnectionId),
  CORE_NETWORK(
      "core_network_arn",
      Route::coreNetworkArn,
      CreateRouteRequest.Builder::coreNetworkArn,
      ReplaceRouteRequest.Builder::coreNetworkArn);

  /** The gateway of routes within the VPC. */
  static final String LOCAL = "local";

  /** What ids of endpoints start with: EC2 shows them as gateways but takes them separately. */
  static final String ENDPOINT = "vpce-";

  private final String column;
  private final Function<Route, String> value;
  private final BiConsumer<CreateRouteRequest.Builder, String> creation;
  private final BiConsumer<ReplaceRouteRequest.Builder, String> replacement;

  RouteTarget(
      String column,
      Function<Route, String> value,
      BiConsumer<CreateRouteRequest.Builder, String> creation,
      BiConsumer<ReplaceRouteRequest.Builder, String> replacement) {
    this.column = column;
    this.value = value;
    this.creation = creation;
    this.replacement = replacement;
  }

  String column() {
    return column;
  }

  String of(Route route) {
    return value.apply(route);
  }

  void put(CreateRouteRequest.Builder request, Route route) {
    creation.accept(request, of(route));
  }

  void put(ReplaceRouteRequest.Builder request, Route route) {
    replacement.accept(request, of(route));
  }

  /** The targets that a route names; an instance stands for its network interface, too. */
  static List<RouteTarget> namedBy(Route route) {
    return Arrays.stream(values())
        .filter(target -> target.of(route) != null)
        .filter(target -> target != NETWORK_INTERFACE || route.instanceId() == null)
        .toList();
  }

  /** The targets that a change of a route names anew. */
  static List<RouteTarget> changed(Route current, Route desired) {
    List<RouteTarget> changed =
        Arrays.stream(values())
            .filter(target -> target.of(desired) != null)
            .filter(target -> !Objects.equals(target.of(current), target.of(desired)))
            .toList();
    // A new instance brings its own interface, whatever the row says about the old one's.
    return changed.contains(INSTANCE) ? List.of(INSTANCE) : changed;
  }

  private static void createToGateway(CreateRouteRequest.Builder request, String id) {
    if (id.startsWith(ENDPOINT)) {
      request.vpcEndpointId(id);
    } else {
      request.gatewayId(id);
    }
  }

  private static void replaceByGateway(ReplaceRouteRequest.Builder request, String id) {
    if (id.equals(LOCAL)) {
      request.localTarget(true);
    } else if (id.startsWith(ENDPOINT)) {
      request.vpcEndpointId(id);
    } else {
      request.gatewayId(id);
    }
  }
}
