package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.REGION;
import static io.iasql.aws.vpc.Rows.subnet;
import static io.iasql.aws.vpc.Rows.vpc;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What cannot exist beside what goes in the same plan. */
class ExclusionTest {
  private static final Vpc ONE = vpc("vpc-1", "10.0.0.0/16");
  private static final Vpc OTHER = vpc("vpc-2", "10.0.0.0/16");
  private static final Vpc NEW = vpc(null, "10.0.0.0/16");

  @Test
  void subnetsThatOverlapInOneVpc() {
    Subnets subnets = new Subnets();
    Subnet current = subnet("s", "10.0.1.0/24", ONE);

    assertThat(subnets.excludes(current, subnet(null, "10.0.1.0/25", ONE))).isTrue();
    assertThat(subnets.excludes(current, subnet(null, "10.0.0.0/20", ONE))).isTrue();
    assertThat(subnets.excludes(current, subnet(null, "10.0.2.0/24", ONE))).isFalse();
    assertThat(subnets.excludes(current, subnet(null, "10.0.1.0/25", OTHER))).isFalse();
    assertThat(subnets.excludes(current, subnet(null, "10.0.1.0/25", NEW))).isFalse();
  }

  @Test
  void connectionsOfTheSameTwoVpcs() {
    PeeringConnections connections = new PeeringConnections();
    PeeringConnection current = peering("pcx-1", ONE, OTHER);

    assertThat(connections.excludes(current, peering(null, OTHER, ONE))).isTrue();
    assertThat(connections.excludes(current, peering(null, ONE, OTHER))).isTrue();
    assertThat(connections.excludes(current, peering(null, ONE, NEW))).isFalse();
  }

  @Test
  void gatewaysOfOneVpc() {
    InternetGateways gateways = new InternetGateways();
    InternetGateway current = gateway("igw-1", ONE);

    assertThat(gateways.excludes(current, gateway(null, ONE))).isTrue();
    assertThat(gateways.excludes(current, gateway(null, OTHER))).isFalse();
    assertThat(gateways.excludes(gateway("igw-1", null), gateway(null, null))).isFalse();
  }

  private static PeeringConnection peering(String id, Vpc requester, Vpc accepter) {
    return new PeeringConnection(id, null, null, requester, accepter);
  }

  private static InternetGateway gateway(String id, Vpc vpc) {
    return new InternetGateway(id, null, REGION, vpc);
  }
}
