package io.iasql.aws.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Policy;
import io.iasql.spi.Reference;
import io.iasql.spi.RefersTo;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import io.iasql.spi.Unordered;
import java.util.List;
import java.util.Map;

/**
 * A gateway endpoint of a VPC (CreateVpcEndpoint).
 *
 * @param policy null at creation and as an update means the service's default: full access
 * @param routeTableIds null at creation means all route tables of the VPC, an empty list none
 */
@Table("endpoint_gateway")
public record EndpointGateway(
    @Key @Assigned String vpcEndpointId,
    @Replaces String service,
    @Policy JsonNode policy,
    @Assigned String state,
    @Unordered @RefersTo(RouteTable.class) List<String> routeTableIds,
    Map<String, String> tags,
    @Key String region,
    @Replaces @Reference("vpc_id") Vpc vpc) {

  public EndpointGateway {
    policy = policy == null || policy.isNull() ? null : policy;
    routeTableIds = routeTableIds == null ? null : routeTableIds.stream().sorted().toList();
    tags = Ec2Tags.canonical(tags);
  }
}
