package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.REGION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iasql.contract.FakeScope;
import io.iasql.spi.CloudException;
import io.iasql.spi.IdempotencyToken;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AllocateAddressRequest;
import software.amazon.awssdk.services.ec2.model.AllocateAddressResponse;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.CreateNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayRequest;
import software.amazon.awssdk.services.ec2.model.DeleteNatGatewayResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressRequest;
import software.amazon.awssdk.services.ec2.model.ReleaseAddressResponse;
import software.amazon.awssdk.services.ec2.model.TagDescription;

/** What no emulator does: a gateway takes its time, and may come to nothing. */
class NatGatewaysTest {
  private static final IdempotencyToken TOKEN = new IdempotencyToken("token");
  private static final NatGateway WANTED =
      new NatGateway(null, "public", null, null, REGION, Subnet.of("subnet-1", REGION), null);

  private final NatGateways gateways = new NatGateways();

  @Test
  void whatAnEarlierTryLeftIsWaitedFor() {
    Gateway ec2 = new Gateway("pending", "pending", "pending", "available");

    assertThat(gateways.find(new FakeScope(REGION, ec2), WANTED, TOKEN))
        .get()
        .extracting(NatGateway::state)
        .isEqualTo("available");
  }

  @Test
  void aFailedOneIsTakenBackWithTheAddressThatItBrought() {
    Gateway ec2 = new Gateway("pending", "failed");

    assertThatThrownBy(() -> gateways.create(new FakeScope(REGION, ec2), WANTED, TOKEN))
        .isInstanceOf(CloudException.class)
        .hasMessageContaining("nat-1 failed: no internet gateway");
    assertThat(ec2.writes)
        .containsExactly("create", "delete nat-1", "release eipalloc-1", "release eipalloc-1");
  }

  @Test
  void aFailedOneThatAnEarlierTryLeftIsTakenBackToo() {
    Gateway ec2 = new Gateway("failed");

    assertThatThrownBy(() -> gateways.find(new FakeScope(REGION, ec2), WANTED, TOKEN))
        .isInstanceOf(CloudException.class);
    assertThat(ec2.writes)
        .containsExactly("delete nat-1", "release eipalloc-1", "release eipalloc-1");
  }

  /** One gateway that is in these states one after the other; its address is held for a moment. */
  private static final class Gateway extends FakeEc2 {
    private final Deque<String> states;
    private boolean held = true;

    Gateway(String... states) {
      this.states = new ArrayDeque<>(Arrays.asList(states));
    }

    @Override
    public AllocateAddressResponse allocateAddress(AllocateAddressRequest request) {
      throw new AssertionError("an earlier try has allocated one");
    }

    @Override
    public DescribeTagsResponse describeTags(DescribeTagsRequest request) {
      return DescribeTagsResponse.builder()
          .tags(
              Stream.of("eipalloc-1", "nat-1")
                  .map(id -> TagDescription.builder().resourceId(id).build())
                  .toList())
          .build();
    }

    @Override
    public CreateNatGatewayResponse createNatGateway(CreateNatGatewayRequest request) {
      writes.add("create");
      return CreateNatGatewayResponse.builder().natGateway(g -> g.natGatewayId("nat-1")).build();
    }

    @Override
    public DescribeNatGatewaysResponse describeNatGateways(DescribeNatGatewaysRequest request) {
      boolean ofAnAddress =
          request.filter().stream().anyMatch(f -> f.values().contains("eipalloc-1"));
      if (ofAnAddress) {
        return DescribeNatGatewaysResponse.builder().build();
      }
      String state = states.size() > 1 ? states.remove() : states.element();
      return DescribeNatGatewaysResponse.builder()
          .natGateways(
              g ->
                  g.natGatewayId("nat-1")
                      .subnetId("subnet-1")
                      .state(state)
                      .failureCode("Gateway.NotAttached")
                      .failureMessage("no internet gateway"))
          .build();
    }

    @Override
    public DeleteNatGatewayResponse deleteNatGateway(DeleteNatGatewayRequest request) {
      writes.add("delete " + request.natGatewayId());
      return DeleteNatGatewayResponse.builder().build();
    }

    @Override
    public ReleaseAddressResponse releaseAddress(ReleaseAddressRequest request) {
      writes.add("release " + request.allocationId());
      if (held) {
        held = false;
        throw refusal("InvalidIPAddress.InUse", "it is in use");
      }
      return ReleaseAddressResponse.builder().build();
    }
  }
}
