package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.REGION;
import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.contract.FakeScope;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayRequest;
import software.amazon.awssdk.services.ec2.model.AttachInternetGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.InternetGateway.Builder;

class InternetGatewaysTest {

  @Test
  void aGatewayIsAttachedOnceTheOtherOneHasLeft() {
    OccupiedVpc ec2 = new OccupiedVpc();
    InternetGateway current = new InternetGateway("igw-1", null, REGION, null);
    InternetGateway desired =
        new InternetGateway("igw-1", null, REGION, Rows.vpc("vpc-1", "10.0.0.0/16"));

    InternetGateway attached =
        new InternetGateways().update(new FakeScope(REGION, ec2), current, desired);

    assertThat(attached.attachedTo()).isEqualTo("vpc-1");
    assertThat(ec2.writes).containsExactly("attach", "attach", "attach");
  }

  /** The VPC has another gateway at first. */
  private static final class OccupiedVpc extends FakeEc2 {
    private static final int REFUSALS = 2;

    @Override
    public AttachInternetGatewayResponse attachInternetGateway(
        AttachInternetGatewayRequest request) {
      writes.add("attach");
      if (writes.size() <= REFUSALS) {
        throw refusal(
            "InvalidParameterValue",
            "Network " + request.vpcId() + " already has an internet gateway attached");
      }
      return AttachInternetGatewayResponse.builder().build();
    }

    @Override
    public DescribeInternetGatewaysResponse describeInternetGateways(
        DescribeInternetGatewaysRequest request) {
      return DescribeInternetGatewaysResponse.builder().internetGateways(this::shown).build();
    }

    private void shown(Builder gateway) {
      gateway.internetGatewayId("igw-1");
      if (writes.size() > REFUSALS) {
        gateway.attachments(a -> a.vpcId("vpc-1").state("attached"));
      }
    }
  }
}
