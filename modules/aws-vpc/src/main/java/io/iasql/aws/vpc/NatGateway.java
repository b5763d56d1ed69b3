package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import java.util.Map;

/**
 * A zonal NAT gateway (CreateNatGateway). Regional ones, which have no subnet, are not modelled.
 *
 * @param elasticIp null on a public gateway lets one be allocated, which stays when the gateway
 *     goes; it serves one gateway only, hence it is the gateway's identity
 */
@Table("nat_gateway")
public record NatGateway(
    @Key @Assigned String natGatewayId,
    @Replaces String connectivityType,
    @Assigned String state,
    Map<String, String> tags,
    @Key String region,
    @Replaces @Reference("subnet_id") Subnet subnet,
    @Identity @Reference("elastic_ip_id") ElasticIp elasticIp) {

  public NatGateway {
    tags = Ec2Tags.canonical(tags);
  }

  boolean isPublic() {
    return "public".equals(connectivityType);
  }
}
