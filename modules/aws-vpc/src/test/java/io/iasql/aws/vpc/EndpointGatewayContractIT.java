package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class EndpointGatewayContractIT extends ResourceContract {
  private static final String WHERE = "coalesce(tags ->> 'Name', 'one') = 'one'";

  EndpointGatewayContractIT() {
    super(
        Sample.of("endpoint_gateway")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .stage(
                "INSERT INTO route_table (vpc_id, tags) VALUES ("
                    + Stage.VPC
                    + ", '{\"Name\": \"one\"}'), ("
                    + Stage.VPC
                    + ", '{\"Name\": \"two\"}')")
            .insert(
                "INSERT INTO endpoint_gateway (service, vpc_id, route_table_ids) VALUES ('s3', "
                    + Stage.VPC
                    + ", "
                    + tables("one", "two")
                    + ")",
                WHERE)
            .another(
                "INSERT INTO endpoint_gateway (service, vpc_id, tags) VALUES ('dynamodb', "
                    + Stage.VPC
                    + ", '{\"Name\": \"two\"}')",
                "tags ->> 'Name' = 'two'")
            .change("policy", "'" + policy("s3:GetObject") + "'")
            // One less: LocalStack cannot delete an endpoint to which a table was added later.
            .change("route_table_ids", tables("one"))
            .change("tags", "'{\"Name\": \"one\", \"team\": \"net\"}'")
            .nulled("policy")
            .nulled("tags")
            .replace("service", "'dynamodb'", WHERE)
            .replaceBy(
                "vpc",
                "UPDATE endpoint_gateway SET route_table_ids = NULL, vpc_id = "
                    + Stage.OTHER_VPC
                    + " WHERE "
                    + WHERE,
                WHERE)
            .replaceBy(
                "region",
                "UPDATE endpoint_gateway SET region = 'us-east-1', route_table_ids = NULL, vpc_id = "
                    + Stage.ABROAD
                    + " WHERE "
                    + WHERE,
                WHERE)
            .refuse(
                "UPDATE endpoint_gateway SET region = 'us-east-1', vpc_id = " + Stage.ABROAD,
                "route tables do not move")
            .refuse("UPDATE endpoint_gateway SET policy = '{}'", "policy")
            .refuse("UPDATE endpoint_gateway SET tags = '{\"aws:a\": \"b\"}'", "reserved"));
  }

  private static String tables(String... names) {
    return "ARRAY(SELECT route_table_id FROM route_table WHERE tags ->> 'Name' IN ('"
        + String.join("', '", names)
        + "') ORDER BY 1)";
  }

  /** A policy without a version, which LocalStack would cut out. */
  static String policy(String action) {
    return "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\","
        + " \"Action\": \""
        + action
        + "\", \"Resource\": \"*\"}]}";
  }
}
