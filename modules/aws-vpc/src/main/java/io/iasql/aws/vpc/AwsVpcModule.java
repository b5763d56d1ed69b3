package io.iasql.aws.vpc;

import io.iasql.spi.CloudModule;
import io.iasql.spi.CloudResource;
import java.util.List;
import java.util.Set;

/** Module {@code aws_vpc}: VPCs and what is in and between them. */
public final class AwsVpcModule implements CloudModule {

  @Override
  public String name() {
    return "aws_vpc";
  }

  @Override
  public Set<String> dependencies() {
    return Set.of("aws_account");
  }

  @Override
  public List<CloudResource<?>> resources() {
    return List.of(
        new AvailabilityZones(),
        new DhcpOptionSets(),
        new Vpcs(),
        new NetworkAcls(),
        new Subnets(),
        new ElasticIps(),
        new RouteTables(),
        new RouteTableAssociations(),
        new Routes(),
        new NatGateways(),
        new EndpointGateways(),
        new EndpointInterfaces(),
        new PeeringConnections(),
        new InternetGateways());
  }
}
