package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class InternetGatewayContractIT extends ResourceContract {
  private static final String WHERE =
      "coalesce(tags ->> 'Name', 'one') = 'one'"
          + " AND coalesce(vpc_id, 0) NOT IN (SELECT id FROM vpc WHERE is_default)";

  InternetGatewayContractIT() {
    super(
        Sample.of("internet_gateway")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .insert("INSERT INTO internet_gateway (tags) VALUES ('{\"Name\": \"one\"}')", WHERE)
            .another(
                "INSERT INTO internet_gateway (tags, vpc_id) VALUES ('{\"Name\": \"two\"}', "
                    + Stage.OTHER_VPC
                    + ")",
                "tags ->> 'Name' = 'two'")
            .change("tags", "'{\"Name\": \"one\", \"team\": \"net\"}'")
            .changeBy(
                "vpc", "UPDATE internet_gateway SET vpc_id = " + Stage.VPC + " WHERE " + WHERE)
            .nulled("tags")
            .nulledBy("vpc", "UPDATE internet_gateway SET vpc_id = NULL WHERE " + WHERE)
            .replace("region", "'us-east-1'", WHERE)
            .refuse("UPDATE internet_gateway SET tags = '{\"aws:a\": \"b\"}'", "reserved"));
  }
}
