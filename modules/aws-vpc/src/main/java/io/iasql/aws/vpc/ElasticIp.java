package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Table;
import java.util.Map;

/** An Elastic IP address for use in VPCs (AllocateAddress). */
@Table("elastic_ip")
public record ElasticIp(
    @Key @Assigned String allocationId,
    @Assigned String publicIp,
    Map<String, String> tags,
    @Key String region) {

  public ElasticIp {
    tags = Ec2Tags.canonical(tags);
  }

  /** A reference to an existing address. */
  public static ElasticIp of(String allocationId, String region) {
    return new ElasticIp(allocationId, null, null, region);
  }
}
