package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2;
import io.iasql.spi.AwsScope;
import io.iasql.spi.PlannedRows;
import io.iasql.spi.Problem;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ServiceDetail;
import software.amazon.awssdk.services.ec2.model.VpcEndpoint;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

final class EndpointGateways extends Endpoints<EndpointGateway> {

  EndpointGateways() {
    super(VpcEndpointType.GATEWAY);
  }

  @Override
  public Class<EndpointGateway> type() {
    return EndpointGateway.class;
  }

  @Override
  Common common(EndpointGateway endpoint) {
    return new Common(
        endpoint.vpcEndpointId(),
        endpoint.service(),
        endpoint.policy(),
        endpoint.state(),
        endpoint.tags(),
        endpoint.region(),
        endpoint.vpc());
  }

  @Override
  EndpointGateway record(Common common, VpcEndpoint endpoint) {
    return new EndpointGateway(
        common.vpcEndpointId(),
        common.service(),
        common.policy(),
        common.state(),
        endpoint.routeTableIds(),
        common.tags(),
        common.region(),
        common.vpc());
  }

  /** Without a list of its own an endpoint gets all route tables that are there. */
  @Override
  public Set<Class<? extends Record>> after() {
    return Set.of(RouteTable.class);
  }

  @Override
  public List<Problem> validate(EndpointGateway desired, PlannedRows planned) {
    return commonProblems(desired);
  }

  @Override
  void creation(
      AwsScope scope,
      EndpointGateway desired,
      ServiceDetail service,
      CreateVpcEndpointRequest.Builder request) {
    request.routeTableIds(
        desired.routeTableIds() != null
            ? desired.routeTableIds()
            : RouteTables.tables(scope, List.of(Ec2.filter("vpc-id", desired.vpc().vpcId())))
                .map(table -> table.routeTableId())
                .toList());
  }

  @Override
  boolean change(
      EndpointGateway current, EndpointGateway desired, ModifyVpcEndpointRequest.Builder request) {
    List<String> before = Objects.requireNonNullElse(current.routeTableIds(), List.of());
    List<String> after = Objects.requireNonNullElse(desired.routeTableIds(), List.of());
    List<String> add = minus(after, before);
    List<String> remove = minus(before, after);
    request
        .addRouteTableIds(add.isEmpty() ? null : add)
        .removeRouteTableIds(remove.isEmpty() ? null : remove);
    return !add.isEmpty() || !remove.isEmpty();
  }
}
