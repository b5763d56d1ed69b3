package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.REGION;
import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.contract.FakeScope;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CreateVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.DnsOptionsSpecification;
import software.amazon.awssdk.services.ec2.model.ModifyVpcEndpointRequest;
import software.amazon.awssdk.services.ec2.model.ServiceDetail;

class EndpointInterfacesTest {
  private static final DnsOptionsSpecification ALL_TRAFFIC =
      DnsOptionsSpecification.builder().privateDnsOnlyForInboundResolverEndpoint(false).build();

  private final EndpointInterfaces endpoints = new EndpointInterfaces();

  /** EC2 would want a gateway endpoint for the VPC's own traffic. */
  @Test
  void privateNamesOfS3AreForTheVpcToo() {
    assertThat(created("s3", true).dnsOptions()).isEqualTo(ALL_TRAFFIC);
    assertThat(created("s3", false).dnsOptions()).isNull();
    assertThat(created("sqs", true).dnsOptions()).isNull();
  }

  @Test
  void soTheyAreWhenTheyBecomePrivateLater() {
    ModifyVpcEndpointRequest.Builder opened = ModifyVpcEndpointRequest.builder();
    ModifyVpcEndpointRequest.Builder untouched = ModifyVpcEndpointRequest.builder();

    assertThat(endpoints.change(endpoint("s3", false), endpoint("s3", true), opened)).isTrue();
    assertThat(endpoints.change(endpoint("s3", true), endpoint("s3", true), untouched)).isFalse();

    assertThat(opened.build().dnsOptions()).isEqualTo(ALL_TRAFFIC);
    assertThat(untouched.build().dnsOptions()).isNull();
  }

  private CreateVpcEndpointRequest created(String service, boolean privateDns) {
    CreateVpcEndpointRequest.Builder request = CreateVpcEndpointRequest.builder();
    endpoints.creation(
        FakeScope.of(null),
        endpoint(service, privateDns),
        ServiceDetail.builder().build(),
        request);
    return request.build();
  }

  private static EndpointInterface endpoint(String service, boolean privateDns) {
    return new EndpointInterface(
        null,
        service,
        null,
        null,
        privateDns,
        null,
        null,
        REGION,
        Rows.vpc("vpc-1", "10.0.0.0/16"),
        List.of(new EndpointInterfaceSubnet(Subnet.of("subnet-1", REGION))));
  }
}
