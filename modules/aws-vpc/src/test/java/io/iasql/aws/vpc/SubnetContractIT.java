package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class SubnetContractIT extends ResourceContract {
  SubnetContractIT() {
    super(
        Sample.of("subnet")
            // Tests that share an account see what the others did to its network ACL.
            .leavesTraces()
            .stage(Stage.VPCS)
            .stageAbroad(Stage.VPC_ABROAD)
            .stage("INSERT INTO network_acl (vpc_id) VALUES (" + Stage.VPC + ")")
            .insert(
                "INSERT INTO subnet (cidr_block, availability_zone, vpc_id) VALUES"
                    + " ('10.0.1.0/24', 'eu-west-1a', "
                    + Stage.VPC
                    + ")",
                "cidr_block = '10.0.1.0/24'")
            .another(
                "INSERT INTO subnet (cidr_block, availability_zone, vpc_id, network_acl_id) VALUES"
                    + " ('10.0.2.0/24', 'eu-west-1b', "
                    + Stage.VPC
                    + ", (SELECT id FROM network_acl))",
                "cidr_block = '10.0.2.0/24'")
            .changeBy(
                "network_acl",
                "UPDATE subnet SET network_acl_id = (SELECT id FROM network_acl)"
                    + " WHERE cidr_block = '10.0.1.0/24'")
            .nulledBy(
                "network_acl",
                "UPDATE subnet SET network_acl_id = NULL WHERE cidr_block = '10.0.1.0/24'")
            .replace("cidr_block", "'10.0.9.0/24'", "cidr_block = '10.0.9.0/24'")
            .replace("cidr_block", "'10.0.1.0/25'", "cidr_block = '10.0.1.0/25'")
            .replace("availability_zone", "'eu-west-1b'", "cidr_block = '10.0.1.0/24'")
            .replaceBy(
                "vpc",
                "UPDATE subnet SET cidr_block = '10.1.1.0/24', vpc_id = "
                    + Stage.OTHER_VPC
                    + " WHERE cidr_block = '10.0.1.0/24'",
                "cidr_block = '10.1.1.0/24'")
            .replaceBy(
                "region",
                "UPDATE subnet SET cidr_block = '10.2.1.0/24', region = 'us-east-1',"
                    + " availability_zone = 'us-east-1a', vpc_id = "
                    + Stage.ABROAD
                    + " WHERE cidr_block = '10.0.1.0/24'",
                "cidr_block = '10.2.1.0/24'")
            .refuse("UPDATE subnet SET cidr_block = '10.0.1.0/30'", "cidr_block")
            .refuse("UPDATE subnet SET cidr_block = '10.5.1.0/24'", "cidr_block")
            .refuse(
                "INSERT INTO subnet (cidr_block, availability_zone, vpc_id) VALUES"
                    + " ('10.0.1.128/25', 'eu-west-1a', "
                    + Stage.VPC
                    + ")",
                "overlap"));
  }
}
