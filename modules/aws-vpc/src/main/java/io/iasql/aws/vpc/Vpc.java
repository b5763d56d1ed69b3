package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import java.util.Map;

/**
 * A virtual private cloud (CreateVpc, ModifyVpcAttribute). Only the primary IPv4 range is a column;
 * others that the VPC may have are left alone.
 *
 * @param dhcpOptions null means at creation the region's default set, later no set at all
 */
@Table("vpc")
public record Vpc(
    @Key @Assigned String vpcId,
    @Replaces String cidrBlock,
    @Assigned String state,
    @Assigned Boolean isDefault,
    Boolean enableDnsHostnames,
    Boolean enableDnsSupport,
    Boolean enableNetworkAddressUsageMetrics,
    Map<String, String> tags,
    @Key String region,
    @Reference("dhcp_options_id") DhcpOptions dhcpOptions) {

  public Vpc {
    cidrBlock = Cidr.canonical(cidrBlock);
    tags = Ec2Tags.canonical(tags);
  }

  /** A reference to an existing VPC. */
  public static Vpc of(String vpcId, String region) {
    return new Vpc(vpcId, null, null, null, null, null, null, null, region, null);
  }

  /** Whether this is a default VPC as far as is known here: a reference may not say. */
  public boolean knownAsDefault() {
    return Boolean.TRUE.equals(isDefault);
  }

  /** Whether the two are certainly the same VPC, and one that is there. */
  public boolean isSameAs(Vpc other) {
    return vpcId != null && other != null && vpcId.equals(other.vpcId);
  }

  /** Whether the two are certainly not the same VPC. */
  public boolean isOtherThan(Vpc other) {
    if (other == null) {
      return false;
    }
    if (vpcId != null && other.vpcId != null) {
      return !vpcId.equals(other.vpcId);
    }
    // One that exists already is not one that is being created; a bare reference says neither.
    return cidrBlock != null && other.cidrBlock != null && !equals(other);
  }
}
