package io.iasql.aws.vpc;

import static io.iasql.aws.vpc.Rows.REGION;
import static io.iasql.aws.vpc.Rows.subnet;
import static io.iasql.aws.vpc.Rows.table;
import static io.iasql.aws.vpc.Rows.vpc;
import static io.iasql.spi.Ownership.OWN;
import static io.iasql.spi.Ownership.PROTECTED;
import static io.iasql.spi.Ownership.WITH_PARENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.iasql.spi.Ownership;
import org.junit.jupiter.api.Test;

class OwnershipTest {
  private static final Vpc OWN_VPC = vpc("vpc-1", "10.0.0.0/16");
  private static final Vpc DEFAULT_VPC = vpc("vpc-2", "172.31.0.0/16", true);

  @Test
  void theDefaultVpcIsProtected() {
    assertThat(new Vpcs().ownership(DEFAULT_VPC)).isEqualTo(PROTECTED);
    assertThat(new Vpcs().ownership(OWN_VPC)).isEqualTo(OWN);
    assertThat(new Vpcs().ownership(Vpc.of("vpc-1", REGION))).isEqualTo(OWN);
  }

  @Test
  void subnetsThatAwsMadeInTheDefaultVpcAreProtected() {
    assertThat(new Subnets().ownership(subnet("s", "172.31.16.0/20", DEFAULT_VPC)))
        .isEqualTo(PROTECTED);
    assertThat(new Subnets().ownership(subnet("s", "172.31.200.0/24", DEFAULT_VPC))).isEqualTo(OWN);
    assertThat(new Subnets().ownership(subnet("s", "10.0.16.0/20", OWN_VPC))).isEqualTo(OWN);
  }

  @Test
  void mainTablesGoWithTheirVpc() {
    assertThat(new RouteTables().ownership(table(OWN_VPC, true))).isEqualTo(WITH_PARENT);
    assertThat(new RouteTables().ownership(table(DEFAULT_VPC, true))).isEqualTo(PROTECTED);
    assertThat(new RouteTables().ownership(table(DEFAULT_VPC, false))).isEqualTo(OWN);
    assertThat(association(OWN_VPC, true)).isEqualTo(WITH_PARENT);
    assertThat(association(DEFAULT_VPC, true)).isEqualTo(PROTECTED);
    assertThat(association(DEFAULT_VPC, false)).isEqualTo(OWN);
  }

  @Test
  void routesThatAwsMadeAreNotForUsersToDelete() {
    assertThat(route("10.0.0.0/16", "local", OWN_VPC, false)).isEqualTo(WITH_PARENT);
    assertThat(route("10.0.0.0/16", "vpce-1", OWN_VPC, false)).isEqualTo(WITH_PARENT);
    assertThat(route("pl-1", "vpce-1", OWN_VPC, false)).isEqualTo(WITH_PARENT);
    assertThat(route("0.0.0.0/0", "igw-1", OWN_VPC, true)).isEqualTo(OWN);
    assertThat(route("0.0.0.0/0", "igw-1", DEFAULT_VPC, false)).isEqualTo(OWN);
    assertThat(route("0.0.0.0/0", "igw-1", DEFAULT_VPC, true)).isEqualTo(PROTECTED);
    assertThat(route("172.31.0.0/16", "local", DEFAULT_VPC, true)).isEqualTo(PROTECTED);
    assertThat(route("10.0.0.0/8", "tgw-1", DEFAULT_VPC, true)).isEqualTo(OWN);
  }

  @Test
  void theGatewayOfTheDefaultVpcIsProtected() {
    assertThat(new InternetGateways().ownership(gateway(DEFAULT_VPC))).isEqualTo(PROTECTED);
    assertThat(new InternetGateways().ownership(gateway(OWN_VPC))).isEqualTo(OWN);
    assertThat(new InternetGateways().ownership(gateway(null))).isEqualTo(OWN);
  }

  private static InternetGateway gateway(Vpc vpc) {
    return new InternetGateway("igw-1", null, REGION, vpc);
  }

  private static Ownership association(Vpc vpc, boolean isMain) {
    return new RouteTableAssociations()
        .ownership(new RouteTableAssociation("a", isMain, table(vpc, isMain), null, vpc));
  }

  private static Ownership route(String destination, String gateway, Vpc vpc, boolean isMain) {
    return new Routes()
        .ownership(
            new Route(
                destination,
                null,
                gateway,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                REGION,
                table(vpc, isMain)));
  }
}
