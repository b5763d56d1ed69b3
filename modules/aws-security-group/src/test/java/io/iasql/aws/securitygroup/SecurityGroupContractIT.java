package io.iasql.aws.securitygroup;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class SecurityGroupContractIT extends ResourceContract {
  private static final String WHERE = "group_name = 'web' AND vpc_id = " + Stage.VPC;

  SecurityGroupContractIT() {
    super(
        Sample.of("security_group")
            .needs("security_group_rule")
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .insert(
                "INSERT INTO security_group (group_name, description, vpc_id) VALUES"
                    + " ('web', 'The load balancer', "
                    + Stage.VPC
                    + ")",
                WHERE)
            // Without a VPC of its own it goes to the region's default one.
            .another(
                "INSERT INTO security_group (group_name, description) VALUES ('app', 'The app')",
                "group_name = 'app'")
            .replaceBy(
                "description",
                "UPDATE security_group SET description = 'The way in' WHERE " + WHERE,
                WHERE)
            .replaceBy(
                "group_name",
                "UPDATE security_group SET group_name = 'front' WHERE " + WHERE,
                "group_name = 'front'")
            .replaceBy(
                "vpc",
                "UPDATE security_group SET vpc_id = " + Stage.OTHER_VPC + " WHERE " + WHERE,
                "group_name = 'web' AND vpc_id = " + Stage.OTHER_VPC)
            .replaceBy(
                "region",
                "UPDATE security_group SET region = 'us-east-1', vpc_id = "
                    + Stage.ABROAD
                    + " WHERE "
                    + WHERE,
                "group_name = 'web' AND vpc_id = " + Stage.ABROAD)
            .dependant(
                "description",
                "security_group_rule",
                "INSERT INTO security_group_rule (security_group_id, is_egress, ip_protocol,"
                    + " from_port, to_port, cidr_ipv4) SELECT id, false, 'tcp', 443, 443,"
                    + " '0.0.0.0/0' FROM security_group WHERE "
                    + WHERE,
                "from_port = 443")
            .refuse(
                "INSERT INTO security_group (group_name, description) VALUES ('sg-web', 'x')",
                "must not start with sg-")
            .refuse(
                "INSERT INTO security_group (group_name, description) VALUES ('web', 'Größe')",
                "characters that AWS refuses")
            .refuse(
                "DELETE FROM security_group_rule; DELETE FROM security_group WHERE group_name ="
                    + " 'default' AND vpc_id = "
                    + Stage.VPC,
                "cannot be deleted"));
  }
}
