package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class RouteTableAssociationContractIT extends ResourceContract {
  private static final String WHERE = "subnet_id = " + Stage.subnet("10.0.1.0/24");

  RouteTableAssociationContractIT() {
    super(
        Sample.of("route_table_association")
            .stage(Stage.VPCS)
            .stage(
                Stage.SUBNETS
                    + "; INSERT INTO route_table (vpc_id, tags) VALUES ("
                    + Stage.VPC
                    + ", '{\"Name\": \"one\"}'), ("
                    + Stage.VPC
                    + ", '{\"Name\": \"two\"}'), ("
                    + Stage.OTHER_VPC
                    + ", '{\"Name\": \"other\"}')")
            .insert(association("one", "10.0.1.0/24"), WHERE)
            .another(
                association("one", "10.0.2.0/24"), "subnet_id = " + Stage.subnet("10.0.2.0/24"))
            .changeBy(
                "route_table",
                "UPDATE route_table_association SET route_table_id = "
                    + table("two")
                    + " WHERE "
                    + WHERE)
            .keyChanges()
            .replaceBy(
                "subnet",
                "UPDATE route_table_association SET subnet_id = "
                    + Stage.subnet("10.0.2.0/24")
                    + " WHERE "
                    + WHERE,
                "subnet_id = " + Stage.subnet("10.0.2.0/24"))
            .replaceBy(
                "vpc",
                "UPDATE route_table_association SET vpc_id = "
                    + Stage.OTHER_VPC
                    + ", route_table_id = "
                    + table("other")
                    + ", subnet_id = "
                    + Stage.subnet("10.1.1.0/24")
                    + " WHERE "
                    + WHERE,
                "subnet_id = " + Stage.subnet("10.1.1.0/24"))
            .refuse(
                "INSERT INTO route_table_association (vpc_id, route_table_id) VALUES ("
                    + Stage.VPC
                    + ", "
                    + table("one")
                    + ")",
                "subnet_id is missing")
            .refuse(
                "UPDATE route_table_association SET route_table_id = "
                    + table("other")
                    + " WHERE "
                    + WHERE,
                "route table")
            .refuse("DELETE FROM route_table_association WHERE is_main", "cannot be deleted"));
  }

  private static String table(String name) {
    return "(SELECT id FROM route_table WHERE tags ->> 'Name' = '" + name + "')";
  }

  private static String association(String table, String subnet) {
    return "INSERT INTO route_table_association (vpc_id, route_table_id, subnet_id) VALUES ("
        + Stage.VPC
        + ", "
        + table(table)
        + ", "
        + Stage.subnet(subnet)
        + ")";
  }
}
