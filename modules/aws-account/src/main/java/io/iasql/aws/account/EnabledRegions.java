package io.iasql.aws.account;

import java.util.List;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Region;

/** The regions that an account can use: EC2 API Reference, "DescribeRegions" (not paged). */
final class EnabledRegions {
  private EnabledRegions() {}

  static List<String> of(Ec2Client ec2) {
    return ec2
        .describeRegions(
            r -> r.filters(f -> f.name("opt-in-status").values("opt-in-not-required", "opted-in")))
        .regions()
        .stream()
        .map(Region::regionName)
        .sorted()
        .toList();
  }
}
