package io.iasql.aws.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Children;
import io.iasql.spi.Key;
import io.iasql.spi.Policy;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import io.iasql.spi.Unordered;
import java.util.List;
import java.util.Map;

/**
 * An interface endpoint of a VPC (CreateVpcEndpoint).
 *
 * @param policy null at creation and as an update means the service's default: full access
 * @param subnets none at creation means one subnet of the VPC in each zone that the service serves
 */
@Table("endpoint_interface")
public record EndpointInterface(
    @Key @Assigned String vpcEndpointId,
    @Replaces String service,
    @Policy JsonNode policy,
    @Assigned String state,
    Boolean privateDnsEnabled,
    String dnsNameRecordType,
    Map<String, String> tags,
    @Key String region,
    @Replaces @Reference("vpc_id") Vpc vpc,
    @Unordered @Children(value = "endpoint_interface_subnets", owner = "endpoint_interface_id")
        List<EndpointInterfaceSubnet> subnets) {

  public EndpointInterface {
    policy = policy == null || policy.isNull() ? null : policy;
    tags = Ec2Tags.canonical(tags);
    subnets = subnets == null ? List.of() : List.copyOf(subnets);
  }

  List<String> subnetIds() {
    return subnets.stream().map(s -> s.subnet().subnetId()).sorted().toList();
  }
}
