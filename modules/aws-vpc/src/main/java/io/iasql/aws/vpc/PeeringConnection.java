package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Reach;
import io.iasql.spi.Reference;
import io.iasql.spi.Table;
import java.util.Map;

/**
 * A peering connection between two VPCs of this account, in one region or two
 * (CreateVpcPeeringConnection). It is accepted at once, and both sides get routes to each other.
 * Two VPCs have at most one; rejected, expired and failed ones are not shown.
 */
@Table(value = "peering_connection", reach = Reach.GLOBAL)
public record PeeringConnection(
    @Key @Assigned String peeringConnectionId,
    @Assigned String state,
    Map<String, String> tags,
    @Identity @Reference("requester_id") Vpc requester,
    @Identity @Reference("accepter_id") Vpc accepter) {

  public PeeringConnection {
    tags = Ec2Tags.canonical(tags);
  }
}
