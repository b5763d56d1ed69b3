package io.iasql.aws.vpc;

import io.iasql.spi.Key;
import io.iasql.spi.Table;

/**
 * An availability zone that the account may use (DescribeAvailabilityZones). Zones come with their
 * region: the table is read-only.
 */
@Table(
    value = "availability_zone",
    hint = "availability zones come with their region; opt in to zone groups in the AWS account")
public record AvailabilityZone(@Key String name, @Key String region) {}
