package io.iasql.aws.securitygroup;

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

  private Stage() {}

  private static String vpc(String range) {
    return "(SELECT id FROM vpc WHERE cidr_block = '" + range + "')";
  }
}
