package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class NatGatewayContractIT extends ResourceContract {
  private static final String WHERE = "coalesce(tags ->> 'Name', 'one') = 'one'";

  NatGatewayContractIT() {
    super(
        Sample.of("nat_gateway")
            // LocalStack does not free the address of a gateway that is deleted.
            .leavesTraces()
            // How many addresses are free in it.
            .stirs("subnet")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .stageAbroad(Stage.SUBNET_ABROAD)
            .stage(Stage.SUBNETS)
            .stage(
                "INSERT INTO internet_gateway (vpc_id, region) SELECT id, region FROM vpc WHERE NOT is_default;"
                    + " INSERT INTO elastic_ip (tags, region) VALUES"
                    + " ('{\"Name\": \"one\"}', 'eu-west-1'), ('{\"Name\": \"two\"}', 'eu-west-1')")
            .insert(
                "INSERT INTO nat_gateway (connectivity_type, subnet_id) VALUES ('private', "
                    + Stage.subnet("10.0.1.0/24")
                    + ")",
                WHERE)
            .another(
                "INSERT INTO nat_gateway (connectivity_type, subnet_id, elastic_ip_id, tags) VALUES"
                    + " ('public', "
                    + Stage.subnet("10.0.2.0/24")
                    + ", "
                    + address("two")
                    + ", '{\"Name\": \"two\"}')",
                "tags ->> 'Name' = 'two'")
            .change("tags", "'{\"Name\": \"one\", \"team\": \"net\"}'")
            .nulled("tags")
            .replace("connectivity_type", "'public'", WHERE)
            .replaceBy(
                "subnet",
                "UPDATE nat_gateway SET subnet_id = "
                    + Stage.subnet("10.0.2.0/24")
                    + " WHERE "
                    + WHERE,
                WHERE)
            .replaceBy(
                "elastic_ip",
                "UPDATE nat_gateway SET connectivity_type = 'public', elastic_ip_id = "
                    + address("one")
                    + " WHERE "
                    + WHERE,
                WHERE)
            .replaceBy(
                "region",
                "UPDATE nat_gateway SET region = 'us-east-1', subnet_id = "
                    + Stage.subnet("10.2.1.0/24")
                    + " WHERE "
                    + WHERE,
                WHERE)
            .refuse("UPDATE nat_gateway SET tags = '{\"aws:a\": \"b\"}'", "reserved")
            .refuse(
                "UPDATE nat_gateway SET elastic_ip_id = " + address("one"),
                "Check_elastic_ip_when_public"));
  }

  private static String address(String name) {
    return "(SELECT id FROM elastic_ip WHERE tags ->> 'Name' = '" + name + "')";
  }
}
