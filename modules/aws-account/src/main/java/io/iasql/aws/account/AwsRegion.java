package io.iasql.aws.account;

import io.iasql.spi.Key;
import io.iasql.spi.Local;
import io.iasql.spi.Reach;
import io.iasql.spi.Table;

/**
 * A region that the account can use.
 *
 * @param isDefault whether rows that name no region go there; at most one is. Listed as true for
 *     the connection's default region, a proposal for rows not seen before
 * @param isEnabled whether the region's resources are mirrored; listed as true for the connection's
 *     regions, a proposal likewise
 */
@Table(
    value = "aws_regions",
    reach = Reach.GLOBAL,
    hint =
        "Regions come from AWS. Opt in to one in the account's settings, and choose among them with"
            + " is_enabled, default_aws_region(...) and spec.regions of the AwsConnection.")
public record AwsRegion(@Key String region, @Local Boolean isDefault, @Local Boolean isEnabled) {}
