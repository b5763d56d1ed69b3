package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;

/**
 * A subnet (CreateSubnet). Its IPv4 range is unique in its VPC, so the two are its identity.
 *
 * @param cidrBlock null only for subnets with IPv6 addresses alone, which cannot be created here
 * @param networkAcl null means the default ACL of the VPC
 */
@Table("subnet")
public record Subnet(
    @Assigned String state,
    @Assigned Integer availableIpAddressCount,
    @Identity String cidrBlock,
    @Key @Assigned String subnetId,
    @Assigned String ownerId,
    @Assigned String subnetArn,
    @Key String region,
    @Replaces @Reference("availability_zone") AvailabilityZone availabilityZone,
    @Identity @Reference("vpc_id") Vpc vpc,
    @Reference("network_acl_id") NetworkAcl networkAcl) {

  public Subnet {
    cidrBlock = Cidr.canonical(cidrBlock);
  }

  /** A reference to an existing subnet. */
  public static Subnet of(String subnetId, String region) {
    return new Subnet(null, null, null, subnetId, null, null, region, null, null, null);
  }
}
