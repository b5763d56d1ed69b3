package io.iasql.aws.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import java.util.Map;

/**
 * A network ACL that is not the default one of its VPC (CreateNetworkAcl).
 *
 * @param entries as DescribeNetworkAcls shows them, without the rules that every ACL ends with;
 *     their order means nothing
 */
@Table("network_acl")
public record NetworkAcl(
    @Key @Assigned String networkAclId,
    JsonNode entries,
    Map<String, String> tags,
    @Key String region,
    @Replaces @Reference("vpc_id") Vpc vpc) {

  public NetworkAcl {
    entries = NetworkAclEntries.canonical(entries);
    tags = Ec2Tags.canonical(tags);
  }

  /** A reference to an existing ACL. */
  public static NetworkAcl of(String networkAclId, String region) {
    return new NetworkAcl(networkAclId, null, null, region, null);
  }
}
