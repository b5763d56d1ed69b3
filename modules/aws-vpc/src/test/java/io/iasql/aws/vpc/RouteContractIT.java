package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class RouteContractIT extends ResourceContract {
  private static final String WHERE =
      "destination = '0.0.0.0/0' AND route_table_id = " + table("one");

  RouteContractIT() {
    super(
        Sample.of("route")
            .needs("availability_zone")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .stageAbroad(
                "INSERT INTO internet_gateway (vpc_id, region) VALUES ("
                    + Stage.ABROAD
                    + ", 'us-east-1'); INSERT INTO route_table (vpc_id, region, tags) VALUES ("
                    + Stage.ABROAD
                    + ", 'us-east-1', '{\"Name\": \"abroad\"}')")
            .stage(
                Stage.SUBNETS
                    + "; INSERT INTO internet_gateway (vpc_id, region) SELECT id, region FROM vpc"
                    + " WHERE NOT is_default; INSERT INTO route_table (vpc_id, region, tags) VALUES ("
                    + Stage.VPC
                    + ", 'eu-west-1', '{\"Name\": \"one\"}'), ("
                    + Stage.VPC
                    + ", 'eu-west-1', '{\"Name\": \"two\"}')")
            .stage(
                "INSERT INTO nat_gateway (connectivity_type, subnet_id, tags) VALUES ('private', "
                    + Stage.subnet("10.0.1.0/24")
                    + ", '{\"Name\": \"one\"}'), ('private', "
                    + Stage.subnet("10.0.2.0/24")
                    + ", '{\"Name\": \"two\"}');"
                    + " INSERT INTO peering_connection (requester_id, accepter_id) VALUES ("
                    + Stage.VPC
                    + ", "
                    + Stage.OTHER_VPC
                    + ")")
            .insert(
                "INSERT INTO route (route_table_id, destination, nat_gateway_id) VALUES ("
                    + table("one")
                    + ", '0.0.0.0/0', "
                    + gateway("one")
                    + ")",
                WHERE)
            .another(
                "INSERT INTO route (route_table_id, destination, gateway_id) VALUES ("
                    + table("one")
                    + ", '192.0.2.0/24', "
                    + internetGateway(Stage.VPC)
                    + ")",
                "destination = '192.0.2.0/24' AND route_table_id = " + table("one"))
            .exclusive()
            .change("nat_gateway_id", gateway("two"))
            .changeBy(
                "vpc_peering_connection_id",
                "UPDATE route SET nat_gateway_id = NULL, vpc_peering_connection_id ="
                    + " (SELECT peering_connection_id FROM peering_connection) WHERE "
                    + WHERE)
            .changeBy(
                "gateway_id",
                "UPDATE route SET vpc_peering_connection_id = NULL, gateway_id = "
                    + internetGateway(Stage.VPC)
                    + " WHERE "
                    + WHERE)
            .unmade(
                "egress_only_internet_gateway_id",
                "instance_id",
                "transit_gateway_id",
                "local_gateway_id",
                "carrier_gateway_id",
                "network_interface_id",
                "core_network_arn")
            .mayStayNull("instance_owner_id")
            .replace(
                "destination",
                "'198.51.100.0/24'",
                "destination = '198.51.100.0/24' AND route_table_id = " + table("one"))
            .replaceBy(
                "route_table",
                "UPDATE route SET route_table_id = " + table("two") + " WHERE " + WHERE,
                "destination = '0.0.0.0/0' AND route_table_id = " + table("two"))
            .replaceBy(
                "region",
                "UPDATE route SET region = 'us-east-1', route_table_id = "
                    + table("abroad")
                    + ", nat_gateway_id = NULL, gateway_id = "
                    + internetGateway(Stage.ABROAD)
                    + " WHERE "
                    + WHERE,
                "destination = '0.0.0.0/0' AND route_table_id = " + table("abroad"))
            .refuse("UPDATE route SET nat_gateway_id = NULL WHERE " + WHERE, "has no target")
            .refuse(
                "UPDATE route SET gateway_id = " + internetGateway(Stage.VPC) + " WHERE " + WHERE,
                "has several targets")
            .refuse("UPDATE route SET destination = 'everywhere' WHERE " + WHERE, "CHK_")
            .refuse("DELETE FROM route WHERE gateway_id = 'local'", "cannot be deleted"));
  }

  private static String table(String name) {
    return "(SELECT id FROM route_table WHERE tags ->> 'Name' = '" + name + "')";
  }

  private static String gateway(String name) {
    return "(SELECT nat_gateway_id FROM nat_gateway WHERE tags ->> 'Name' = '" + name + "')";
  }

  private static String internetGateway(String vpc) {
    return "(SELECT internet_gateway_id FROM internet_gateway WHERE vpc_id = " + vpc + ")";
  }
}
