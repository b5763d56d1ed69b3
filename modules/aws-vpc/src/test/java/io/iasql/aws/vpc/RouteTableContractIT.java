package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class RouteTableContractIT extends ResourceContract {
  RouteTableContractIT() {
    super(
        Sample.of("route_table")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .insert(
                "INSERT INTO route_table (vpc_id) VALUES (" + Stage.VPC + ")",
                "NOT is_main AND vpc_id = " + Stage.VPC)
            .another(
                "INSERT INTO route_table (vpc_id, tags) VALUES ("
                    + Stage.OTHER_VPC
                    + ", '{\"Name\": \"two\"}')",
                "NOT is_main AND vpc_id = " + Stage.OTHER_VPC)
            .change("tags", "'{\"Name\": \"one\"}'")
            .nulled("tags")
            .replaceBy(
                "vpc",
                "UPDATE route_table SET vpc_id = "
                    + Stage.OTHER_VPC
                    + " WHERE NOT is_main AND vpc_id = "
                    + Stage.VPC,
                "NOT is_main AND vpc_id = " + Stage.OTHER_VPC)
            // Its route within the VPC cannot follow it into another region.
            .fixedBy(
                "region",
                "UPDATE route_table SET region = 'us-east-1', vpc_id = "
                    + Stage.ABROAD
                    + " WHERE NOT is_main AND vpc_id = "
                    + Stage.VPC,
                "violates foreign key constraint")
            .refuse(
                "DELETE FROM route_table_association WHERE is_main; DELETE FROM route_table"
                    + " WHERE is_main AND vpc_id = "
                    + Stage.VPC,
                "cannot be deleted")
            .refuse("UPDATE route_table SET tags = '{\"aws:a\": \"b\"}'", "reserved"));
  }
}
