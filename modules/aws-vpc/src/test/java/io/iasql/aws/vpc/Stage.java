package io.iasql.aws.vpc;

/** SQL for what samples stand on: two VPCs at home and one abroad. */
final class Stage {
  static final String VPCS =
      "INSERT INTO vpc (cidr_block, region) VALUES ('10.0.0.0/16', 'eu-west-1'),"
          + " ('10.1.0.0/16', 'eu-west-1')";

  static final String VPC_ABROAD =
      "INSERT INTO vpc (cidr_block, region) VALUES ('10.2.0.0/16', 'us-east-1')";

  /** The first VPC at home. */
  static final String VPC = vpc("10.0.0.0/16");

  /** The second VPC at home. */
  static final String OTHER_VPC = vpc("10.1.0.0/16");

  /** The VPC in us-east-1. */
  static final String ABROAD = vpc("10.2.0.0/16");

  static final String SUBNETS =
      "INSERT INTO subnet (cidr_block, availability_zone, vpc_id, region) VALUES"
          + " ('10.0.1.0/24', 'eu-west-1a', "
          + VPC
          + ", 'eu-west-1'), ('10.0.2.0/24', 'eu-west-1b', "
          + VPC
          + ", 'eu-west-1'), ('10.1.1.0/24', 'eu-west-1a', "
          + OTHER_VPC
          + ", 'eu-west-1')";

  static final String SUBNET_ABROAD =
      "INSERT INTO subnet (cidr_block, availability_zone, vpc_id, region) VALUES"
          + " ('10.2.1.0/24', 'us-east-1a', "
          + ABROAD
          + ", 'us-east-1')";

  private Stage() {}

  /** The id of the VPC with this range. */
  static String vpc(String range) {
    return "(SELECT id FROM vpc WHERE cidr_block = '" + range + "')";
  }

  /** The id of the subnet with this range. */
  static String subnet(String range) {
    return "(SELECT id FROM subnet WHERE cidr_block = '" + range + "')";
  }

  /** The id of the one route table of a VPC that is not its main one. */
  static String table(String vpc) {
    return "(SELECT id FROM route_table WHERE NOT is_main AND vpc_id = " + vpc + ")";
  }
}
