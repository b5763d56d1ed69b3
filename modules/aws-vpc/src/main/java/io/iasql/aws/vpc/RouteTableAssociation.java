package io.iasql.aws.vpc;

import io.iasql.spi.Assigned;
import io.iasql.spi.Identity;
import io.iasql.spi.Key;
import io.iasql.spi.Reach;
import io.iasql.spi.Reference;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;

/**
 * Which route table a subnet uses, or which one is the main table of a VPC (AssociateRouteTable,
 * ReplaceRouteTableAssociation). A subnet has at most one. Associations of gateways ("edge
 * associations") are not modelled.
 *
 * @param routeTableAssociationId another one after every change of the route table
 * @param isMain true for the association that comes with the VPC
 * @param subnet null for the main association
 */
@Table(value = "route_table_association", reach = Reach.GLOBAL)
public record RouteTableAssociation(
    @Key @Assigned String routeTableAssociationId,
    @Assigned Boolean isMain,
    @Reference("route_table_id") RouteTable routeTable,
    @Identity @Reference("subnet_id") Subnet subnet,
    @Replaces @Reference("vpc_id") Vpc vpc) {

  boolean isOfVpc() {
    return Boolean.TRUE.equals(isMain);
  }
}
