package io.iasql.aws.vpc;

import io.iasql.aws.vpc.ec2.Ec2Tags;
import io.iasql.spi.Assigned;
import io.iasql.spi.Key;
import io.iasql.spi.Reference;
import io.iasql.spi.Table;
import java.util.Map;

/**
 * An internet gateway (CreateInternetGateway, AttachInternetGateway).
 *
 * @param vpc what it is attached to; a VPC takes one
 */
@Table("internet_gateway")
public record InternetGateway(
    @Key @Assigned String internetGatewayId,
    Map<String, String> tags,
    @Key String region,
    @Reference("vpc_id") Vpc vpc) {

  public InternetGateway {
    tags = Ec2Tags.canonical(tags);
  }

  String attachedTo() {
    return vpc == null ? null : vpc.vpcId();
  }
}
