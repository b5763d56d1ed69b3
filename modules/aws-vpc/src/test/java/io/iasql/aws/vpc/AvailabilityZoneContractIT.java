package io.iasql.aws.vpc;

import io.iasql.contract.ResourceContract;
import io.iasql.contract.Sample;

class AvailabilityZoneContractIT extends ResourceContract {
  AvailabilityZoneContractIT() {
    super(
        Sample.of("availability_zone")
            .found(aws -> {}, "name = 'eu-west-1a'")
            .unpaged("DescribeAvailabilityZones has no pages")
            .refusedInsert("INSERT INTO availability_zone (name) VALUES ('eu-west-1z')")
            .refusedUpdate(
                "UPDATE availability_zone SET name = 'eu-west-1z' WHERE name = 'eu-west-1a'"));
  }
}
