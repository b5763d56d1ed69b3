package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import java.util.Map;

/**
 * A route table (CreateRouteTable).
 *
 * @param isMain whether it is its VPC's main table, which comes and goes with the VPC; another one
 *     becomes it by an update of the main {@link RouteTableAssociation}
 */
@Table("route_table")
public record RouteTable(
    @Key @Assigned String routeTableId,
    Map<String, String> tags,
    @Key String region,
    @Replaces @Reference("vpc_id") Vpc vpc,
    @Assigned Boolean isMain) {

  public RouteTable {
    tags = Ec2Tags.canonical(tags);
  }

  /** A reference to an existing table. */
  public static RouteTable of(String routeTableId, String region) {
    return new RouteTable(routeTableId, null, region, null, null);
  }

  /** Whether this is the main table of a default VPC, as far as is known here. */
  boolean isAccountDefault() {
    return Boolean.TRUE.equals(isMain) && vpc != null && vpc.knownAsDefault();
  }
}
