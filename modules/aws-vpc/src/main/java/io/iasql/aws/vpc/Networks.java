package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Cidr;
import io.iasql.spi.Problem;
import java.util.Optional;

/** Checks that VPCs and subnets have in common (Amazon VPC User Guide, "VPC CIDR blocks"). */
final class Networks {
  private static final int LARGEST = 16;
  private static final int SMALLEST = 28;

  private Networks() {}

  /** What is wrong with the IPv4 range of a VPC or subnet, if anything. */
  static Optional<Problem> blockProblem(String column, String text) {
    if (text == null) {
      return Optional.of(
          new Problem(column, column + " is missing: give an IPv4 range such as 10.0.0.0/16."));
    }
    Optional<Cidr> cidr = Cidr.parse(text).filter(Cidr::isIpv4);
    if (cidr.isEmpty()) {
      return Optional.of(
          new Problem(
              column, column + " '" + text + "' is no IPv4 range; write one like 10.0.0.0/16."));
    }
    int prefix = cidr.get().prefix();
    if (prefix < LARGEST || prefix > SMALLEST) {
      return Optional.of(
          new Problem(
              column,
              column
                  + " "
                  + cidr.get()
                  + " has prefix length /"
                  + prefix
                  + "; AWS allows /"
                  + LARGEST
                  + " (largest) to /"
                  + SMALLEST
                  + " (smallest)."));
    }
    return Optional.empty();
  }

  /** Whether both are certainly the same VPC, and one that is there. */
  static boolean sameVpc(Vpc one, Vpc other) {
    return one != null && one.isSameAs(other);
  }

  /** That a row and one it refers to are in different VPCs, if they are. */
  static Optional<Problem> otherVpcProblem(String column, String what, Vpc vpcOfOther, Vpc vpc) {
    if (vpc == null || !vpc.isOtherThan(vpcOfOther)) {
      return Optional.empty();
    }
    return Optional.of(
        new Problem(
            column,
            what
                + " belongs to VPC "
                + name(vpcOfOther)
                + ", this row to VPC "
                + name(vpc)
                + "; both must be in one VPC."));
  }

  /** What people know a VPC by: its id, or its range while it has none. */
  static String name(Vpc vpc) {
    if (vpc.vpcId() == null) {
      return "with range " + vpc.cidrBlock();
    }
    return vpc.cidrBlock() == null ? vpc.vpcId() : vpc.vpcId() + " (" + vpc.cidrBlock() + ")";
  }
}
