package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class NetworkAclContractIT extends ResourceContract {
  NetworkAclContractIT() {
    super(
        Sample.of("network_acl")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .insert(
                "INSERT INTO network_acl (vpc_id) VALUES (" + Stage.VPC + ")",
                "vpc_id = " + Stage.VPC)
            .another(
                "INSERT INTO network_acl (vpc_id, entries, tags) VALUES ("
                    + Stage.OTHER_VPC
                    + ", '["
                    + entry(100, 443)
                    + "]', '{\"Name\": \"other\"}')",
                "vpc_id = " + Stage.OTHER_VPC)
            .change("entries", "'[" + entry(100, 443) + ", " + entry(110, 80) + "]'")
            .change("tags", "'{\"Name\": \"one\"}'")
            .nulled("entries")
            .nulled("tags")
            .replaceBy(
                "vpc",
                "UPDATE network_acl SET vpc_id = " + Stage.OTHER_VPC,
                "vpc_id = " + Stage.OTHER_VPC)
            .replaceBy(
                "region",
                "UPDATE network_acl SET region = 'us-east-1', vpc_id = " + Stage.ABROAD,
                "vpc_id = " + Stage.ABROAD)
            .refuse("UPDATE network_acl SET entries = '{}'", "must be a list")
            .refuse(
                "UPDATE network_acl SET entries = '[" + entry(40_000, 80) + "]'",
                "RuleNumber is not one of"));
  }

  private static String entry(int number, int port) {
    return "{\"Egress\": false, \"RuleNumber\": %d, \"Protocol\": \"6\", \"PortRange\": {\"From\": %d, \"To\": %d}, \"CidrBlock\": \"0.0.0.0/0\", \"RuleAction\": \"allow\"}"
        .formatted(number, port, port);
  }
}
