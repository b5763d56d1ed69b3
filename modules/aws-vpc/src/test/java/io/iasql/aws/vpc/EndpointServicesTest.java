package io.iasql.aws.vpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.contract.FakeScope;
import io.iasql.spi.AwsScope;
import io.iasql.spi.CloudException;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointServicesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointServicesResponse;
import software.amazon.awssdk.services.ec2.model.ServiceDetail;
import software.amazon.awssdk.services.ec2.model.VpcEndpointType;

class EndpointServicesTest {
  private final AwsScope scope =
      new FakeScope(
          "eu-west-1",
          new Pages(
              List.of(
                  List.of(service("s3", "Gateway"), service("s3", "Interface")),
                  List.of(service("logs", "Interface"), service("braket", "Interface")),
                  List.of(service("ecr.api", "Interface")))));

  @Test
  void knowsTheServicesOfARegionByTheirShortNames() {
    assertThat(EndpointServices.of(scope, VpcEndpointType.GATEWAY)).containsExactly("s3");
    assertThat(EndpointServices.of(scope, VpcEndpointType.INTERFACE))
        .containsExactly("ecr", "logs", "s3");
  }

  @Test
  void findsAServiceOnWhicheverPageItIs() {
    assertThat(EndpointServices.offered(scope, VpcEndpointType.INTERFACE, "ecr").serviceName())
        .isEqualTo("com.amazonaws.eu-west-1.ecr.api");
    assertThatThrownBy(
            () -> EndpointServices.offered(scope, VpcEndpointType.INTERFACE, "memory-db"))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("region eu-west-1 offers no Interface endpoint of memory-db");
  }

  @Test
  void aServiceThatTheRegionLacksIsAProblemWithThoseThatItHas() {
    assertThat(new EndpointGateways().check(scope, gateway("s3"))).isEmpty();
    assertThat(Rows.messages(new EndpointGateways().check(scope, gateway("dynamodb"))))
        .containsExactly(
            "service: Region eu-west-1 has no gateway endpoint of dynamodb; it has s3.");
  }

  private static EndpointGateway gateway(String service) {
    return new EndpointGateway(
        null, service, null, null, null, null, "eu-west-1", Rows.vpc("vpc-1", "10.0.0.0/16"));
  }

  private static ServiceDetail service(String name, String type) {
    return ServiceDetail.builder()
        .serviceName("com.amazonaws.eu-west-1." + name)
        .serviceType(t -> t.serviceType(type))
        .build();
  }

  /** Answers page by page; the token is the number of the next page. */
  private static final class Pages extends FakeEc2 {
    private final List<List<ServiceDetail>> pages;

    Pages(List<List<ServiceDetail>> pages) {
      this.pages = pages;
    }

    @Override
    public DescribeVpcEndpointServicesResponse describeVpcEndpointServices(
        DescribeVpcEndpointServicesRequest request) {
      int page = request.nextToken() == null ? 0 : Integer.parseInt(request.nextToken());
      return DescribeVpcEndpointServicesResponse.builder()
          .serviceDetails(pages.get(page))
          .nextToken(page + 1 < pages.size() ? String.valueOf(page + 1) : "")
          .build();
    }
  }
}
