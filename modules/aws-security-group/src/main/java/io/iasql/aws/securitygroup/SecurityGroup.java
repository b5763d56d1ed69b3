package io.iasql.aws.securitygroup;

import io.iasql.aws.vpc.Vpc;
import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;

/**
 * A security group (CreateSecurityGroup). EC2 changes neither name nor description. A group starts
 * without any rule: the one that EC2 adds, which lets everything out, is taken away at creation.
 *
 * @param vpc null at creation means the region's default VPC
 */
@Table("security_group")
public record SecurityGroup(
    @Replaces String description,
    @Identity String groupName,
    @Assigned String ownerId,
    @Key @Assigned String groupId,
    @Key String region,
    @Identity @Reference("vpc_id") Vpc vpc) {
  private static final String DEFAULT = "default";

  /** A reference to an existing group. */
  public static SecurityGroup of(String groupId, String region) {
    return new SecurityGroup(null, null, null, groupId, region, null);
  }

  /** Whether it has the name of the group that comes with each VPC. */
  boolean namedDefault() {
    return DEFAULT.equals(groupName);
  }

  /** What people know the group by. */
  String label() {
    return groupId == null ? String.valueOf(groupName) : groupId + " (" + groupName + ")";
  }
}
