package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class EndpointInterfaceContractIT extends ResourceContract {
  private static final String WHERE = "coalesce(tags ->> 'Name', 'one') = 'one'";

  EndpointInterfaceContractIT() {
    super(
        Sample.of("endpoint_interface")
            .needs("availability_zone")
            // How many addresses are free in it.
            .stirs("subnet")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .stageAbroad(Stage.SUBNET_ABROAD)
            .stage(
                Stage.SUBNETS
                    + "; UPDATE vpc SET enable_dns_support = true, enable_dns_hostnames = true"
                    + " WHERE NOT is_default")
            .insert(
                "INSERT INTO endpoint_interface (service, vpc_id) VALUES ('logs', "
                    + Stage.VPC
                    + "); "
                    + subnet("10.0.1.0/24"),
                WHERE)
            .another(
                "INSERT INTO endpoint_interface (service, vpc_id, tags) VALUES ('ec2', "
                    + Stage.VPC
                    + ", '{\"Name\": \"two\"}')",
                "tags ->> 'Name' = 'two'")
            .change("policy", "'" + EndpointGatewayContractIT.policy("logs:PutLogEvents") + "'")
            .change("private_dns_enabled", "true")
            .changeBy("subnets", subnet("10.0.2.0/24"))
            .change("tags", "'{\"Name\": \"one\", \"team\": \"net\"}'")
            .nulled("policy")
            .nulled("tags")
            .replace("service", "'lambda'", WHERE)
            .replaceBy(
                "vpc",
                "DELETE FROM endpoint_interface_subnets; UPDATE endpoint_interface SET vpc_id = "
                    + Stage.OTHER_VPC
                    + " WHERE "
                    + WHERE
                    + "; "
                    + subnet("10.1.1.0/24"),
                WHERE)
            .replaceBy(
                "region",
                "DELETE FROM endpoint_interface_subnets; UPDATE endpoint_interface SET"
                    + " region = 'us-east-1', vpc_id = "
                    + Stage.ABROAD
                    + " WHERE "
                    + WHERE
                    + "; "
                    + subnet("10.2.1.0/24"),
                WHERE)
            .refuse(subnet("10.1.1.0/24"), "both must be in one VPC")
            .refuse("UPDATE endpoint_interface SET policy = '{}'", "policy")
            .refuse("UPDATE endpoint_interface SET tags = '{\"aws:a\": \"b\"}'", "reserved"));
  }

  private static String subnet(String range) {
    return "INSERT INTO endpoint_interface_subnets (endpoint_interface_id, subnet_id) SELECT id, "
        + Stage.subnet(range)
        + " FROM endpoint_interface WHERE "
        + WHERE;
  }
}
