package io.iasql.aws.vpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Replaces;
import io.iasql.spi.Table;
import java.util.Map;

/**
 * A DHCP option set (CreateDhcpOptions). EC2 cannot change the options of a set, only its tags.
 *
 * @param dhcpConfigurations as DescribeDhcpOptions shows them: {@code [{"Key": ..., "Values":
 *     [{"Value": ...}]}]}; plain strings as values are understood too
 */
@Table("dhcp_options")
public record DhcpOptions(
    @Key @Assigned String dhcpOptionsId,
    @Replaces JsonNode dhcpConfigurations,
    Map<String, String> tags,
    @Key String region) {

  public DhcpOptions {
    dhcpConfigurations = DhcpConfigurations.canonical(dhcpConfigurations);
    tags = Ec2Tags.canonical(tags);
  }

  /** A reference to an existing set. */
  public static DhcpOptions of(String dhcpOptionsId, String region) {
    return new DhcpOptions(dhcpOptionsId, null, null, region);
  }
}
